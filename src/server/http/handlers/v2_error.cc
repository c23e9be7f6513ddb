#include "server/http/handlers/v2_error.h"

#include "server/error_mapping.h"

namespace influxdb3::server::http {
namespace {

std::string_view ErrorCode(int http_status) {
  switch (http_status) {
    case 401: return "unauthorized";
    case 403: return "forbidden";
    case 404: return "not found";
    case 413: return "request too large";
    case 429: return "too many requests";
    case 503: return "unavailable";
    default: return http_status >= 500 ? "internal error" : "invalid";
  }
}

}  // namespace

Response V2Error(int http_status, std::string_view message) {
  return MakeResponse(http_status,
                      "{\"code\":" + JsonQuoted(ErrorCode(http_status)) +
                          ",\"message\":" + JsonQuoted(message) + "}",
                      kJsonType);
}

Response V2Error(const util::Status& status) {
  return V2Error(HttpStatusOf(status), status.message());
}

}  // namespace influxdb3::server::http
