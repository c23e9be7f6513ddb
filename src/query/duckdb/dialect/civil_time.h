#pragma once

#include <cstdint>

namespace influxdb3::query::sql {

/// Wide enough for the difference and the sum of any two int64_t.
__extension__ using Wide128 = __int128;

__extension__ using Int128 = __int128;

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr int64_t kSecondsPerDay = 86'400;
inline constexpr int64_t kNanosPerDay = kSecondsPerDay * kNanosPerSecond;

/// Division that rounds towards negative infinity; `divisor` is positive.
constexpr int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}
constexpr int64_t FloorModulo(int64_t value, int64_t divisor) {
  const int64_t remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

/// A day of the proleptic Gregorian calendar.
struct CivilDay {
  int32_t year;
  int32_t month;  ///< 1 to 12
  int32_t day;    ///< 1 to 31
};

/// Days since 1970-01-01. `month` may lie outside of 1 to 12 only after NormalizeMonth.
constexpr int64_t DaysFromCivil(int64_t year, int32_t month, int32_t day) {
  year -= month <= 2;
  const int64_t era = FloorDivide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

constexpr CivilDay CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = FloorDivide(days, 146097);
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month =
      static_cast<int32_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {static_cast<int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

constexpr bool IsLeapYear(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}
constexpr int32_t DaysInMonth(int64_t year, int32_t month) {
  constexpr int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

/// Adds calendar months to a day count; a day past the month's end becomes its last day.
constexpr int64_t AddMonths(int64_t days, int64_t months) {
  const CivilDay civil = CivilFromDays(days);
  const int64_t index = static_cast<int64_t>(civil.year) * 12 + civil.month - 1 + months;
  const int64_t year = FloorDivide(index, 12);
  const auto month = static_cast<int32_t>(FloorModulo(index, 12) + 1);
  const int32_t last = DaysInMonth(year, month);
  return DaysFromCivil(year, month, civil.day < last ? civil.day : last);
}

}  // namespace influxdb3::query::sql
