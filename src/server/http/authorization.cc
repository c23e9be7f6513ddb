#include "server/http/authorization.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "server/http/request.h"

namespace influxdb3::server::http {
namespace {

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : text) {
    const int value = Base64Value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<char>((bits >> bit_count) & 0xFF));
    }
  }
  return bytes;
}

}  // namespace

bool IsWellFormedAuthorization(std::string_view header) {
  const size_t space = header.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view scheme = header.substr(0, space);
  const std::string_view token = header.substr(space + 1);
  if (token.empty() || token.find(' ') != std::string_view::npos) return false;
  if (EqualsIgnoreCase(scheme, "Bearer") || EqualsIgnoreCase(scheme, "Token")) return true;
  if (!EqualsIgnoreCase(scheme, "Basic")) return false;
  const std::optional<std::string> pair = DecodeBase64(token);
  return pair && std::count(pair->begin(), pair->end(), ':') == 1;
}

std::optional<Response> CheckAuthorizationForm(std::string_view header) {
  const bool printable =
      std::all_of(header.begin(), header.end(), [](char c) { return c >= 32 && c < 127; });
  if (!printable) {
    return MakeResponse(500, R"({"error": "to str error: failed to convert header to a str"})",
                        kJsonType);
  }
  if (IsWellFormedAuthorization(header)) return std::nullopt;
  return MakeResponse(
      400,
      R"({"error": "Authorization header was malformed, the request was not in the )"
      R"(form of 'Authorization: <auth-scheme> <token>', supported auth-schemes )"
      R"(are Bearer, Token and Basic"})",
      kJsonType);
}

}  // namespace influxdb3::server::http
