#pragma once

#include <cstddef>
#include <vector>

#include "model/time_range.h"

namespace influxdb3::query {

/// Times that two or more runs (files, chunks of the buffer) of a table may share: only there can
/// rows of different runs have the same key. `ranges` are those of the runs; the first
/// `whole_count` of them are never cut: each lies in one of the intervals or touches none. Sorted,
/// not overlapping, at most `intervals_max` (at least 1); to get there, intervals that lie near one
/// another become one.
std::vector<model::TimeRange> ContestedIntervals(const std::vector<model::TimeRange>& ranges,
                                                 size_t whole_count, size_t intervals_max);

/// How a run lies to the contested intervals.
enum class RunPlace { kClear, kPartlyContested, kContested };
RunPlace PlaceOf(const model::TimeRange& run, const std::vector<model::TimeRange>& contested);

}  // namespace influxdb3::query
