#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/duckdb/dialect/timestamp_text.h"
#include "util/result.h"

namespace influxdb3::query::sql {

/// What of a moment is there to be written.
enum class TimeFields {
  kAll,
  kClock,  ///< a time of day, without a date
};

/// Writes a moment by a chrono format (`%Y-%m-%d %H:%M:%S%.3f`). `nanos` is what the clock shows;
/// `offset_seconds` is its distance from UTC, nothing when there is no zone. Unknown specifiers and
/// those for what is not there are errors.
util::Result<std::string> FormatWith(int64_t nanos, std::string_view format,
                                     std::optional<int64_t> offset_seconds = std::nullopt,
                                     TimeFields fields = TimeFields::kAll);

/// Reads a moment by a chrono format. A date is enough; without an offset it is in UTC.
util::Result<Moment> ParseWith(std::string_view text, std::string_view format);

/// Specifiers that stand for others, e.g. `T`; empty for all other ones.
std::string_view CompoundFormat(char specifier);

inline constexpr std::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
inline constexpr std::string_view kDayNames[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};

}  // namespace influxdb3::query::sql
