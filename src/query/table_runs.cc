#include "query/table_runs.h"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace influxdb3::query {
namespace {

using model::TimeRange;

/// How many nanoseconds lie between two intervals, the first of which ends before the second.
uint64_t GapBetween(const TimeRange& first, const TimeRange& second) {
  return static_cast<uint64_t>(second.min_ns) - static_cast<uint64_t>(first.max_ns);
}

void SortAndMerge(std::vector<TimeRange>* intervals) {
  std::sort(intervals->begin(), intervals->end(),
            [](const TimeRange& a, const TimeRange& b) { return a.min_ns < b.min_ns; });
  size_t count = 0;
  for (const TimeRange& interval : *intervals) {
    if (count > 0 && interval.min_ns <= (*intervals)[count - 1].max_ns) {
      TimeRange& last = (*intervals)[count - 1];
      last.max_ns = std::max(last.max_ns, interval.max_ns);
    } else {
      (*intervals)[count++] = interval;
    }
  }
  intervals->resize(count);
}

/// All times that at least two of the ranges contain.
std::vector<TimeRange> SharedTimes(std::vector<TimeRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const TimeRange& a, const TimeRange& b) { return a.min_ns < b.min_ns; });
  std::vector<TimeRange> shared;
  for (size_t i = 1; i < ranges.size(); ++i) {
    const int64_t covered_to = ranges[i - 1].max_ns;
    if (ranges[i].min_ns <= covered_to) {
      shared.push_back({ranges[i].min_ns, std::min(ranges[i].max_ns, covered_to)});
    }
    // From here on only the furthest end so far counts.
    ranges[i].max_ns = std::max(ranges[i].max_ns, covered_to);
  }
  SortAndMerge(&shared);
  return shared;
}

void TakeInWhole(const std::vector<TimeRange>& ranges, size_t whole_count,
                 std::vector<TimeRange>* intervals) {
  const std::vector<TimeRange> before = *intervals;
  for (size_t i = 0; i < whole_count; ++i) {
    if (PlaceOf(ranges[i], before) != RunPlace::kClear) intervals->push_back(ranges[i]);
  }
  SortAndMerge(intervals);
}

void Coalesce(size_t intervals_max, std::vector<TimeRange>* intervals) {
  if (intervals->size() <= intervals_max) return;
  std::vector<uint64_t> gaps;
  for (size_t i = 1; i < intervals->size(); ++i) {
    gaps.push_back(GapBetween((*intervals)[i - 1], (*intervals)[i]));
  }
  // The widest gaps stay.
  const size_t kept_max = intervals_max - 1;
  std::vector<uint64_t> widest = gaps;
  std::sort(widest.begin(), widest.end(), std::greater<>());
  const uint64_t closed_width_max = widest[kept_max];
  size_t kept = 0;
  size_t count = 1;
  for (size_t i = 1; i < intervals->size(); ++i) {
    if (gaps[i - 1] > closed_width_max && kept < kept_max) {
      (*intervals)[count++] = (*intervals)[i];
      ++kept;
    } else {
      (*intervals)[count - 1].max_ns = (*intervals)[i].max_ns;
    }
  }
  intervals->resize(count);
}

}  // namespace

std::vector<TimeRange> ContestedIntervals(const std::vector<TimeRange>& ranges, size_t whole_count,
                                          size_t intervals_max) {
  std::vector<TimeRange> intervals = SharedTimes(ranges);
  TakeInWhole(ranges, whole_count, &intervals);
  Coalesce(intervals_max, &intervals);
  // A closed gap may have cut ranges that lay beside it.
  TakeInWhole(ranges, whole_count, &intervals);
  return intervals;
}

RunPlace PlaceOf(const TimeRange& run, const std::vector<TimeRange>& contested) {
  const auto first = std::lower_bound(
      contested.begin(), contested.end(), run.min_ns,
      [](const TimeRange& interval, int64_t begin) { return interval.max_ns < begin; });
  if (first == contested.end() || first->min_ns > run.max_ns) return RunPlace::kClear;
  return first->Contains(run) ? RunPlace::kContested : RunPlace::kPartlyContested;
}

}  // namespace influxdb3::query
