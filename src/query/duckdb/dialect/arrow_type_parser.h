#pragma once

#include <string>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

struct ParsedArrowType {
  duckdb::LogicalType type;  ///< the engine's nearest
  std::string text;          ///< as the reference prints it
};

/// The type a text such as `Timestamp(ns, "UTC")` or `List(Int32)` names, as `arrow_cast` takes it.
/// Throws the reference's error for anything else.
ParsedArrowType ParseArrowType(const std::string& text);

}  // namespace influxdb3::query::sql
