#include <nlohmann/json.hpp>

#include "server/http/body_decoder.h"
#include "server/http/handlers/handlers.h"
#include "server/http/handlers/query_reply.h"
#include "server/http/json_params.h"
#include "server/http/url_params.h"

namespace influxdb3::server::http {
namespace {

using nlohmann::json;
using query::ParameterValue;
using util::Status;

struct SqlRequest {
  query::QueryRequest query;
  std::optional<query::ResultFormat> format;
};

util::Result<ParameterValue> ToParameter(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return ParameterValue();
    case json::value_t::boolean: return ParameterValue(value.get<bool>());
    case json::value_t::number_integer: return ParameterValue(value.get<int64_t>());
    case json::value_t::number_unsigned: return ParameterValue(value.get<uint64_t>());
    case json::value_t::number_float: return ParameterValue(value.get<double>());
    case json::value_t::string: return ParameterValue(value.get<std::string>());
    case json::value_t::array:
      return Status::InvalidArgument(
          "JSON arrays are not supported as query parameters. Expected null, boolean, number, or "
          "string.");
    default:
      return Status::InvalidArgument(
          "JSON objects are not supported as query parameters. Expected null, boolean, number, or "
          "string");
  }
}

Status AddParameters(const json& object, std::map<std::string, ParameterValue>* parameters) {
  if (object.is_null()) return Status::Ok();
  if (!object.is_object()) return Status::InvalidArgument(InvalidTypeText(object, "a map"));
  for (const auto& [name, value] : object.items()) {
    ASSIGN_OR_RETURN(ParameterValue parameter, ToParameter(value));
    const std::string bare = !name.empty() && name[0] == '$' ? name.substr(1) : name;
    parameters->insert_or_assign(bare, std::move(parameter));
  }
  return Status::Ok();
}

util::Result<SqlRequest> FromUrlParams(const std::string& text) {
  const UrlParams params = UrlParams::Parse(text);
  SqlRequest request;
  RETURN_IF_ERROR(params.CheckUnique({"db", "q", "format", "params"}));
  if (const std::string* word = params.Find("format"); word != nullptr) {
    ASSIGN_OR_RETURN(request.format, ParseFormatWord(*word));
  }
  if (const std::string* object = params.Find("params"); object != nullptr && !object->empty()) {
    ASSIGN_OR_RETURN(const JsonParams parsed,
                     JsonParams::Parse("{\"params\":" + *object + "}", "QueryRequest"));
    RETURN_IF_ERROR(AddParameters(*parsed.Find("params"), &request.query.parameters));
  }
  ASSIGN_OR_RETURN(request.query.database, params.Required("db"));
  ASSIGN_OR_RETURN(request.query.sql, params.Required("q"));
  return request;
}

util::Result<SqlRequest> FromJson(std::string body) {
  ASSIGN_OR_RETURN(const JsonParams params, JsonParams::Parse(std::move(body), "QueryRequest"));
  SqlRequest request;
  ASSIGN_OR_RETURN(const std::optional<std::string> word, params.OptionalString("format"));
  if (word) {
    util::Result<query::ResultFormat> format = ParseFormatWord(*word);
    if (!format.ok()) return params.FaultAt("format", format.status().message());
    request.format = *format;
  }
  if (const json* object = params.Find("params")) {
    const Status added = AddParameters(*object, &request.query.parameters);
    if (!added.ok()) return params.FaultAt("params", added.message());
  }
  ASSIGN_OR_RETURN(request.query.database, params.RequiredString("db"));
  ASSIGN_OR_RETURN(request.query.sql, params.RequiredString("q"));
  return request;
}

/// Clients send JSON under a form's content type, so the first character decides.
bool IsForm(const Request& request, const std::string& body) {
  constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
  if (!request.Header("content-type").starts_with(kFormType)) return false;
  const size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string::npos && body[first] != '{' && body[first] != '[';
}

util::Result<SqlRequest> ParseRequest(Request* request, size_t body_bytes_max) {
  if (request->method == Method::kGet) {
    if (!request->has_query) {
      return Status::InvalidArgument("missing query parameters 'db' and 'q'");
    }
    util::Result<SqlRequest> parsed = FromUrlParams(request->query);
    if (!parsed.ok()) return parsed.status().WithPrefix("serde error: ");
    return parsed;
  }
  ASSIGN_OR_RETURN(std::string body, TakeTextBody(request, body_bytes_max));
  if (IsForm(*request, body)) {
    util::Result<SqlRequest> parsed = FromUrlParams(body);
    if (!parsed.ok()) return parsed.status().WithPrefix("serde error: ");
    return parsed;
  }
  util::Result<SqlRequest> parsed = FromJson(std::move(body));
  if (!parsed.ok()) return parsed.status().WithPrefix("serde json error: ");
  return parsed;
}

void HandleQuerySql(const ServerServices& services, const std::shared_ptr<Exchange>& exchange) {
  Request& http_request = exchange->request();
  util::Result<SqlRequest> request = ParseRequest(&http_request, services.body_bytes_max);
  if (!request.ok()) {
    exchange->Respond(PlainError(request.status()));
    return;
  }
  util::Result<query::ResultFormat> accepted = AcceptedFormat(http_request);
  if (!accepted.ok()) {
    exchange->Respond(PlainError(accepted.status()));
    return;
  }
  RespondWithQuery(services.queries, exchange, request->format.value_or(*accepted),
                   std::move(request->query));
}

}  // namespace

void AddQuerySqlRoutes(const ServerServices& services, Router* router) {
  for (const Method method : {Method::kGet, Method::kPost}) {
    router->Add(method, "/api/v3/query_sql", Pool::kQuery,
                [&services](const std::shared_ptr<Exchange>& exchange) {
                  HandleQuerySql(services, exchange);
                });
  }
}

}  // namespace influxdb3::server::http
