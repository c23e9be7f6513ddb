#include "server/http/url_params.h"

#include "server/http/utf8_check.h"

namespace influxdb3::server::http {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.push_back(' ');
    } else if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
               HexValue(text[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return ReplaceInvalidUtf8(std::move(decoded));
}

}  // namespace

std::string ReplaceInvalidUtf8(std::string bytes) {
  if (CheckUtf8(bytes).ok()) return bytes;
  std::string repaired;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const size_t size = ValidSequenceSize(rest);
    repaired += size == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, size);
    rest.remove_prefix(size == 0 ? 1 : size);
  }
  return repaired;
}

UrlParams UrlParams::Parse(std::string_view text) {
  UrlParams params;
  while (!text.empty()) {
    const size_t ampersand = text.find('&');
    const std::string_view pair = text.substr(0, ampersand);
    text.remove_prefix(ampersand == std::string_view::npos ? text.size() : ampersand + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    params.pairs_.emplace_back(Decode(pair.substr(0, equals)), Decode(value));
  }
  return params;
}

const std::string* UrlParams::Find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return &value;
  }
  return nullptr;
}

util::Result<std::string> UrlParams::Required(std::string_view name) const {
  const std::string* value = Find(name);
  if (value == nullptr) {
    return util::Status::InvalidArgument("missing field `" + std::string(name) + "`");
  }
  return *value;
}

util::Result<bool> UrlParams::Boolean(std::string_view name, bool fallback) const {
  const std::string* value = Find(name);
  if (value == nullptr) return fallback;
  if (*value == "true") return true;
  if (*value == "false") return false;
  return util::Status::InvalidArgument("provided string was not `true` or `false`");
}

util::Status UrlParams::CheckUnique(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    int count = 0;
    for (const auto& pair : pairs_) count += pair.first == name ? 1 : 0;
    if (count > 1) {
      return util::Status::InvalidArgument("duplicate field `" + std::string(name) + "`");
    }
  }
  return util::Status::Ok();
}

}  // namespace influxdb3::server::http
