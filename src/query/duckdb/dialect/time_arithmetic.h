#pragma once

#include "duckdb.hpp"

#include "query/duckdb/dialect/interval_literal.h"
#include "query/format/time_text.h"

namespace influxdb3::query::sql {

/// Picks types and implementation of an operator (`+ - * / %`) with timestamps, dates, durations
/// or intervals on a side; a NULL literal's type is SQLNULL. False when neither side is of these.
/// Raises the reference's error for what does not go together.
bool BindTimeArithmetic(char symbol, duckdb::ScalarFunction& function,
                        const duckdb::LogicalType& left, const duckdb::LogicalType& right);

/// A time moved by an interval, forwards or backwards: months first, then days, by the clocks of
/// the zone or by UTC when that is null. Raises an error for what no number of nanoseconds holds
/// and for clocks that skip or repeat what they would show.
int64_t ShiftTime(int64_t nanos, const IntervalParts& parts, bool negative, const TimeZone* zone);

/// DuckDB's own + and - of timestamps and intervals, by which it finds the ends of window frames.
void RegisterFrameOperators(duckdb::ExtensionLoader& loader);

}  // namespace influxdb3::query::sql
