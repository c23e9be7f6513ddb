#include "server/http/utf8_check.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace influxdb3::server::http {
namespace {

struct SequenceRule {
  size_t size;
  uint8_t second_min;
  uint8_t second_max;
};

/// What may follow a lead byte; size 0 when it cannot start a sequence.
SequenceRule RuleOf(uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

/// How many bytes from the start fit the rule of the first one.
size_t FittingPrefix(std::string_view text, const SequenceRule& rule) {
  size_t fitting = 1;
  while (fitting < std::min(rule.size, text.size())) {
    const auto byte = static_cast<uint8_t>(text[fitting]);
    const uint8_t least = fitting == 1 ? rule.second_min : uint8_t{0x80};
    const uint8_t most = fitting == 1 ? rule.second_max : uint8_t{0xBF};
    if (byte < least || byte > most) break;
    ++fitting;
  }
  return fitting;
}

}  // namespace

size_t ValidSequenceSize(std::string_view text) {
  if (text.empty()) return 0;
  const SequenceRule rule = RuleOf(static_cast<uint8_t>(text[0]));
  return rule.size > 0 && FittingPrefix(text, rule) == rule.size ? rule.size : 0;
}

util::Status CheckUtf8(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return util::Status::Ok();
  size_t index = 0;
  while (index < text.size()) {
    const size_t size = ValidSequenceSize(text.substr(index));
    if (size == 0) break;
    index += size;
  }
  const std::string_view rest = text.substr(index);
  std::string reason;
  const SequenceRule rule =
      rest.empty() ? SequenceRule{0, 0, 0} : RuleOf(static_cast<uint8_t>(rest[0]));
  const size_t fitting = rule.size == 0 ? 1 : FittingPrefix(rest, rule);
  if (rule.size > 0 && fitting == rest.size()) {
    reason = "incomplete utf-8 byte sequence from index " + std::to_string(index);
  } else {
    reason = "invalid utf-8 sequence of " + std::to_string(fitting) + " bytes from index " +
             std::to_string(index);
  }
  return util::Status::InvalidArgument("body content is not valid utf8: " + reason);
}

}  // namespace influxdb3::server::http
