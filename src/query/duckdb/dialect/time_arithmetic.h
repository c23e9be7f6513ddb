#pragma once

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// Picks types and implementation of an operator (`+ - * / %`) with timestamps, dates, durations
/// or intervals on a side; a NULL literal's type is SQLNULL. False when neither side is of these.
/// Raises the reference's error for what does not go together.
bool BindTimeArithmetic(char symbol, duckdb::ScalarFunction& function,
                        const duckdb::LogicalType& left, const duckdb::LogicalType& right);

/// DuckDB's own + and - of timestamps and intervals, by which it finds the ends of window frames.
void RegisterFrameOperators(duckdb::ExtensionLoader& loader);

}  // namespace influxdb3::query::sql
