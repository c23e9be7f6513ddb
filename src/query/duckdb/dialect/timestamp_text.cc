#include "query/duckdb/dialect/timestamp_text.h"

#include <limits>

#include <fmt/format.h>

#include "query/duckdb/dialect/civil_time.h"

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
  if (!reader.Digits(2, &hour) || !reader.Skip(':') || !reader.Digits(2, &minute) ||
      !reader.Skip(':') || !reader.Digits(2, &second)) {
    return false;
  }
  int64_t fraction = 0;
  if (reader.Skip('.') && !reader.Fraction(&fraction)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  *nanos = (hour * 3600LL + minute * 60LL + second) * kNanosPerSecond + fraction;
  return true;
}

/// Reads `Z`, `+02`, `+0200` or `+02:00` to the end.
bool ReadOffset(Reader& reader, int64_t* seconds) {
  reader.Skip(' ');
  *seconds = 0;
  if (reader.Skip('Z') || reader.Skip('z')) return reader.Done();
  const bool negative = reader.Peek() == '-';
  if (!reader.Skip('+') && !reader.Skip('-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!reader.Digits(2, &hours)) return false;
  if (!reader.Done()) {
    reader.Skip(':');
    if (!reader.Digits(2, &minutes)) return false;
  }
  *seconds = (hours * 3600LL + minutes * 60LL) * (negative ? -1 : 1);
  return reader.Done() && hours < 24 && minutes < 60;
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

Result<int64_t> ParseTimestamp(std::string_view text) {
  if (text.size() < 10) return Invalid(text, "timestamp must contain at least 10 characters");
  Reader reader(text);
  int64_t days = 0;
  if (!ReadDate(reader, &days)) return Invalid(text, "error parsing date");
  int64_t clock = 0;
  int64_t offset = 0;
  if (!reader.Done()) {
    if (!reader.Skip('T') && !reader.Skip('t') && !reader.Skip(' ')) {
      return Invalid(text, "invalid timestamp separator");
    }
    if (!ReadClock(reader, &clock)) return Invalid(text, "error parsing time");
    if (!reader.Done() && !ReadOffset(reader, &offset)) {
      return Invalid(text, "invalid timezone");
    }
  }
  const Wide128 nanos = Wide128{days * kSecondsPerDay - offset} * kNanosPerSecond + Wide128{clock};
  // The largest number stands for infinity.
  if (nanos < std::numeric_limits<int64_t>::min() || nanos >= std::numeric_limits<int64_t>::max()) {
    return Status::Internal(fmt::format(
        "Arrow error: Cast error: Overflow converting {} to Nanosecond. The dates that can be "
        "represented as nanoseconds have to be between 1677-09-21T00:12:44.0 and "
        "2262-04-11T23:47:16.854775804",
        ClockText(days * kSecondsPerDay + clock / kNanosPerSecond - offset)));
  }
  return static_cast<int64_t>(nanos);
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
