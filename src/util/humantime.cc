#include "util/humantime.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace influxdb3::util {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

struct Unit {
  std::string_view name;
  int64_t factor_ns;
};

constexpr Unit kUnits[] = {
    {"ns", 1},
    {"nsec", 1},
    {"nanos", 1},
    {"nanosecond", 1},
    {"nanoseconds", 1},
    {"us", 1'000},
    {"usec", 1'000},
    {"micros", 1'000},
    {"microsecond", 1'000},
    {"microseconds", 1'000},
    {"ms", 1'000'000},
    {"msec", 1'000'000},
    {"millis", 1'000'000},
    {"millisecond", 1'000'000},
    {"milliseconds", 1'000'000},
    {"s", kSecond},
    {"sec", kSecond},
    {"secs", kSecond},
    {"second", kSecond},
    {"seconds", kSecond},
    {"m", 60 * kSecond},
    {"min", 60 * kSecond},
    {"mins", 60 * kSecond},
    {"minute", 60 * kSecond},
    {"minutes", 60 * kSecond},
    {"h", 3'600 * kSecond},
    {"hr", 3'600 * kSecond},
    {"hrs", 3'600 * kSecond},
    {"hour", 3'600 * kSecond},
    {"hours", 3'600 * kSecond},
    {"d", kDay},
    {"day", kDay},
    {"days", kDay},
    {"w", 7 * kDay},
    {"wk", 7 * kDay},
    {"wks", 7 * kDay},
    {"week", 7 * kDay},
    {"weeks", 7 * kDay},
    {"M", 2'630'016 * kSecond},
    {"month", 2'630'016 * kSecond},
    {"months", 2'630'016 * kSecond},
    {"y", 31'557'600 * kSecond},
    {"yr", 31'557'600 * kSecond},
    {"yrs", 31'557'600 * kSecond},
    {"year", 31'557'600 * kSecond},
    {"years", 31'557'600 * kSecond},
};

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Status TooLarge() {
  return Status::InvalidArgument("number is too large");
}

/// The number that starts at `position`; blanks may separate its digits and its unit.
Result<int64_t> ReadNumber(std::string_view text, size_t& position) {
  int64_t number = 0;
  for (; position < text.size() && !IsLetter(text[position]); ++position) {
    char c = text[position];
    if (IsSpace(c)) continue;
    if (!IsDigit(c)) {
      return Status::InvalidArgument(fmt::format("invalid character at {}", position));
    }
    if (__builtin_mul_overflow(number, int64_t{10}, &number) ||
        __builtin_add_overflow(number, int64_t{c - '0'}, &number)) {
      return TooLarge();
    }
  }
  return number;
}

Result<std::string_view> ReadUnit(std::string_view text, size_t& position) {
  size_t start = position;
  while (position < text.size() && IsLetter(text[position])) ++position;
  if (position < text.size() && !IsDigit(text[position]) && !IsSpace(text[position])) {
    return Status::InvalidArgument(fmt::format("invalid character at {}", position));
  }
  return text.substr(start, position - start);
}

Result<int64_t> Scale(int64_t number, std::string_view unit) {
  for (const Unit& known : kUnits) {
    if (known.name != unit) continue;
    int64_t scaled = 0;
    if (__builtin_mul_overflow(number, known.factor_ns, &scaled)) return TooLarge();
    return scaled;
  }
  if (unit.empty()) {
    return Status::InvalidArgument(
        fmt::format("time unit needed, for example {0}sec or {0}ms", number));
  }
  return Status::InvalidArgument(
      fmt::format("unknown time unit \"{}\", supported units: ns, us, ms, sec, min, hours, days, "
                  "weeks, months, years (and few variations)",
                  unit));
}

}  // namespace

Result<int64_t> ParseHumantime(std::string_view text) {
  if (text == "0") return int64_t{0};
  int64_t total = 0;
  size_t position = 0;
  bool any = false;
  while (true) {
    while (position < text.size() && IsSpace(text[position])) ++position;
    if (position == text.size()) break;
    if (!IsDigit(text[position])) {
      return Status::InvalidArgument(fmt::format("expected number at {}", position));
    }
    ASSIGN_OR_RETURN(int64_t number, ReadNumber(text, position));
    ASSIGN_OR_RETURN(std::string_view unit, ReadUnit(text, position));
    ASSIGN_OR_RETURN(int64_t part, Scale(number, unit));
    if (__builtin_add_overflow(total, part, &total)) return TooLarge();
    any = true;
  }
  if (!any) return Status::InvalidArgument("value was empty");
  return total;
}

std::string FormatHumantime(int64_t duration_ns) {
  static constexpr std::array<Unit, 7> kPrinted = {{{"d", kDay},
                                                    {"h", 3'600 * kSecond},
                                                    {"m", 60 * kSecond},
                                                    {"s", kSecond},
                                                    {"ms", 1'000'000},
                                                    {"us", 1'000},
                                                    {"ns", 1}}};
  std::string text;
  for (const Unit& unit : kPrinted) {
    int64_t count = duration_ns / unit.factor_ns;
    if (count == 0) continue;
    if (!text.empty()) text += ' ';
    text += fmt::format("{}{}", count, unit.name);
    duration_ns %= unit.factor_ns;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace influxdb3::util
