#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "util/result.h"

namespace influxdb3::query {

/// Bytes any of the writers below may need.
inline constexpr size_t kTimeBytesMax = 96;

/// The rules of one time zone: a name of the zone database or a fixed offset such as `+02:00`.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  static util::Result<std::shared_ptr<const TimeZone>> Find(std::string_view name);
  virtual int64_t OffsetSeconds(int64_t unix_seconds) const = 0;
};

/// Each writes at `out` and returns the end. Fractions of a second have 0, 3, 6 or 9 digits, as few
/// as keep the value.

/// `2020-01-01T00:00:00.5`-like text of a moment; with a zone its local time and offset, `Z` for
/// an offset of zero. `nanoseconds` is below 10^9.
char* WriteTimestamp(int64_t seconds, uint32_t nanoseconds, const TimeZone* zone, char* out);
char* WriteDate(int64_t days, char* out);
/// A time of day, `01:02:03.500`.
char* WriteTimeOfDay(int64_t nanoseconds, char* out);
/// `PT1.000000001S`, `-PT0.5S`, `P0D`. `nanoseconds` is below 10^9 and counts upwards from
/// `seconds` also when those are negative.
char* WriteDuration(int64_t seconds, uint32_t nanoseconds, char* out);
/// `14 mons 3 days 1 hours 30 mins 6.789000000 secs`, without the parts that are zero.
/// `second_digits` is 9 or 3.
char* WriteInterval(int64_t months, int64_t days, int64_t nanoseconds, int second_digits,
                    char* out);
/// `1 years 2 mons`, both parts always.
char* WriteYearMonthInterval(int64_t months, char* out);

}  // namespace influxdb3::query
