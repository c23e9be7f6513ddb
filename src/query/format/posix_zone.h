#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace influxdb3::query {

/// The rule for all years of a zone's clocks, as POSIX writes it and files of the zone database end
/// with: `CET-1CEST,M3.5.0,M10.5.0/3`.
class PosixZone {
 public:
  /// Nothing when the text is no such rule.
  static std::optional<PosixZone> Parse(std::string_view text);

  bool has_summer_time() const { return has_summer_; }

  /// Seconds east of UTC at an instant, and the span of instants around it with the same offset.
  struct Stretch {
    int64_t begin;
    int64_t end;
    int64_t offset;
  };
  Stretch At(int64_t unix_seconds) const;

 private:
  /// A day of the year and seconds behind its midnight.
  struct Day {
    enum class Kind { kMonthWeekDay, kJulian, kYearDay } kind = Kind::kJulian;
    int month = 0;
    int week = 0;
    int day = 0;
    int64_t seconds = 7200;
  };
  class Parser;

  /// The clock time of a day in a year, in seconds since 1970 as if it were UTC.
  static int64_t WallOf(const Day& day, int64_t year);

  int64_t standard_ = 0;
  int64_t summer_ = 0;
  bool has_summer_ = false;
  Day begin_;  ///< of summer time
  Day end_;
};

}  // namespace influxdb3::query
