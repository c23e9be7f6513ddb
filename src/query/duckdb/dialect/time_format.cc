#include "query/duckdb/dialect/time_format.h"

#include <cctype>

#include <fmt/format.h>

#include "query/duckdb/dialect/civil_time.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

/// Specifiers that stand for others.
std::string_view Compound(char specifier) {
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

/// A timestamp taken apart.
struct Fields {
  explicit Fields(int64_t nanos) {
    const int64_t seconds = FloorDivide(nanos, kNanosPerSecond);
    fraction = nanos - seconds * kNanosPerSecond;
    days = FloorDivide(seconds, kSecondsPerDay);
    clock = seconds - days * kSecondsPerDay;
    civil = CivilFromDays(days);
    epoch = seconds;
  }
  int64_t hour() const { return clock / 3600; }
  int64_t minute() const { return clock / 60 % 60; }
  int64_t second() const { return clock % 60; }
  int64_t hour12() const { return hour() % 12 == 0 ? 12 : hour() % 12; }
  int64_t weekday() const { return FloorModulo(days + 4, 7); }  // Sunday is 0.
  int64_t yearday() const { return days - DaysFromCivil(civil.year, 1, 1) + 1; }

  int64_t fraction;
  int64_t days;
  int64_t clock;
  int64_t epoch;
  CivilDay civil;
};

bool WriteDate(const Fields& t, char specifier, std::string* out) {
  const std::string_view month = kMonths[t.civil.month - 1];
  const std::string_view day = kDays[t.weekday()];
  switch (specifier) {
    case 'Y': *out += fmt::format("{:04}", t.civil.year); return true;
    case 'C': *out += fmt::format("{:02}", FloorDivide(t.civil.year, 100)); return true;
    case 'y': *out += fmt::format("{:02}", FloorModulo(t.civil.year, 100)); return true;
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

Status WriteAll(const Fields& t, std::string_view format, std::string* out) {
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      *out += format[i];
      continue;
    }
    if (++i >= format.size()) return FormatError();
    char specifier = format[i];
    const bool unpadded = specifier == '-' && i + 1 < format.size();
    if ((specifier == '-' || specifier == '_' || specifier == '0') && i + 1 < format.size()) {
      specifier = format[++i];
    }
    if (const std::string_view compound = Compound(specifier); !compound.empty()) {
      RETURN_IF_ERROR(WriteAll(t, compound, out));
      continue;
    }
    if (const size_t length = WriteFraction(t, format.substr(i), out); length > 0) {
      i += length - 1;
      continue;
    }
    if (specifier == '+') {
      RETURN_IF_ERROR(WriteAll(t, "%Y-%m-%dT%H:%M:%S%.f+00:00", out));
      continue;
    }
    std::string text;
    if (!WriteDate(t, specifier, &text) && !WriteClock(t, specifier, &text)) return FormatError();
    if (unpadded) {
      size_t zeros = 0;
      while (zeros + 1 < text.size() && (text[zeros] == '0' || text[zeros] == ' ')) ++zeros;
      text.erase(0, zeros);
    }
    *out += text;
  }
  return Status::Ok();
}

/// What a format has found in the text so far.
struct Found {
  int64_t year = 1970;
  int32_t month = 1;
  int32_t day = 1;
  int64_t yearday = 0;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t fraction = 0;
  int64_t offset = 0;
  bool afternoon = false;
  bool half_day = false;
  bool has_epoch = false;
  int64_t epoch = 0;
};

class FormatReader {
 public:
  explicit FormatReader(std::string_view text) : text_(text) {}

  bool Read(std::string_view format) {
    for (size_t i = 0; i < format.size(); ++i) {
      const char c = format[i];
      if (std::isspace(static_cast<unsigned char>(c))) {
        while (std::isspace(static_cast<unsigned char>(Peek()))) ++at_;
        continue;
      }
      if (c != '%') {
        if (Peek() != c) return false;
        ++at_;
        continue;
      }
      if (++i >= format.size()) return false;
      if (format[i] == '-' || format[i] == '_' || format[i] == '0') ++i;
      if (i >= format.size()) return false;
      if (format[i] == '.' || (format[i] >= '3' && format[i] <= '9') || format[i] == 'f') {
        const size_t end = format.find('f', i);
        if (end == std::string_view::npos) return false;
        if (format[i] == '.' && Peek() == '.') ++at_;
        if (!Fraction() && format[i] != '.') return false;
        i = end;
        continue;
      }
      if (format[i] == ':') ++i;
      if (i >= format.size() || !ReadOne(format[i])) return false;
    }
    return true;
  }
  bool Done() const { return at_ == text_.size(); }
  const Found& found() const { return found_; }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool Number(size_t width_max, int64_t* value) {
    while (Peek() == ' ') ++at_;
    const bool negative = Peek() == '-';
    if (negative || Peek() == '+') ++at_;
    size_t width = 0;
    int64_t number = 0;
    while (width < width_max && Peek() >= '0' && Peek() <= '9') {
      number = number * 10 + (text_[at_++] - '0');
      ++width;
    }
    *value = negative ? -number : number;
    return width > 0;
  }

  bool Fraction() {
    int64_t scale = kNanosPerSecond;
    bool any = false;
    found_.fraction = 0;
    for (; Peek() >= '0' && Peek() <= '9'; ++at_, any = true) {
      scale /= 10;
      found_.fraction += scale * (Peek() - '0');
    }
    return any;
  }

  template <size_t N>
  int Name(const std::string_view (&names)[N]) {
    const auto equal = [&](std::string_view name) {
      if (text_.size() - at_ < name.size()) return false;
      for (size_t i = 0; i < name.size(); ++i) {
        if (std::tolower(static_cast<unsigned char>(text_[at_ + i])) !=
            std::tolower(static_cast<unsigned char>(name[i]))) {
          return false;
        }
      }
      return true;
    };
    for (size_t i = 0; i < N; ++i) {
      for (std::string_view name : {names[i], names[i].substr(0, 3)}) {
        if (!equal(name)) continue;
        at_ += name.size();
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  bool Offset() {
    if (Peek() == 'Z') {
      ++at_;
      return true;
    }
    const bool negative = Peek() == '-';
    if (Peek() != '+' && Peek() != '-') return false;
    ++at_;
    int64_t hours = 0;
    int64_t minutes = 0;
    if (!Number(2, &hours)) return false;
    if (Peek() == ':') ++at_;
    if (Peek() >= '0' && Peek() <= '9') Number(2, &minutes);
    found_.offset = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return true;
  }

  bool ReadOne(char specifier) {
    if (const std::string_view compound = Compound(specifier); !compound.empty()) {
      return Read(compound);
    }
    int64_t number = 0;
    switch (specifier) {
      case 'Y': return Number(4, &found_.year);
      case 'y':
        if (!Number(2, &number)) return false;
        found_.year = number + (number < 70 ? 2000 : 1900);
        return true;
      case 'm':
        if (!Number(2, &number)) return false;
        found_.month = static_cast<int32_t>(number);
        return true;
      case 'B':
      case 'b':
      case 'h': found_.month = Name(kMonths) + 1; return found_.month > 0;
      case 'd':
      case 'e':
        if (!Number(2, &number)) return false;
        found_.day = static_cast<int32_t>(number);
        return true;
      case 'A':
      case 'a': return Name(kDays) >= 0;
      case 'j': return Number(3, &found_.yearday);
      case 'H':
      case 'k': return Number(2, &found_.hour);
      case 'I':
      case 'l': found_.half_day = true; return Number(2, &found_.hour);
      case 'M': return Number(2, &found_.minute);
      case 'S': return Number(2, &found_.second);
      case 's': found_.has_epoch = true; return Number(20, &found_.epoch);
      case 'p':
      case 'P': {
        const std::string_view word = text_.substr(at_, 2);
        if (word != "AM" && word != "am" && word != "PM" && word != "pm") return false;
        found_.afternoon = word[0] == 'P' || word[0] == 'p';
        found_.half_day = true;
        at_ += 2;
        return true;
      }
      case 'z':
      case 'Z': return Offset();
      case '+': return Read("%Y-%m-%dT%H:%M:%S%.f%z");
      case '%': return Peek() == '%' && ++at_ > 0;
      case 't':
      case 'n': return Read(" ");
      default: return false;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  Found found_;
};

}  // namespace

Result<std::string> FormatWith(int64_t nanos, std::string_view format) {
  std::string text;
  RETURN_IF_ERROR(WriteAll(Fields(nanos), format, &text));
  return text;
}

Result<int64_t> ParseWith(std::string_view text, std::string_view format) {
  const auto error = [&](std::string_view reason) {
    return Status::Internal(
        fmt::format("Execution error: Error parsing timestamp from '{}' using format '{}': {}",
                    text, format, reason));
  };
  FormatReader reader(text);
  if (!reader.Read(format)) return error("input contains invalid characters");
  if (!reader.Done()) return error("trailing input");
  const Found& found = reader.found();
  if (found.has_epoch) return found.epoch * kNanosPerSecond + found.fraction;
  int64_t hour = found.hour;
  if (found.half_day) hour = hour % 12 + (found.afternoon ? 12 : 0);
  if (found.month < 1 || found.month > 12 || found.day < 1 ||
      found.day > DaysInMonth(found.year, found.month) || hour > 23 || found.minute > 59 ||
      found.second > 60) {
    return error("input is out of range");
  }
  int64_t days = DaysFromCivil(found.year, found.month, found.day);
  if (found.yearday > 0) days = DaysFromCivil(found.year, 1, 1) + found.yearday - 1;
  const int64_t seconds =
      days * kSecondsPerDay + hour * 3600 + found.minute * 60 + found.second - found.offset;
  int64_t nanos = 0;
  if (__builtin_mul_overflow(seconds, kNanosPerSecond, &nanos) ||
      __builtin_add_overflow(nanos, found.fraction, &nanos)) {
    return error("input is out of range");
  }
  return nanos;
}

}  // namespace influxdb3::query::sql
