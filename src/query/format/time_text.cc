#include "query/format/time_text.h"

#include <cstring>

#include "query/format/number_text.h"

namespace influxdb3::query {
namespace {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

struct CivilDate {
  int64_t year;
  uint32_t month;
  uint32_t day;
};

/// Days since 1970-01-01 to the proleptic Gregorian calendar: counts in eras of 400 years that
/// begin on 1 March, so that the leap day is the last day of a year.
CivilDate CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<uint32_t>(days - era * 146097);
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  date.month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  date.year = static_cast<int64_t>(year_of_era) + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

char* WriteDigits(uint64_t value, int digits, char* out) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) {
    out[i] = static_cast<char>('0' + value % 10);
  }
  return out + digits;
}

char* WriteTwo(uint32_t value, char* out) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out + 2;
}

char* WriteText(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* WriteFraction(uint32_t nanoseconds, char* out) {
  if (nanoseconds == 0) return out;
  *out++ = '.';
  if (nanoseconds % 1'000'000 == 0) return WriteDigits(nanoseconds / 1'000'000, 3, out);
  if (nanoseconds % 1000 == 0) return WriteDigits(nanoseconds / 1000, 6, out);
  return WriteDigits(nanoseconds, 9, out);
}

char* WriteClock(uint32_t second_of_day, uint32_t nanoseconds, char* out) {
  out = WriteTwo(second_of_day / 3600, out);
  *out++ = ':';
  out = WriteTwo(second_of_day / 60 % 60, out);
  *out++ = ':';
  out = WriteTwo(second_of_day % 60, out);
  return WriteFraction(nanoseconds, out);
}

char* WriteOffset(int64_t offset_seconds, char* out) {
  if (offset_seconds == 0) return WriteText("Z", out);
  *out++ = offset_seconds < 0 ? '-' : '+';
  const auto minutes =
      static_cast<uint32_t>((offset_seconds < 0 ? -offset_seconds : offset_seconds) / 60);
  out = WriteTwo(minutes / 60, out);
  *out++ = ':';
  return WriteTwo(minutes % 60, out);
}

/// Writes `prefix`, the value and `unit` when the value is not zero; the next part then begins with
/// a space.
char* WritePart(int64_t value, std::string_view unit, std::string_view* prefix, char* out) {
  if (value == 0) return out;
  out = WriteText(*prefix, out);
  *prefix = " ";
  return WriteText(unit, WriteInteger(value, out));
}

}  // namespace

char* WriteDate(int64_t days, char* out) {
  const CivilDate date = CivilFromDays(days);
  if (date.year >= 0 && date.year <= 9999) {
    out = WriteDigits(static_cast<uint64_t>(date.year), 4, out);
  } else {
    *out++ = date.year < 0 ? '-' : '+';
    const auto year = static_cast<uint64_t>(date.year < 0 ? -date.year : date.year);
    out = year < 10000 ? WriteDigits(year, 4, out) : WriteInteger(year, out);
  }
  *out++ = '-';
  out = WriteTwo(date.month, out);
  *out++ = '-';
  return WriteTwo(date.day, out);
}

char* WriteTimestamp(int64_t seconds, uint32_t nanoseconds, const TimeZone* zone, char* out) {
  const int64_t offset_seconds = zone == nullptr ? 0 : zone->OffsetSeconds(seconds);
  seconds += offset_seconds;
  int64_t days = seconds / kSecondsPerDay;
  int64_t second_of_day = seconds % kSecondsPerDay;
  if (second_of_day < 0) {
    second_of_day += kSecondsPerDay;
    --days;
  }
  out = WriteDate(days, out);
  *out++ = 'T';
  out = WriteClock(static_cast<uint32_t>(second_of_day), nanoseconds, out);
  return zone == nullptr ? out : WriteOffset(offset_seconds, out);
}

char* WriteTimeOfDay(int64_t nanoseconds, char* out) {
  return WriteClock(static_cast<uint32_t>(nanoseconds / kNanosecondsPerSecond),
                    static_cast<uint32_t>(nanoseconds % kNanosecondsPerSecond), out);
}

char* WriteDuration(int64_t seconds, uint32_t nanoseconds, char* out) {
  auto magnitude = static_cast<uint64_t>(seconds);
  if (seconds < 0) {
    *out++ = '-';
    magnitude = ~magnitude + 1;
    if (nanoseconds > 0) {
      --magnitude;
      nanoseconds = static_cast<uint32_t>(kNanosecondsPerSecond) - nanoseconds;
    }
  }
  if (magnitude == 0 && nanoseconds == 0) return WriteText("P0D", out);
  out = WriteInteger(magnitude, WriteText("PT", out));
  if (nanoseconds > 0) {
    *out++ = '.';
    out = WriteDigits(nanoseconds, 9, out);
    while (out[-1] == '0') --out;
  }
  *out++ = 'S';
  return out;
}

char* WriteInterval(int64_t months, int64_t days, int64_t nanoseconds, int second_digits,
                    char* out) {
  std::string_view prefix = "";
  out = WritePart(months, " mons", &prefix, out);
  out = WritePart(days, " days", &prefix, out);
  const int64_t total_seconds = nanoseconds / kNanosecondsPerSecond;
  out = WritePart(total_seconds / 3600, " hours", &prefix, out);
  out = WritePart(total_seconds / 60 % 60, " mins", &prefix, out);
  const int64_t seconds = total_seconds % 60;
  int64_t fraction = nanoseconds % kNanosecondsPerSecond;
  if (seconds == 0 && fraction == 0) return out;
  out = WriteText(prefix, out);
  if (seconds < 0 || fraction < 0) *out++ = '-';
  out = WriteInteger(seconds < 0 ? -seconds : seconds, out);
  *out++ = '.';
  if (fraction < 0) fraction = -fraction;
  if (second_digits == 3) fraction /= 1'000'000;
  out = WriteDigits(static_cast<uint64_t>(fraction), second_digits, out);
  return WriteText(" secs", out);
}

char* WriteYearMonthInterval(int64_t months, char* out) {
  out = WriteText(" years ", WriteInteger(months / 12, out));
  return WriteText(" mons", WriteInteger(months % 12, out));
}

}  // namespace influxdb3::query
