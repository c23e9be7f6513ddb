#include "server/http/response.h"

#include <nlohmann/json.hpp>

#include "server/error_mapping.h"

namespace influxdb3::server::http {

Response MakeResponse(int status, std::string body, std::string_view content_type) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  if (!content_type.empty()) response.headers.emplace_back("content-type", content_type);
  return response;
}

Response JsonError(int status, std::string_view text) {
  return MakeResponse(status, "{\"error\":" + JsonQuoted(text) + "}", kJsonType);
}

Response PlainError(const util::Status& status) {
  return MakeResponse(HttpStatusOf(status), status.message());
}

std::string JsonQuoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace influxdb3::server::http
