#include "server/http/authorization.h"

#include <algorithm>
#include <string>

#include "server/header_text.h"
#include "server/http/request.h"

namespace influxdb3::server::http {
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
