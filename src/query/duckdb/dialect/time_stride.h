#pragma once

#include <cstdint>
#include <vector>

#include "duckdb.hpp"

#include "query/format/time_text.h"

namespace influxdb3::query::sql {

/// The stride of date_bin and its kin; only one of months and nanos is set.
struct Stride {
  int64_t months = 0;
  int64_t nanos = 0;
  int64_t origin = 0;  ///< used when the origin is constant
  bool operator==(const Stride& other) const {
    return months == other.months && nanos == other.nanos && origin == other.origin;
  }
};

/// From an INTERVAL or its text. Raises the reference's error for anything else.
Stride ReadStride(const duckdb::Value& value);

/// Start of the bin of `time`; wraps at the ends of the range like the rest of the arithmetic.
int64_t BinNanos(int64_t time, int64_t stride, int64_t origin);

/// Start of the bin of the instant `time` by the clocks of the zone. A start that clocks skip moves
/// by what they skip; one that they show twice is the earlier one when the stride is longer than
/// the repeated span, else the one with the offset of `time`.
int64_t BinWallClock(int64_t time, const Stride& stride, const TimeZone& zone);

/// Starts of the bins from that of `lower` to that of `upper`, ascending. `zone` is null for bins
/// that do not follow clocks. Empty when `lower` is after `upper`. Raises an error when there are
/// more than `count_max`.
std::vector<int64_t> ListBins(int64_t lower, int64_t upper, const Stride& stride,
                              const TimeZone* zone, size_t count_max);

}  // namespace influxdb3::query::sql
