#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/format/time_text.h"
#include "util/result.h"

namespace influxdb3::query::sql {

/// A moment in seconds since 1970, rounded down, and nanoseconds below 10^9.
struct Moment {
  int64_t seconds = 0;
  int64_t nanos = 0;
};

/// Reads an RFC 3339 timestamp, also with a blank for `T`, without time of day, without zone or
/// with the name of one. A time without zone is one of the clocks of `zone`; null stands for UTC.
/// Errors carry the reference's text.
util::Result<Moment> ParseMoment(std::string_view text, const TimeZone* zone = nullptr);

/// The same in nanoseconds since 1970; what does not fit is an error.
util::Result<int64_t> ParseTimestamp(std::string_view text, const TimeZone* zone = nullptr);

/// `YYYY-MM-DD` with months and days of one digit or two, `YYYYMMDD`, a year with a sign, or the
/// day in UTC of a timestamp; in days since 1970.
std::optional<int32_t> ParseDate(std::string_view text);

/// `HH:MM`, `HH:MM:SS` with a fraction or without, by a clock of 12 hours with ` AM` or ` PM`; or a
/// number of nanoseconds. In nanoseconds since midnight.
std::optional<int64_t> ParseTimeOfDay(std::string_view text);

/// `2020-01-01T00:00:00.5`: the fraction in 0, 3, 6 or 9 digits.
std::string FormatTimestamp(int64_t nanos);

}  // namespace influxdb3::query::sql
