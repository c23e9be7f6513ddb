#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace influxdb3::model {

/// A closed range of timestamps in nanoseconds since 1970: both ends belong to it. Empty when
/// min_ns > max_ns.
struct TimeRange {
  int64_t min_ns = std::numeric_limits<int64_t>::min();
  int64_t max_ns = std::numeric_limits<int64_t>::max();

  static TimeRange All() { return {}; }
  bool empty() const { return min_ns > max_ns; }
  bool Overlaps(const TimeRange& other) const {
    return min_ns <= other.max_ns && other.min_ns <= max_ns;
  }
  bool Contains(const TimeRange& other) const {
    return min_ns <= other.min_ns && other.max_ns <= max_ns;
  }
  TimeRange Intersect(const TimeRange& other) const {
    return {std::max(min_ns, other.min_ns), std::min(max_ns, other.max_ns)};
  }
  bool operator==(const TimeRange&) const = default;
};

}  // namespace influxdb3::model
