#pragma once

#include <cstdint>
#include <optional>

#include "query/duckdb/dialect/timestamp_text.h"

namespace influxdb3::query::sql {

/// What can be wrong with a text that is read by a format, in the reference's words.
inline constexpr const char* kOutOfRange = "input is out of range";
inline constexpr const char* kImpossible = "no possible date and time matching input";
inline constexpr const char* kNotEnough = "input is not enough for unique date and time";
inline constexpr const char* kInvalid = "input contains invalid characters";
inline constexpr const char* kTooShort = "premature end of input";
inline constexpr const char* kTooLong = "trailing input";
inline constexpr const char* kBadFormat = "bad or unsupported format string";

/// What a format has found in a text, field by field.
struct FoundFields {
  std::optional<int64_t> year, century, short_year;
  std::optional<int64_t> iso_year, iso_century, iso_short_year;
  std::optional<int64_t> quarter, month, day, yearday;
  std::optional<int64_t> sunday_week, monday_week, iso_week;
  std::optional<int64_t> weekday;  ///< Monday is 0
  std::optional<int64_t> half, hour12, minute, second, nanos;
  std::optional<int64_t> epoch, offset;
};

/// The text of what is wrong; null while all is well.
using Problem = const char*;

/// Sets a field that is not set yet or has the same value.
Problem SetField(std::optional<int64_t>* field, int64_t value, int64_t least, int64_t most);

/// The moment that the fields make. They must agree; a date is enough where the time of day is not
/// known, and then an offset does not matter either.
Problem MomentOf(const FoundFields& found, Moment* moment);

}  // namespace influxdb3::query::sql
