#include "query/duckdb/dialect/time_format.h"

#include <algorithm>

#include <fmt/format.h>

#include "query/duckdb/dialect/civil_time.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

/// A timestamp taken apart.
struct Fields {
  Fields(int64_t nanos, std::optional<int64_t> offset_seconds) : offset(offset_seconds) {
    const int64_t seconds = FloorDivide(nanos, kNanosPerSecond);
    fraction = nanos - seconds * kNanosPerSecond;
    days = FloorDivide(seconds, kSecondsPerDay);
    clock = seconds - days * kSecondsPerDay;
    civil = CivilFromDays(days);
    epoch = seconds - offset.value_or(0);
  }
  int64_t hour() const { return clock / 3600; }
  int64_t minute() const { return clock / 60 % 60; }
  int64_t second() const { return clock % 60; }
  int64_t hour12() const { return hour() % 12 == 0 ? 12 : hour() % 12; }
  int64_t weekday() const { return FloorModulo(days + 4, 7); }  // Sunday is 0.
  int64_t yearday() const { return days - DaysFromCivil(civil.year, 1, 1) + 1; }

  std::optional<int64_t> offset;
  int64_t fraction;
  int64_t days;
  int64_t clock;
  int64_t epoch;
  CivilDay civil;
};

bool WriteDate(const Fields& t, char specifier, std::string* out) {
  const std::string_view month = kMonthNames[t.civil.month - 1];
  const std::string_view day = kDayNames[t.weekday()];
  switch (specifier) {
    case 'Y': *out += fmt::format("{:04}", t.civil.year); return true;
    case 'C': *out += fmt::format("{:02}", FloorDivide(t.civil.year, 100)); return true;
    case 'y': *out += fmt::format("{:02}", FloorModulo(t.civil.year, 100)); return true;
    case 'q': *out += fmt::format("{}", (t.civil.month + 2) / 3); return true;
    case 'm': *out += fmt::format("{:02}", t.civil.month); return true;
    case 'B': *out += month; return true;
    case 'b':
    case 'h': *out += month.substr(0, 3); return true;
    case 'd': *out += fmt::format("{:02}", t.civil.day); return true;
    case 'e': *out += fmt::format("{:2}", t.civil.day); return true;
    case 'A': *out += day; return true;
    case 'a': *out += day.substr(0, 3); return true;
    case 'w': *out += fmt::format("{}", t.weekday()); return true;
    case 'u': *out += fmt::format("{}", t.weekday() == 0 ? 7 : t.weekday()); return true;
    case 'U': *out += fmt::format("{:02}", (t.yearday() + 6 - t.weekday()) / 7); return true;
    case 'W':
      *out += fmt::format("{:02}", (t.yearday() + 6 - FloorModulo(t.weekday() - 1, 7)) / 7);
      return true;
    case 'G':
    case 'g':
    case 'V': {
      const int64_t thursday = t.days - FloorModulo(t.weekday() - 1, 7) + 3;
      const int32_t year = CivilFromDays(thursday).year;
      const int64_t week = (thursday - DaysFromCivil(year, 1, 1)) / 7 + 1;
      if (specifier == 'V') *out += fmt::format("{:02}", week);
      if (specifier == 'G') *out += fmt::format("{:04}", year);
      if (specifier == 'g') *out += fmt::format("{:02}", FloorModulo(year, 100));
      return true;
    }
    case 'j': *out += fmt::format("{:03}", t.yearday()); return true;
    default: return false;
  }
}

bool WriteClock(const Fields& t, char specifier, std::string* out) {
  switch (specifier) {
    case 'H': *out += fmt::format("{:02}", t.hour()); return true;
    case 'k': *out += fmt::format("{:2}", t.hour()); return true;
    case 'I': *out += fmt::format("{:02}", t.hour12()); return true;
    case 'l': *out += fmt::format("{:2}", t.hour12()); return true;
    case 'P': *out += t.hour() < 12 ? "am" : "pm"; return true;
    case 'p': *out += t.hour() < 12 ? "AM" : "PM"; return true;
    case 'M': *out += fmt::format("{:02}", t.minute()); return true;
    case 'S': *out += fmt::format("{:02}", t.second()); return true;
    case 'f': *out += fmt::format("{:09}", t.fraction); return true;
    case 's': *out += fmt::format("{}", t.epoch); return true;
    case 't': *out += '\t'; return true;
    case 'n': *out += '\n'; return true;
    case '%': *out += '%'; return true;
    default: return false;
  }
}

std::string FractionDigits(int64_t fraction, int digits) {
  return fmt::format("{:09}", fraction).substr(0, static_cast<size_t>(digits));
}

Status FormatError() {
  return Status::Internal("Execution error: Cast error: Format error");
}

