#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "ingest/row_deletion.h"
#include "server/http/handlers/configure_reply.h"
#include "server/http/handlers/handlers.h"
#include "server/http/handlers/v2_error.h"
#include "server/http/rfc3339.h"
#include "server/http/url_params.h"

namespace influxdb3::server::http {
namespace {

using util::Result;
using util::Status;
using ExchangePtr = std::shared_ptr<Exchange>;

constexpr std::string_view kTableCondition = "_measurement";

/// RFC 3339, or nanoseconds since 1970.
Result<int64_t> ParseInstant(const char* name, const std::string& text) {
  int64_t nanoseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nanoseconds);
  if (error == std::errc() && end == text.data() + text.size()) return nanoseconds;
  Result<int64_t> instant = ParseRfc3339(text);
  if (instant.ok()) return instant;
  return instant.status().WithPrefix(std::string("Cannot parse ") + name + ": ");
}

/// The same in JSON, where nanoseconds may also be a number.
Result<int64_t> InstantOf(const JsonParams& params, const char* name) {
  const nlohmann::json* value = params.Find(name);
  if (value == nullptr) return params.MissingField(name);
  if (value->is_number_integer() && !value->is_number_unsigned()) return value->get<int64_t>();
  if (value->is_number_unsigned() && value->get<uint64_t>() <= uint64_t{INT64_MAX}) {
    return value->get<int64_t>();
  }
  if (value->is_string()) return ParseInstant(name, value->get<std::string>());
  return params.FaultAt(name, InvalidTypeText(*value, "an RFC 3339 time or nanoseconds"));
}

Result<int64_t> InstantOf(const UrlParams& params, const char* name) {
  ASSIGN_OR_RETURN(const std::string text, params.Required(name));
  return ParseInstant(name, text);
}

Status ReadRangeAndTags(const JsonParams& params, ingest::RowDeletion* deletion) {
  ASSIGN_OR_RETURN(deletion->range.min_ns, InstantOf(params, "start"));
  ASSIGN_OR_RETURN(deletion->range.max_ns, InstantOf(params, "stop"));
  ASSIGN_OR_RETURN(const std::optional<std::string> predicate, params.OptionalString("predicate"));
  if (predicate) {
    ASSIGN_OR_RETURN(deletion->tags, ingest::ParseDeletePredicate(*predicate));
  }
  return Status::Ok();
}

const std::initializer_list<std::string_view> kParameters = {"db", "table", "start", "stop",
                                                             "predicate"};

Result<ingest::RowDeletion> DeletionOf(const UrlParams& params) {
  RETURN_IF_ERROR(params.CheckUnique(kParameters));
  ingest::RowDeletion deletion;
  ASSIGN_OR_RETURN(deletion.database, params.Required("db"));
  ASSIGN_OR_RETURN(deletion.table, params.Required("table"));
  ASSIGN_OR_RETURN(deletion.range.min_ns, InstantOf(params, "start"));
  ASSIGN_OR_RETURN(deletion.range.max_ns, InstantOf(params, "stop"));
  if (const std::string* predicate = params.Find("predicate")) {
    ASSIGN_OR_RETURN(deletion.tags, ingest::ParseDeletePredicate(*predicate));
  }
  return deletion;
}

/// The parameters stand in the address or in the body. Never in both: a forgotten predicate would
/// delete too much.
void HandleDeleteV3(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams url = UrlParams::Parse(exchange->request().query);
  const bool in_url = std::any_of(kParameters.begin(), kParameters.end(),
                                  [&](std::string_view name) { return url.Find(name) != nullptr; });
  if (in_url) {
    if (!exchange->request().body.empty()) {
      exchange->Respond(PlainError(Status::InvalidArgument(
          "parameters are expected in the query string or in the body, not in both")));
      return;
    }
    Result<ingest::RowDeletion> parsed = DeletionOf(url);
    if (!parsed.ok()) {
      exchange->Respond(PlainError(parsed.status().WithPrefix("serde error: ")));
      return;
    }
    services.writes->DeleteRows(std::move(parsed).value(), ConfigureDone(exchange, 200));
    return;
  }
  const std::optional<JsonParams> params = ReadJsonBody(services, exchange, "DeleteRowsRequest");
  if (!params) return;
  ingest::RowDeletion deletion;
  const auto read = [&]() -> Status {
    ASSIGN_OR_RETURN(deletion.database, params->RequiredString("db"));
    ASSIGN_OR_RETURN(deletion.table, params->RequiredString("table"));
    return ReadRangeAndTags(*params, &deletion);
  };
  if (const Status status = read(); !status.ok()) {
    exchange->Respond(PlainError(status.WithPrefix("serde json error: ")));
    return;
  }
  services.writes->DeleteRows(std::move(deletion), ConfigureDone(exchange, 200));
}

/// The 2.x endpoint: the table is a condition on `_measurement`.
void HandleDeleteV2(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams url = UrlParams::Parse(exchange->request().query);
  const std::string* bucket = url.Find("bucket");
  const std::optional<JsonParams> params =
      ReadJsonBody(services, exchange, "DeletePredicateRequest");
  if (!params) return;
  ingest::RowDeletion deletion;
  const auto read = [&]() -> Status {
    if (bucket == nullptr || bucket->empty()) {
      return Status::InvalidArgument("missing bucket value");
    }
    deletion.database = *bucket;
    RETURN_IF_ERROR(ReadRangeAndTags(*params, &deletion));
    const auto table =
        std::find_if(deletion.tags.begin(), deletion.tags.end(),
                     [](const auto& condition) { return condition.first == kTableCondition; });
    if (table == deletion.tags.end()) {
      return Status::InvalidArgument("the predicate must name a table: _measurement=\"name\"");
    }
    deletion.table = std::move(table->second);
    deletion.tags.erase(table);
    return Status::Ok();
  };
  if (const Status status = read(); !status.ok()) {
    exchange->Respond(V2Error(400, status.message()));
    return;
  }
  services.writes->DeleteRows(std::move(deletion), [exchange](const Status& status) {
    exchange->Respond(status.ok() ? MakeResponse(204, "") : V2Error(status));
  });
}

}  // namespace

void AddDeleteRowsRoutes(const ServerServices& services, Router* router) {
  router->Add(Method::kPost, "/api/v3/delete", Pool::kWrite,
              [&services](const ExchangePtr& exchange) { HandleDeleteV3(services, exchange); });
  router->Add(Method::kPost, "/api/v2/delete", Pool::kWrite,
              [&services](const ExchangePtr& exchange) { HandleDeleteV2(services, exchange); });
}

}  // namespace influxdb3::server::http
