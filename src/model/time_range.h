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
  static TimeRange AtLeast(int64_t bound_ns) { return {bound_ns, TimeRange().max_ns}; }
  static TimeRange AtMost(int64_t bound_ns) { return {TimeRange().min_ns, bound_ns}; }
  /// Empty where no timestamp is greater, or less.
  static TimeRange Above(int64_t bound_ns) {
    return bound_ns == TimeRange().max_ns ? TimeRange{1, 0} : AtLeast(bound_ns + 1);
  }
  static TimeRange Below(int64_t bound_ns) {
    return bound_ns == TimeRange().min_ns ? TimeRange{1, 0} : AtMost(bound_ns - 1);
  }
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
