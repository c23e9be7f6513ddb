#pragma once

#include <string>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// Whether values of a type that KnownType tells may have a time zone; unknown ones may.
inline bool MayHaveZone(const std::string& type) {
  return type.empty() || type.find(", \"") != std::string::npos;
}

/// A string literal read as a timestamp when the statement is planned.
duckdb::Value TimestampLiteral(const std::string& text);

/// Throws for a text literal that is cast to a number, a date, a time of day or a timestamp and is
/// not written like one.
void CheckTextLiteral(const std::string& text, const duckdb::LogicalType& type);

}  // namespace influxdb3::query::sql
