#include "query/duckdb/dialect/timestamp_text.h"

#include <charconv>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

/// A position in the text that reads fixed-width numbers.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool Done() const { return at_ == text_.size(); }
  char Peek() const { return Done() ? '\0' : text_[at_]; }
  std::string_view Rest() const { return text_.substr(at_); }
  bool Skip(char c) {
    if (Peek() != c || Done()) return false;
    ++at_;
    return true;
  }
  bool Digits(size_t count, int* value) {
    if (at_ + count > text_.size()) return false;
    *value = 0;
    for (size_t i = 0; i < count; ++i) {
      const char c = text_[at_ + i];
      if (c < '0' || c > '9') return false;
      *value = *value * 10 + (c - '0');
    }
    at_ += count;
    return true;
  }
  /// Digits beyond the ninth are read and dropped.
  bool Fraction(int64_t* nanos) {
    int64_t scale = kNanosPerSecond;
    bool any = false;
    *nanos = 0;
    for (; Peek() >= '0' && Peek() <= '9'; ++at_, any = true) {
      scale /= 10;
      *nanos += scale * (Peek() - '0');
    }
    return any;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

bool ReadDate(Reader& reader, int64_t* days) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!reader.Digits(4, &year) || !reader.Skip('-') || !reader.Digits(2, &month) ||
      !reader.Skip('-') || !reader.Digits(2, &day)) {
    return false;
  }
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) return false;
  *days = DaysFromCivil(year, month, day);
  return true;
}

bool ReadClock(Reader& reader, int64_t* nanos) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t fraction = 0;
  if (!reader.Digits(2, &hour)) return false;
  const bool compact = reader.Peek() != ':';
  if ((!compact && !reader.Skip(':')) || !reader.Digits(2, &minute) ||
      (!compact && !reader.Skip(':')) || !reader.Digits(2, &second)) {
    return false;
  }
  if (!compact && reader.Skip('.') && !reader.Fraction(&fraction)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  *nanos = (hour * 3600LL + minute * 60LL + second) * kNanosPerSecond + fraction;
  return true;
}

/// `2263-01-01 00:00:00`
std::string ClockText(int64_t seconds) {
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  const int64_t clock = seconds - days * kSecondsPerDay;
  const CivilDay civil = CivilFromDays(days);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", civil.year, civil.month, civil.day,
                     clock / 3600, clock / 60 % 60, clock % 60);
}

Status Invalid(std::string_view text, std::string_view reason) {
  return Status::Internal(fmt::format(
      "Arrow error: Parser error: Error parsing timestamp from '{}': {}", text, reason));
}

}  // namespace

Result<Moment> ParseMoment(std::string_view text, const TimeZone* zone) {
  if (text.size() < 10) return Invalid(text, "timestamp must contain at least 10 characters");
  Reader reader(text);
  int64_t days = 0;
  if (!ReadDate(reader, &days)) return Invalid(text, "error parsing date");
  int64_t clock = 0;
  std::shared_ptr<const TimeZone> own_zone;
  if (!reader.Done()) {
    if (!reader.Skip('T') && !reader.Skip('t') && !reader.Skip(' ')) {
      return Invalid(text, "invalid timestamp separator");
    }
    if (!ReadClock(reader, &clock)) return Invalid(text, "error parsing time");
    std::string_view rest = reader.Rest();
    const bool utc = rest == "Z" || rest == "z";
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    if (!reader.Done()) {
      util::Result<std::shared_ptr<const TimeZone>> found = TimeZone::Find(utc ? "UTC" : rest);
      if (!found.ok() || (!utc && rest == "Z")) {
        return Status::Internal(fmt::format(
            "Arrow error: Parser error: Invalid timezone \"{}\": failed to parse timezone", rest));
      }
      own_zone = *std::move(found);
      zone = own_zone.get();
    }
  }
  const int64_t seconds = days * kSecondsPerDay + clock / kNanosPerSecond;
  const int64_t nanos = clock % kNanosPerSecond;
  if (zone == nullptr) return Moment{seconds, nanos};
  const std::optional<int64_t> instant = OnlySecondsOf(seconds, *zone);
  if (!instant.has_value()) return Invalid(text, "error computing timezone offset");
  return Moment{*instant, nanos};
}

Result<int64_t> ParseTimestamp(std::string_view text, const TimeZone* zone) {
  ASSIGN_OR_RETURN(const Moment moment, ParseMoment(text, zone));
  const Wide128 nanos = Wide128{moment.seconds} * kNanosPerSecond + Wide128{moment.nanos};
  // The largest number stands for infinity.
  if (nanos < std::numeric_limits<int64_t>::min() || nanos >= std::numeric_limits<int64_t>::max()) {
    return Status::Internal(fmt::format(
        "Arrow error: Cast error: Overflow converting {} to Nanosecond. The dates that can be "
        "represented as nanoseconds have to be between 1677-09-21T00:12:44.0 and "
        "2262-04-11T23:47:16.854775804",
        ClockText(moment.seconds)));
  }
  return static_cast<int64_t>(nanos);
}

