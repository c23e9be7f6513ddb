#include "cli/value_checks.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "client/url.h"
#include "util/humantime.h"
#include "util/machine.h"

namespace influxdb3::cli {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

util::Result<uint64_t> ParseUnsigned(std::string_view text) {
  uint64_t number = 0;
  if (text.empty()) {
    return util::Status::InvalidArgument("cannot parse integer from empty string");
  }
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return util::Status::InvalidArgument("number too large to fit in target type");
  }
  if (error != std::errc() || end != text.data() + text.size()) {
    return util::Status::InvalidArgument("invalid digit found in string");
  }
  return number;
}

util::Result<uint64_t> ParseMemorySize(std::string_view text, uint64_t machine_bytes) {
  struct Unit {
    std::string_view suffix;
    uint64_t bytes;
  };
  // `b` stands last: every other suffix ends with it.
  static constexpr Unit kUnits[] = {{"tb", uint64_t{1} << 40},
                                    {"gb", uint64_t{1} << 30},
                                    {"mb", uint64_t{1} << 20},
                                    {"kb", uint64_t{1} << 10},
                                    {"b", 1}};
  std::string lower = Lower(text);
  std::string_view digits = lower;
  if (digits.ends_with('%')) {
    digits.remove_suffix(1);
    ASSIGN_OR_RETURN(uint64_t percent, ParseUnsigned(digits));
    if (percent > 100) return util::Status::InvalidArgument("relative value must be at most 100 %");
    return machine_bytes / 100 * percent;
  }
  uint64_t unit_bytes = uint64_t{1} << 20;
  for (const Unit& unit : kUnits) {
    if (!digits.ends_with(unit.suffix)) continue;
    digits.remove_suffix(unit.suffix.size());
    unit_bytes = unit.bytes;
    break;
  }
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  ASSIGN_OR_RETURN(uint64_t number, ParseUnsigned(digits));
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(number, unit_bytes, &bytes)) {
    return util::Status::InvalidArgument("number too large to fit in target type");
  }
  return bytes;
}

util::Result<bool> ParseBoolean(std::string_view text) {
  std::string word = Lower(text);
  for (std::string_view yes : {"true", "t", "yes", "y", "on", "1"}) {
    if (word == yes) return true;
  }
  for (std::string_view no : {"false", "f", "no", "n", "off", "0", ""}) {
    if (word == no) return false;
  }
  return util::Status::InvalidArgument("value was not a boolean");
}

util::Status CheckMemorySize(const std::string& text) {
  return ParseMemorySize(text, util::MemoryBytes()).status();
}

util::Status CheckUnsigned(const std::string& text) {
  return ParseUnsigned(text).status();
}

util::Status CheckCount(const std::string& text) {
  ASSIGN_OR_RETURN(uint64_t number, ParseUnsigned(text));
  if (number == 0) return util::Status::InvalidArgument("value must be at least 1");
  return util::Status::Ok();
}

util::Status CheckDuration(const std::string& text) {
  return util::ParseHumantime(text).status();
}

util::Status CheckDurationOrNone(const std::string& text) {
  return text == "none" ? util::Status::Ok() : CheckDuration(text);
}

util::Status CheckFraction(const std::string& text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return util::Status::InvalidArgument("invalid float literal");
  }
  if (!(number > 0 && number < 1)) {
    return util::Status::InvalidArgument("value must be between 0 and 1 (exclusive)");
  }
  return util::Status::Ok();
}

util::Status CheckSocketAddress(const std::string& text) {
  size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return util::Status::InvalidArgument(
        fmt::format("Cannot parse socket address '{}': expected HOST:PORT", text));
  }
  std::string host = text.substr(0, colon);
  bool bracketed = host.front() == '[' && host.back() == ']';
  bool ambiguous = !bracketed && host.find(':') != std::string::npos;
  util::Result<uint64_t> port = ParseUnsigned(std::string_view(text).substr(colon + 1));
  if (ambiguous || !port.ok() || *port > 65535) {
    return util::Status::InvalidArgument(
        fmt::format("Cannot parse socket address '{}': {}", text,
                    ambiguous ? "an IPv6 host needs brackets" : "invalid port value"));
  }
  return util::Status::Ok();
}

util::Status CheckUrl(const std::string& text) {
  return client::NormalizeBaseUrl(text).status();
}

util::Status CheckInteger(const std::string& text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  return ParseUnsigned(digits).status();
}

}  // namespace influxdb3::cli
