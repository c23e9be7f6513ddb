#pragma once

#include <string>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// A span of time (`time - time`), carried as BIGINT under this type. It counts units of so many
/// nanoseconds: 1, a thousand, a million or a billion.
duckdb::LogicalType DurationType(int64_t unit_nanos = 1);
bool IsDuration(const duckdb::LogicalType& type);
/// Nanoseconds in the unit of a duration or a timestamp; 1 for any other type.
int64_t TimeUnitNanos(const duckdb::LogicalType& type);
/// The unit as type texts have it, e.g. `ms`.
const char* TimeUnitText(int64_t unit_nanos);

/// TIMESTAMP_NS shown in a zone; the values stay instants. `zone` as the user wrote it.
duckdb::LogicalType ZonedTimestampType(const std::string& zone);
/// The zone of such a type; empty for any other.
std::string TimestampZone(const duckdb::LogicalType& type);

/// The reference's text for the type a DuckDB type stands for, e.g. `Timestamp(ns)`.
std::string ArrowTypeText(const duckdb::LogicalType& type);
/// The type such a text names, as `arrow_cast` takes it. Throws SqlError for unknown ones.
duckdb::LogicalType TypeFromArrowText(const std::string& text);

}  // namespace influxdb3::query::sql
