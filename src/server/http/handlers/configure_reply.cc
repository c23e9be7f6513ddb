#include "server/http/handlers/configure_reply.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "server/error_mapping.h"
#include "server/header_text.h"
#include "server/http/body_decoder.h"
#include "server/http/rfc3339.h"
#include "util/humantime.h"

namespace influxdb3::server::http {
namespace {

bool IsJsonType(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (!content_type.empty() && content_type.back() == ' ') content_type.remove_suffix(1);
  if (EqualsIgnoreCase(content_type, "application/json")) return true;
  constexpr std::string_view kSuffix = "+json";
  return content_type.size() > kSuffix.size() &&
         EqualsIgnoreCase(content_type.substr(content_type.size() - kSuffix.size()), kSuffix);
}

}  // namespace

Response ConfigureError(const util::Status& status) {
  if (status.code() == util::StatusCode::kLimitExceeded) return JsonError(422, status.message());
  return PlainError(status);
}

std::function<void(util::Status)> ConfigureDone(std::shared_ptr<Exchange> exchange,
                                                int success_status) {
  return [exchange = std::move(exchange), success_status](const util::Status& status) {
    exchange->Respond(status.ok() ? MakeResponse(success_status, "") : ConfigureError(status));
  };
}

std::optional<JsonParams> ReadJsonBody(const ServerServices& services,
                                       const std::shared_ptr<Exchange>& exchange,
                                       std::string_view struct_name) {
  Request& request = exchange->request();
  if (!IsJsonType(request.Header("content-type"))) {
    exchange->Respond(MakeResponse(415, "unacceptable content-type, expected: application/json"));
    return std::nullopt;
  }
  util::Result<std::string> body = TakeTextBody(&request, services.body_bytes_max);
  if (!body.ok()) {
    exchange->Respond(PlainError(body.status()));
    return std::nullopt;
  }
  util::Result<JsonParams> params = JsonParams::Parse(std::move(body).value(), struct_name);
  if (!params.ok()) {
    exchange->Respond(PlainError(params.status().WithPrefix("serde json error: ")));
    return std::nullopt;
  }
  return std::move(params).value();
}

util::Result<std::optional<int64_t>> HardDeleteTime(const ServerServices& services,
                                                    const UrlParams& params) {
  const std::string* word = params.Find("hard_delete_at");
  const int64_t now_ns = services.clock->NowNs();
  if (word == nullptr || *word == "default") {
    return std::optional<int64_t>(now_ns + services.hard_delete_default_ns);
  }
  if (*word == "never") return std::optional<int64_t>();
  if (*word == "now") return std::optional<int64_t>(now_ns);
  util::Result<int64_t> instant = ParseRfc3339(*word);
  if (!instant.ok()) return instant.status().WithPrefix("Cannot parse the timestamp: ");
  return std::optional<int64_t>(std::max(*instant, now_ns));
}

util::Result<std::optional<int64_t>> RetentionPeriod(const JsonParams& params) {
  const nlohmann::json* value = params.Find("retention_period");
  if (value == nullptr || value->is_null()) return std::optional<int64_t>();
  if (!value->is_string()) {
    return params.FaultAt("retention_period", InvalidTypeText(*value, "a duration"));
  }
  const auto text = value->get<std::string>();
  if (text == "none") return std::optional<int64_t>();
  const util::Result<int64_t> duration = util::ParseHumantime(text);
  if (!duration.ok()) {
    return params.FaultAt("retention_period",
                          "invalid value: string " + JsonQuoted(text) + ", expected a duration");
  }
  return std::optional<int64_t>(*duration);
}

util::Status CheckPlainDeletion(const UrlParams& params) {
  for (const char* name : {"data_only", "remove_tables"}) {
    const std::string* value = params.Find(name);
    if (value != nullptr && *value != "false") {
      return util::Status::InvalidArgument(std::string(name) + " is not supported");
    }
  }
  return util::Status::Ok();
}

}  // namespace influxdb3::server::http
