#include <nlohmann/json.hpp>

#include "catalog/catalog.h"
#include "server/http/handlers/configure_reply.h"
#include "server/http/handlers/handlers.h"
#include "server/http/handlers/query_reply.h"
#include "util/humantime.h"
#include "util/limits.h"

namespace influxdb3::server::http {
namespace {

using util::Status;
using ExchangePtr = std::shared_ptr<Exchange>;

constexpr std::string_view kSerde = "serde error: ";
constexpr std::string_view kSerdeJson = "serde json error: ";

std::string SqlQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

/// The list goes through the query engine so that every output format comes from one place.
std::string ListingSql(const std::vector<DatabaseListing>& listings, bool show_deleted) {
  std::string sql = "SELECT * FROM (VALUES ";
  for (size_t i = 0; i < listings.size(); ++i) {
    if (i > 0) sql += ", ";
    sql += "(" + SqlQuoted(listings[i].name);
    if (show_deleted) sql += listings[i].deleted ? ", true" : ", false";
    sql += ")";
  }
  sql += ") AS databases(\"iox::database\"";
  if (show_deleted) sql += ", deleted";
  return sql + ")";
}

void HandleShow(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams params = UrlParams::Parse(exchange->request().query);
  const util::Result<bool> show_deleted = params.Boolean("show_deleted", false);
  if (!show_deleted.ok()) {
    exchange->Respond(PlainError(show_deleted.status().WithPrefix(kSerde)));
    return;
  }
  query::ResultFormat format = query::ResultFormat::kJson;
  if (const std::string* word = params.Find("format")) {
    const util::Result<query::ResultFormat> parsed = ParseFormatWord(*word);
    if (!parsed.ok()) {
      exchange->Respond(PlainError(parsed.status().WithPrefix(kSerde)));
      return;
    }
    format = *parsed;
  }
  query::QueryRequest request;
  request.database = catalog::kInternalDatabaseName;
  request.sql = ListingSql(services.writes->ListDatabases(*show_deleted), *show_deleted);
  RespondWithQuery(services.queries, exchange, format, std::move(request));
}

struct DatabaseSettings {
  std::string name;
  std::optional<int64_t> retention_ns;
};

std::optional<DatabaseSettings> ReadSettings(const ServerServices& services,
                                             const ExchangePtr& exchange,
                                             std::string_view struct_name) {
  const std::optional<JsonParams> params = ReadJsonBody(services, exchange, struct_name);
  if (!params) return std::nullopt;
  util::Result<std::optional<int64_t>> retention_ns = RetentionPeriod(*params);
  util::Result<std::string> name = params->RequiredString("db");
  const Status status = !retention_ns.ok() ? retention_ns.status() : name.status();
  if (!status.ok()) {
    exchange->Respond(PlainError(status.WithPrefix(kSerdeJson)));
    return std::nullopt;
  }
  return DatabaseSettings{*name, *retention_ns};
}

void HandleCreate(const ServerServices& services, const ExchangePtr& exchange) {
  std::optional<DatabaseSettings> settings =
      ReadSettings(services, exchange, "CreateDatabaseRequest");
  if (!settings) return;
  const Status name =
      catalog::ValidateDatabaseName(settings->name, util::limits::kDatabaseNameBytesMax);
  if (!name.ok()) {
    exchange->Respond(JsonError(400, name.message()));
    return;
  }
  services.writes->CreateDatabase(std::move(settings->name), settings->retention_ns,
                                  ConfigureDone(exchange, 200));
}

void HandleUpdate(const ServerServices& services, const ExchangePtr& exchange) {
  std::optional<DatabaseSettings> settings =
      ReadSettings(services, exchange, "UpdateDatabaseRequest");
  if (!settings) return;
  services.writes->SetRetention(std::move(settings->name), settings->retention_ns,
                                ConfigureDone(exchange, 200));
}

void HandleDelete(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams params = UrlParams::Parse(exchange->request().query);
  util::Result<std::string> name = params.Required("db");
  if (!name.ok()) {
    exchange->Respond(PlainError(name.status().WithPrefix(kSerde)));
    return;
  }
  const util::Result<std::optional<int64_t>> hard_delete_at = HardDeleteTime(services, params);
  const Status status = hard_delete_at.ok() ? CheckPlainDeletion(params) : hard_delete_at.status();
  if (!status.ok()) {
    exchange->Respond(PlainError(status));
    return;
  }
  services.writes->DeleteDatabase(*name, *hard_delete_at, ConfigureDone(exchange, 200));
}

void HandleSetRetention(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams params = UrlParams::Parse(exchange->request().query);
  util::Result<std::string> name = params.Required("db");
  util::Result<std::string> text = params.Required("duration");
  const Status missing = !name.ok() ? name.status() : text.status();
  if (!missing.ok()) {
    exchange->Respond(PlainError(missing.WithPrefix(kSerde)));
    return;
  }
  const util::Result<int64_t> duration = util::ParseHumantime(*text);
  if (!duration.ok()) {
    exchange->Respond(
        PlainError(duration.status().WithPrefix("Cannot parse the given human time: ")));
    return;
  }
  services.writes->SetRetention(*name, *duration, ConfigureDone(exchange, 204));
}

void HandleClearRetention(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams params = UrlParams::Parse(exchange->request().query);
  util::Result<std::string> name = params.Required("db");
  if (!name.ok()) {
    exchange->Respond(PlainError(name.status().WithPrefix(kSerde)));
    return;
  }
  services.writes->SetRetention(*name, std::nullopt, ConfigureDone(exchange, 204));
}

}  // namespace

void AddConfigureDatabaseRoutes(const ServerServices& services, Router* router) {
  using Function = void (*)(const ServerServices&, const ExchangePtr&);
  const auto add = [&](Method method, const char* path, Pool pool, Function function) {
    router->Add(method, path, pool, [&services, function](const ExchangePtr& exchange) {
      function(services, exchange);
    });
  };
  const char* const path = "/api/v3/configure/database";
  add(Method::kGet, path, Pool::kQuery, HandleShow);
  add(Method::kPost, path, Pool::kWrite, HandleCreate);
  add(Method::kPut, path, Pool::kWrite, HandleUpdate);
  add(Method::kDelete, path, Pool::kWrite, HandleDelete);
  const char* const retention_path = "/api/v3/configure/database/retention_period";
  add(Method::kPost, retention_path, Pool::kWrite, HandleSetRetention);
  add(Method::kDelete, retention_path, Pool::kWrite, HandleClearRetention);
}

}  // namespace influxdb3::server::http
