#pragma once

#include <cstddef>

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// What a row without a value of an aggregate gets in a gap-filling query.
enum class FillStrategy : char {
  kNull = 'n',
  kZero = 'z',         ///< count
  kPrevious = 'p',     ///< locf
  kInterpolate = 'i',  ///< interpolate
};

/// First character of a plan for bins that follow a zone's clocks; `u` for others.
inline constexpr char kWallClockPlan = 'w';

/// Rows that gap filling may make of one series, and of the series it fills at once.
inline constexpr size_t kGapFillRowsMax = 10'000'000;
inline constexpr size_t kGapFillBatchRowsMax = 32'000'000;

/// Throws the reference's error when the expression has a call that only gap-filling queries may
/// have, and those not here. For expressions not yet rewritten.
void RefuseGapCalls(const duckdb::ParsedExpression& expression);

/// Registers `iox_gap_fill(rows, lower, upper, plan, stride, origin)`: `rows` are the aggregated
/// rows of one series, LIST(STRUCT(time, aggregates...)); what comes out has a row for each bin, by
/// time. Bounds are inclusive, in nanoseconds. `plan` is a constant text: how bins are made, then
/// a FillStrategy for each aggregate.
void RegisterGapFill(duckdb::ExtensionLoader& loader);

}  // namespace influxdb3::query::sql
