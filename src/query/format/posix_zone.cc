#include "query/format/posix_zone.h"

#include <algorithm>
#include <array>

namespace influxdb3::query {
namespace {

constexpr int64_t kDay = 86'400;

int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

bool IsLeapYear(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// Days from 1970-01-01 to the first of January of a year.
int64_t DaysToYear(int64_t year) {
  const int64_t before = year - 1;
  return 365 * (year - 1970) + (FloorDivide(before, 4) - 492) - (FloorDivide(before, 100) - 19) +
         (FloorDivide(before, 400) - 4);
}

int64_t YearOf(int64_t unix_seconds) {
  const int64_t days = FloorDivide(unix_seconds, kDay);
  int64_t year = 1970 + FloorDivide(days, 366);
  while (DaysToYear(year + 1) <= days) ++year;
  return year;
}

}  // namespace

class PosixZone::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool Done() const { return text_.empty(); }
  bool Skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  char Peek() const { return text_.empty() ? '\0' : text_[0]; }

  /// An abbreviation, bare or between angle brackets.
  bool Name() {
    if (Skip('<')) {
      const size_t end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    size_t length = 0;
    while (length < text_.size() &&
           ((text_[length] | 0x20) >= 'a' && (text_[length] | 0x20) <= 'z'))
      ++length;
    text_.remove_prefix(length);
    return length >= 3;
  }

  bool Number(int* number) {
    size_t length = 0;
    *number = 0;
    for (; length < text_.size() && length < 4 && text_[length] >= '0' && text_[length] <= '9';
         ++length) {
      *number = *number * 10 + (text_[length] - '0');
    }
    text_.remove_prefix(length);
    return length > 0;
  }

  /// `[+-]h[:m[:s]]`
  bool Clock(int64_t* seconds) {
    const bool negative = Skip('-');
    if (!negative) Skip('+');
    int hours = 0;
    int minutes = 0;
    int rest = 0;
    if (!Number(&hours)) return false;
    if (Skip(':') && !Number(&minutes)) return false;
    if (Skip(':') && !Number(&rest)) return false;
    *seconds = hours * int64_t{3600} + minutes * int64_t{60} + rest;
    if (negative) *seconds = -*seconds;
    return true;
  }

  bool ReadDay(Day* day) {
    if (Skip('M')) {
      day->kind = Day::Kind::kMonthWeekDay;
      if (!Number(&day->month) || !Skip('.') || !Number(&day->week) || !Skip('.') ||
          !Number(&day->day) || day->month < 1 || day->month > 12 || day->week < 1 ||
          day->week > 5 || day->day > 6) {
        return false;
      }
    } else {
      day->kind = Skip('J') ? Day::Kind::kJulian : Day::Kind::kYearDay;
      if (!Number(&day->day) || day->day > 366) return false;
    }
    return !Skip('/') || Clock(&day->seconds);
  }

 private:
  std::string_view text_;
};

std::optional<PosixZone> PosixZone::Parse(std::string_view text) {
  PosixZone zone;
  Parser parser(text);
  int64_t west = 0;
  if (!parser.Name() || !parser.Clock(&west)) return std::nullopt;
  zone.standard_ = -west;
  if (parser.Done()) return zone;
  zone.has_summer_ = true;
  zone.summer_ = zone.standard_ + 3600;
  if (!parser.Name()) return std::nullopt;
  if (parser.Peek() != ',') {
    if (!parser.Clock(&west)) return std::nullopt;
    zone.summer_ = -west;
  }
  if (!parser.Skip(',') || !parser.ReadDay(&zone.begin_) || !parser.Skip(',') ||
      !parser.ReadDay(&zone.end_) || !parser.Done()) {
    return std::nullopt;
  }
  return zone;
}

int64_t PosixZone::WallOf(const Day& day, int64_t year) {
  constexpr std::array<int, 12> kBefore = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  constexpr std::array<int, 12> kLength = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int64_t january = DaysToYear(year);
  const bool leap = IsLeapYear(year);
  int64_t days = january + day.day;
  if (day.kind == Day::Kind::kJulian) {
    // Counts from 1 and never counts the 29th of February.
    days += leap && day.day >= 60 ? 0 : -1;
  } else if (day.kind == Day::Kind::kMonthWeekDay) {
    const auto month = static_cast<size_t>(day.month - 1);
    const int64_t first = january + kBefore[month] + (leap && month > 1 ? 1 : 0);
    const int64_t length = kLength[month] + (leap && month == 1 ? 1 : 0);
    const int64_t weekday = first + 4 - FloorDivide(first + 4, 7) * 7;  // Sunday is 0.
    int64_t offset = (day.day - weekday + 7) % 7 + (day.week - 1) * 7;
    if (offset >= length) offset -= 7;
    days = first + offset;
  }
  return days * kDay + day.seconds;
}

PosixZone::Stretch PosixZone::At(int64_t unix_seconds) const {
  if (!has_summer_) return {INT64_MIN, INT64_MAX, standard_};
  struct Change {
    int64_t at;
    int64_t offset;
  };
  std::array<Change, 6> changes;
  const int64_t year = YearOf(unix_seconds + standard_);
  size_t count = 0;
  for (int64_t each = year - 1; each <= year + 1; ++each) {
    changes[count++] = {WallOf(begin_, each) - standard_, summer_};
    changes[count++] = {WallOf(end_, each) - summer_, standard_};
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  const auto next =
      std::upper_bound(changes.begin(), changes.end(), unix_seconds,
                       [](int64_t moment, const Change& change) { return moment < change.at; });
  if (next == changes.begin() || next == changes.end()) {
    return {unix_seconds, unix_seconds + 1, standard_};
  }
  const Change& last = *(next - 1);
  return {last.at, next->at, last.offset};
}

}  // namespace influxdb3::query
