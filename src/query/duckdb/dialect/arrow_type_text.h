#pragma once

#include <string>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// A span of nanoseconds (`time - time`), carried as BIGINT under this type.
duckdb::LogicalType DurationType();
bool IsDuration(const duckdb::LogicalType& type);

/// TIMESTAMP_NS shown in a zone; the values stay instants. `zone` as the user wrote it.
duckdb::LogicalType ZonedTimestampType(const std::string& zone);
/// The zone of such a type; empty for any other.
std::string TimestampZone(const duckdb::LogicalType& type);

/// The reference's text for the type a DuckDB type stands for, e.g. `Timestamp(ns)`.
std::string ArrowTypeText(const duckdb::LogicalType& type);
/// The type such a text names, as `arrow_cast` takes it. Throws SqlError for unknown ones.
duckdb::LogicalType TypeFromArrowText(const std::string& text);

}  // namespace influxdb3::query::sql