namespace {

bool ReadNumber(std::string_view text, int* number) {
  if (text.empty() || text.size() > 9) return false;
  *number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    *number = *number * 10 + (c - '0');
  }
  return true;
}

/// Year, month and day with hyphens between.
std::optional<int32_t> DayOf(std::string_view year, std::string_view month, std::string_view day,
                             bool negative) {
  int numbers[3] = {};
  if (!ReadNumber(year, &numbers[0]) || !ReadNumber(month, &numbers[1]) ||
      !ReadNumber(day, &numbers[2])) {
    return std::nullopt;
  }
  constexpr int kYearMax = 262'142;
  if (negative) numbers[0] = -numbers[0];
  if (numbers[0] < -kYearMax || numbers[0] > kYearMax || numbers[1] < 1 || numbers[1] > 12 ||
      numbers[2] < 1 || numbers[2] > DaysInMonth(numbers[0], numbers[1])) {
    return std::nullopt;
  }
  return static_cast<int32_t>(DaysFromCivil(numbers[0], numbers[1], numbers[2]));
}

}  // namespace

std::optional<int32_t> ParseDate(std::string_view text) {
  const bool signs = !text.empty() && (text[0] == '+' || text[0] == '-');
  if (!signs && text.size() > 10) {
    const Result<Moment> moment = ParseMoment(text);
    if (!moment.ok()) return std::nullopt;
    return static_cast<int32_t>(FloorDivide(moment->seconds, kSecondsPerDay));
  }
  if (text.size() == 8 && text.find('-') == std::string_view::npos) {
    return DayOf(text.substr(0, 4), text.substr(4, 2), text.substr(6), false);
  }
  const size_t first = text.find('-', signs ? 1 : 0);
  const size_t second = first == std::string_view::npos ? first : text.find('-', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view year = text.substr(signs ? 1 : 0, first - (signs ? 1 : 0));
  const std::string_view month = text.substr(first + 1, second - first - 1);
  const std::string_view day = text.substr(second + 1);
  if (signs ? year.size() < 4 : year.size() != 4) return std::nullopt;
  if (month.size() > 2 || day.size() > 2) return std::nullopt;
  return DayOf(year, month, day, text[0] == '-');
}

std::optional<int64_t> ParseTimeOfDay(std::string_view text) {
  int64_t number = 0;
  const auto whole = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && whole.ec == std::errc() && whole.ptr == text.data() + text.size()) {
    return number;
  }
  std::optional<bool> afternoon;
  if (text.size() > 3 && text[text.size() - 3] == ' ' && (text.back() | 0x20) == 'm') {
    const int letter = text[text.size() - 2] | 0x20;
    if (letter == 'a' || letter == 'p') {
      afternoon = letter == 'p';
      text.remove_suffix(3);
    }
  }
  Reader reader(text);
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t fraction = 0;
  const bool short_hour = text.size() > 1 && text[1] == ':';
  if (!reader.Digits(short_hour ? 1 : 2, &hour) || !reader.Skip(':') ||
      !reader.Digits(2, &minute)) {
    return std::nullopt;
  }
  if (reader.Skip(':')) {
    if (!reader.Digits(2, &second)) return std::nullopt;
    if (reader.Skip('.') && !reader.Fraction(&fraction)) return std::nullopt;
  }
  if (!reader.Done()) return std::nullopt;
  if (afternoon.has_value()) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (*afternoon ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return (hour * 3600LL + minute * 60LL + second) * kNanosPerSecond + fraction;
}

std::string FormatTimestamp(int64_t nanos) {
  const int64_t seconds = FloorDivide(nanos, kNanosPerSecond);
  const int64_t fraction = nanos - seconds * kNanosPerSecond;
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  const int64_t clock = seconds - days * kSecondsPerDay;
  const CivilDay civil = CivilFromDays(days);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month,
                                 civil.day, clock / 3600, clock / 60 % 60, clock % 60);
  if (fraction == 0) return text;
  if (fraction % 1'000'000 == 0) return text + fmt::format(".{:03}", fraction / 1'000'000);
  if (fraction % 1'000 == 0) return text + fmt::format(".{:06}", fraction / 1'000);
  return text + fmt::format(".{:09}", fraction);
}

}  // namespace influxdb3::query::sql
