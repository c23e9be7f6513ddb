#pragma once

#include <memory>
#include <string>

#include "duckdb.hpp"

namespace arrow {
class Array;
class DataType;
template <class T>
class Result;
}  // namespace arrow

namespace influxdb3::query {

/// Types the reference's clients know and DuckDB does not: 64-bit integers under another name.
/// Nanoseconds of a duration.
duckdb::LogicalType DurationType();
/// Seconds since 1970 with the zone UTC.
duckdb::LogicalType UtcSecondsType();

/// The type that values of `type` are converted to before they leave: clients know no 128-bit
/// integers. Goes into lists and structs.
duckdb::LogicalType ClientType(const duckdb::LogicalType& type);

/// The Arrow type of a column of a type that DuckDB would translate to another one; else null.
std::shared_ptr<arrow::DataType> OwnArrowType(const duckdb::LogicalType& type);

/// The dialect's intervals with nanoseconds (sql::IsNanoInterval), which leave DuckDB as structs of
/// months, days and nanos, as Arrow intervals. Fails only when memory does.
arrow::Result<std::shared_ptr<arrow::Array>> NanoIntervalsFromStructs(const arrow::Array& structs);

/// The reference's text for a type of a virtual table, e.g. `Utf8`.
std::string ArrowTypeText(const duckdb::LogicalType& type);

}  // namespace influxdb3::query
