// Reads moments by chrono formats: each specifier finds a field, and the fields make a moment
// when they are enough and agree.
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/time_fields.h"
#include "query/duckdb/dialect/time_format.h"
#include "query/format/time_text.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

using Found = FoundFields;
using Number = std::optional<int64_t>;

class FormatReader {
 public:
  FormatReader(std::string_view text, Found* found) : text_(text), found_(*found) {}

  Problem ReadAll(std::string_view format) {
    if (Problem problem = Read(format)) return problem;
    return text_.empty() ? nullptr : kTooLong;
  }

 private:
  static bool IsBlank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }
  void SkipBlanks() {
    while (!text_.empty() && IsBlank(text_[0])) text_.remove_prefix(1);
  }

  Problem Read(std::string_view format) {
    while (!format.empty()) {
      const char c = format[0];
      format.remove_prefix(1);
      if (IsBlank(c)) {
        SkipBlanks();
      } else if (c != '%') {
        if (text_.empty()) return kTooShort;
        if (text_[0] != c) return kInvalid;
        text_.remove_prefix(1);
      } else {
        size_t taken = 0;
        if (Problem problem = ReadSpecifier(format, &taken)) return problem;
        format.remove_prefix(taken);
      }
    }
    return nullptr;
  }

  Problem ReadSpecifier(std::string_view format, size_t* taken) {
    if (format.empty()) return kBadFormat;
    size_t at = 0;
    const bool padding = format[0] == '-' || format[0] == '_' || format[0] == '0';
    if (padding && ++at >= format.size()) return kBadFormat;
    const char specifier = format[at];
    *taken = at + 1;
    if (IsNumeric(specifier)) return ReadNumeric(specifier);
    if (padding) return kBadFormat;
    if (const std::string_view compound = CompoundFormat(specifier); !compound.empty()) {
      return Read(compound);
    }
    const std::string_view rest = format.substr(at);
    static constexpr std::string_view kFractions[] = {".f", ".3f", ".6f", ".9f", "3f", "6f", "9f"};
    for (const std::string_view fraction : kFractions) {
      if (rest.substr(0, fraction.size()) != fraction) continue;
      *taken = fraction.size();
      return ReadFraction(fraction);
    }
    static constexpr std::string_view kOffsets[] = {"z", ":z", "::z", ":::z", "#z"};
    for (const std::string_view offset : kOffsets) {
      if (rest.substr(0, offset.size()) != offset) continue;
      *taken = offset.size();
      SkipBlanks();
      return ReadOffset(offset == "#z", offset == "#z");
    }
    return ReadName(specifier);
  }

  static bool IsNumeric(char specifier) {
    return std::string_view("YCyGgqmdeUWVuwjHkIlMSfs").find(specifier) != std::string_view::npos;
  }

  /// Up to `width` digits; a sign, where there may be one, lifts that limit.
  Problem ReadDigits(size_t width, bool may_have_sign, int64_t* value) {
    SkipBlanks();
    bool negative = false;
    if (may_have_sign && !text_.empty() && (text_[0] == '-' || text_[0] == '+')) {
      negative = text_[0] == '-';
      text_.remove_prefix(1);
      width = std::string_view::npos;
    }
    if (text_.empty()) return kTooShort;
    if (!IsDigit(text_[0])) return kInvalid;
    *value = 0;
    for (size_t i = 0; i < width && !text_.empty() && IsDigit(text_[0]); ++i) {
      if (__builtin_mul_overflow(*value, int64_t{10}, value) ||
          __builtin_add_overflow(*value, int64_t{text_[0] - '0'}, value)) {
        return kOutOfRange;
      }
      text_.remove_prefix(1);
    }
    if (negative) *value = -*value;
    return nullptr;
  }

  struct Field {
    char specifier;
    size_t width;
    Number Found::*member;
    int64_t least;
    int64_t most;
  };

  Problem ReadNumeric(char specifier) {
    constexpr int64_t kYears = INT32_MAX;
    static const Field kFields[] = {{'Y', 4, &Found::year, -kYears, kYears},
                                    {'C', 2, &Found::century, 0, 99},
                                    {'y', 2, &Found::short_year, 0, 99},
                                    {'G', 4, &Found::iso_year, -kYears, kYears},
                                    {'g', 2, &Found::iso_short_year, 0, 99},
                                    {'q', 1, &Found::quarter, 1, 4},
                                    {'m', 2, &Found::month, 1, 12},
                                    {'d', 2, &Found::day, 1, 31},
                                    {'e', 2, &Found::day, 1, 31},
                                    {'U', 2, &Found::sunday_week, 0, 53},
                                    {'W', 2, &Found::monday_week, 0, 53},
                                    {'V', 2, &Found::iso_week, 1, 53},
                                    {'j', 3, &Found::yearday, 1, 366},
                                    {'M', 2, &Found::minute, 0, 59},
                                    {'S', 2, &Found::second, 0, 60},
                                    {'f', 9, &Found::nanos, 0, 999'999'999},
                                    {'s', 20, &Found::epoch, INT64_MIN, INT64_MAX}};
    int64_t value = 0;
    for (const Field& field : kFields) {
      if (field.specifier != specifier) continue;
      const bool may_have_sign = specifier == 'Y' || specifier == 'G' || specifier == 's';
      if (Problem problem = ReadDigits(field.width, may_have_sign, &value)) return problem;
      return SetField(&(found_.*field.member), value, field.least, field.most);
    }
    const bool day = specifier == 'u' || specifier == 'w';
    if (Problem problem = ReadDigits(day ? 1 : 2, false, &value)) return problem;
    switch (specifier) {
      case 'u':
        if (value < 1 || value > 7) return kOutOfRange;
        return SetField(&found_.weekday, value - 1, 0, 6);
      case 'w':
        if (value > 6) return kOutOfRange;
        return SetField(&found_.weekday, (value + 6) % 7, 0, 6);
      case 'H':
      case 'k':
        if (value > 23) return kOutOfRange;
        if (Problem problem = SetField(&found_.half, value / 12, 0, 1)) return problem;
        return SetField(&found_.hour12, value % 12, 0, 11);
      default:
        if (value < 1 || value > 12) return kOutOfRange;
        return SetField(&found_.hour12, value % 12, 0, 11);
    }
  }

  /// `.f` takes any digits behind a dot that need not be there; others have their count of digits.
  Problem ReadFraction(std::string_view fraction) {
    if (fraction[0] == '.') {
      if (text_.empty() || text_[0] != '.') return nullptr;
      text_.remove_prefix(1);
      fraction.remove_prefix(1);
    }
    const size_t digits = fraction[0] == 'f' ? 0 : static_cast<size_t>(fraction[0] - '0');
    if (text_.size() < (digits == 0 ? 1 : digits)) return kTooShort;
    int64_t nanos = 0;
    int64_t scale = kNanosPerSecond;
    size_t count = 0;
    for (; !text_.empty() && IsDigit(text_[0]) && (digits == 0 || count < digits); ++count) {
      scale /= 10;
      nanos += scale * (text_[0] - '0');
      text_.remove_prefix(1);
    }
    if (count == 0 || (digits != 0 && count < digits)) return kInvalid;
    return SetField(&found_.nanos, nanos, 0, kNanosPerSecond - 1);
  }

  Problem ReadOffset(bool may_be_z, bool may_lack_minutes) {
    if (text_.empty()) return kTooShort;
    if (may_be_z && (text_[0] == 'Z' || text_[0] == 'z')) {
      text_.remove_prefix(1);
      return SetField(&found_.offset, 0, 0, 0);
    }
    const bool negative = text_[0] == '-';
    if (!negative && text_[0] != '+') return kInvalid;
    text_.remove_prefix(1);
    int64_t hours = 0;
    int64_t minutes = 0;
    if (Problem problem = ReadTwoDigits(&hours)) return problem;
    while (!text_.empty() && (text_[0] == ':' || IsBlank(text_[0]))) text_.remove_prefix(1);
    if (!may_lack_minutes || (!text_.empty() && IsDigit(text_[0]))) {
      if (Problem problem = ReadTwoDigits(&minutes)) return problem;
      if (minutes > 59) return kOutOfRange;
    }
    const int64_t seconds = hours * 3600 + minutes * 60;
    return SetField(&found_.offset, negative ? -seconds : seconds, -86'399, 86'399);
  }

  Problem ReadTwoDigits(int64_t* value) {
    if (text_.size() < 2) return kTooShort;
    if (!IsDigit(text_[0]) || !IsDigit(text_[1])) return kInvalid;
    *value = (text_[0] - '0') * 10 + (text_[1] - '0');
    text_.remove_prefix(2);
    return nullptr;
  }

  bool Skip(std::string_view name) {
    if (text_.size() < name.size()) return false;
    for (size_t i = 0; i < name.size(); ++i) {
      if ((text_[i] | 0x20) != (name[i] | 0x20)) return false;
    }
    text_.remove_prefix(name.size());
    return true;
  }

  /// A name by its first three letters; the long form may follow where it is asked for.
  template <size_t N>
  Problem ReadNameOf(const std::string_view (&names)[N], bool may_be_long, size_t* index) {
    if (text_.size() < 3) return kTooShort;
    for (size_t i = 0; i < N; ++i) {
      if (!Skip(names[i].substr(0, 3))) continue;
      if (may_be_long) Skip(names[i].substr(3));
      *index = i;
      return nullptr;
    }
    return kInvalid;
  }

  Problem ReadName(char specifier) {
    size_t index = 0;
    switch (specifier) {
      case 'B':
      case 'b':
      case 'h':
        if (Problem problem = ReadNameOf(kMonthNames, specifier == 'B', &index)) return problem;
        return SetField(&found_.month, static_cast<int64_t>(index) + 1, 1, 12);
      case 'A':
      case 'a':
        if (Problem problem = ReadNameOf(kDayNames, specifier == 'A', &index)) return problem;
        return SetField(&found_.weekday, static_cast<int64_t>(index + 6) % 7, 0, 6);
      case 'p':
      case 'P': {
        if (text_.size() < 2) return kTooShort;
        const int letter = text_[0] | 0x20;
        if ((letter != 'a' && letter != 'p') || (text_[1] | 0x20) != 'm') return kInvalid;
        text_.remove_prefix(2);
        return SetField(&found_.half, letter == 'p' ? 1 : 0, 0, 1);
      }
      case '+':
        if (Problem problem = Read("%Y-%m-%d")) return problem;
        if (text_.empty()) return kTooShort;
        if (text_[0] != 'T' && text_[0] != 't' && text_[0] != ' ') return kInvalid;
        text_.remove_prefix(1);
        if (Problem problem = Read("%H:%M:%S%.f")) return problem;
        return ReadOffset(true, false);
      case '%':
        if (text_.empty()) return kTooShort;
        if (text_[0] != '%') return kInvalid;
        text_.remove_prefix(1);
        return nullptr;
      case 't':
      case 'n': SkipBlanks(); return nullptr;
      default: return kBadFormat;
    }
  }

  std::string_view text_;
  Found& found_;
};

}  // namespace

Result<Moment> ParseWith(std::string_view text, std::string_view format) {
  const auto error = [whole = text, all = format](std::string_view reason) {
    return Status::Internal(
        fmt::format("Execution error: Error parsing timestamp from '{}' using format '{}': {}",
                    whole, all, reason));
  };
  constexpr std::string_view kZoneName = " %Z";
  // The name of a zone must be one; the reference makes no use of it beyond that.
  if (format.size() >= kZoneName.size() &&
      format.substr(format.size() - kZoneName.size()) == kZoneName) {
    if (const size_t space = text.rfind(' '); space != std::string_view::npos) {
      if (!TimeZone::Find(text.substr(space + 1)).ok()) return error("failed to parse timezone");
      text = text.substr(0, space);
      format = format.substr(0, format.size() - kZoneName.size());
    }
  } else if (format.find("%Z") != std::string_view::npos) {
    return error("'%Z' is only supported at the end of the format string preceded by a space");
  }
  Found found;
  if (Problem problem = FormatReader(text, &found).ReadAll(format)) return error(problem);
  Moment moment;
  if (Problem problem = MomentOf(found, &moment)) return error(problem);
  return moment;
}

}  // namespace influxdb3::query::sql
