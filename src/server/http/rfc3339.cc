#include "server/http/rfc3339.h"

#include <chrono>

namespace influxdb3::server::http {
namespace {

using util::Status;

/// Reads the text from left to right; the first fault stands.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int64_t Number(size_t digits) {
    int64_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (!status_.ok()) return 0;
      if (rest_.size() < digits - i) {
        Fail("premature end of input");
      } else if (rest_[0] < '0' || rest_[0] > '9') {
        Fail("input contains invalid characters");
      } else {
        value = value * 10 + (rest_[0] - '0');
        rest_.remove_prefix(1);
      }
    }
    return value;
  }

  /// Returns the character taken.
  char OneOf(std::string_view choices) {
    if (!status_.ok()) return '\0';
    if (rest_.empty()) {
      Fail("premature end of input");
      return '\0';
    }
    const char c = rest_[0];
    if (choices.find(c) == std::string_view::npos) {
      Fail("input contains invalid characters");
      return '\0';
    }
    rest_.remove_prefix(1);
    return c;
  }

  int64_t FractionNs() {
    if (!status_.ok() || rest_.empty() || rest_[0] != '.') return 0;
    rest_.remove_prefix(1);
    int64_t nanos = 0;
    int64_t unit = 100'000'000;
    size_t digits = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      nanos += (rest_[0] - '0') * unit;
      unit /= 10;
      ++digits;
      rest_.remove_prefix(1);
    }
    if (digits == 0)
      Fail(rest_.empty() ? "premature end of input" : "input contains invalid characters");
    return nanos;
  }

  void Check(bool in_range) {
    if (status_.ok() && !in_range) Fail("input is out of range");
  }
  Status Finish() {
    if (status_.ok() && !rest_.empty()) Fail("trailing input");
    return status_;
  }

 private:
  void Fail(const char* reason) { status_ = Status::InvalidArgument(reason); }

  std::string_view rest_;
  Status status_;
};

}  // namespace

util::Result<int64_t> ParseRfc3339(std::string_view text) {
  namespace chrono = std::chrono;
  Reader reader(text);
  const int64_t year = reader.Number(4);
  reader.OneOf("-");
  const int64_t month = reader.Number(2);
  reader.OneOf("-");
  const int64_t day = reader.Number(2);
  reader.OneOf("Tt ");
  const int64_t hour = reader.Number(2);
  reader.OneOf(":");
  const int64_t minute = reader.Number(2);
  reader.OneOf(":");
  const int64_t second = reader.Number(2);
  const int64_t fraction_ns = reader.FractionNs();
  const char zone = reader.OneOf("Zz+-");
  int64_t offset_minutes = 0;
  if (zone == '+' || zone == '-') {
    const int64_t offset_hour = reader.Number(2);
    reader.OneOf(":");
    const int64_t offset_minute = reader.Number(2);
    reader.Check(offset_hour < 24 && offset_minute < 60);
    offset_minutes = (offset_hour * 60 + offset_minute) * (zone == '-' ? -1 : 1);
  }
  const chrono::year_month_day date(chrono::year(static_cast<int>(year)),
                                    chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day)));
  reader.Check(date.ok() && hour < 24 && minute < 60 && second <= 60);
  RETURN_IF_ERROR(reader.Finish());
  const int64_t days = chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
  int64_t nanos = 0;
  if (__builtin_mul_overflow(seconds, int64_t{1'000'000'000}, &nanos) ||
      __builtin_add_overflow(nanos, fraction_ns, &nanos)) {
    return Status::InvalidArgument("input is out of range");
  }
  return nanos;
}

}  // namespace influxdb3::server::http