/// `%.f`, `%.3f`, `%3f` and their kin. Returns how many characters of the format they took.
size_t WriteFraction(const Fields& t, std::string_view rest, std::string* out) {
  size_t at = 0;
  const bool dot = rest[at] == '.';
  if (dot) ++at;
  int digits = 0;
  if (at < rest.size() && (rest[at] == '3' || rest[at] == '6' || rest[at] == '9')) {
    digits = rest[at++] - '0';
  }
  if (at >= rest.size() || rest[at] != 'f' || (!dot && digits == 0)) return 0;
  if (digits != 0) {
    *out += (dot ? "." : "") + FractionDigits(t.fraction, digits);
  } else if (t.fraction != 0) {
    const int needed = t.fraction % 1'000'000 == 0 ? 3 : t.fraction % 1'000 == 0 ? 6 : 9;
    *out += "." + FractionDigits(t.fraction, needed);
  }
  return at + 1;
}

/// `%z`, `%:z`, `%::z`, `%:::z`, `%#z`, `%Z`. Returns how many characters of the format they took;
/// 0 for others.
size_t WriteOffset(const Fields& t, std::string_view rest, std::string* out) {
  const size_t colons = std::min<size_t>(rest.find_first_not_of(':'), 3);
  const size_t at = rest[0] == '#' ? 1 : colons;
  if (at >= rest.size() || (rest[at] != 'z' && (at > 0 || rest[at] != 'Z'))) return 0;
  const int64_t offset = *t.offset;
  const int64_t size = offset < 0 ? -offset : offset;
  *out += offset < 0 ? '-' : '+';
  const char* colon = rest[at] == 'Z' || (colons > 0 && rest[0] == ':') ? ":" : "";
  *out += fmt::format("{:02}", size / 3600);
  if (colons < 3 || rest[0] != ':') *out += fmt::format("{}{:02}", colon, size / 60 % 60);
  if (colons == 2 && rest[0] == ':') *out += fmt::format(":{:02}", size % 60);
  return at + 1;
}

/// Numbers can be padded otherwise than they are by themselves.
std::string Padded(const std::string& text, char padding) {
  size_t blanks = 0;
  while (blanks + 1 < text.size() && (text[blanks] == '0' || text[blanks] == ' ')) ++blanks;
  if (padding == '-') return text.substr(blanks);
  return std::string(blanks, padding == '_' ? ' ' : '0') + text.substr(blanks);
}

constexpr std::string_view kNumeric = "YCyqmdewuUWGgVjHkIlMSfs";

class FormatWriter {
 public:
  FormatWriter(const Fields& t, TimeFields fields, std::string* out)
      : t_(t), fields_(fields), out_(out) {}

  Status Write(std::string_view format) {
    for (size_t i = 0; i < format.size();) {
      if (format[i] != '%') {
        *out_ += format[i++];
        continue;
      }
      const std::string_view rest = format.substr(i + 1);
      if (rest.empty()) return FormatError();
      ASSIGN_OR_RETURN(const size_t length, WriteOne(rest));
      i += 1 + length;
    }
    return Status::Ok();
  }

 private:
  Result<size_t> WriteOne(std::string_view rest) {
    const char first = rest[0];
    if (first == '-' || first == '_' || first == '0') {
      if (rest.size() < 2 || kNumeric.find(rest[1]) == std::string_view::npos) return FormatError();
      std::string text;
      if (!WriteField(rest[1], &text)) return FormatError();
      *out_ += Padded(text, first);
      return size_t{2};
    }
    if (const std::string_view compound = CompoundFormat(first); !compound.empty()) {
      RETURN_IF_ERROR(Write(compound));
      return size_t{1};
    }
    if (const size_t length = WriteFraction(t_, rest, out_); length > 0) return length;
    if (t_.offset.has_value()) {
      if (const size_t length = WriteOffset(t_, rest, out_); length > 0) return length;
      if (first == '+') {
        RETURN_IF_ERROR(Write("%Y-%m-%dT%H:%M:%S%.f%:z"));
        return size_t{1};
      }
    }
    if (!WriteField(first, out_)) return FormatError();
    return size_t{1};
  }

  bool WriteField(char specifier, std::string* out) {
    if (fields_ == TimeFields::kClock && specifier == 's') return false;
    return (fields_ == TimeFields::kAll && WriteDate(t_, specifier, out)) ||
           WriteClock(t_, specifier, out);
  }

  const Fields& t_;
  TimeFields fields_;
  std::string* out_;
};

}  // namespace

std::string_view CompoundFormat(char specifier) {
  switch (specifier) {
    case 'D':
    case 'x': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'T':
    case 'X': return "%H:%M:%S";
    case 'R': return "%H:%M";
    case 'r': return "%I:%M:%S %p";
    case 'c': return "%a %b %e %H:%M:%S %Y";
    case 'v': return "%e-%b-%Y";
    default: return {};
  }
}

Result<std::string> FormatWith(int64_t nanos, std::string_view format,
                               std::optional<int64_t> offset_seconds, TimeFields fields) {
  std::string text;
  const Fields taken_apart(nanos, offset_seconds);
  RETURN_IF_ERROR(FormatWriter(taken_apart, fields, &text).Write(format));
  return text;
}

}  // namespace influxdb3::query::sql
