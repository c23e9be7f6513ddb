#include <nlohmann/json.hpp>

#include "catalog/catalog.h"
#include "server/http/handlers/configure_reply.h"
#include "server/http/handlers/handlers.h"
#include "util/limits.h"

namespace influxdb3::server::http {
namespace {

using nlohmann::json;
using util::Status;
using ExchangePtr = std::shared_ptr<Exchange>;

struct TableDefinition {
  std::string database;
  std::string table;
  std::vector<std::string> tags;
  std::vector<model::ColumnDef> fields;
  std::optional<int64_t> retention_ns;
};

std::optional<model::ColumnType> FieldTypeOf(const std::string& word) {
  if (word == "utf8") return model::ColumnType::kString;
  if (word == "int64") return model::ColumnType::kInt64;
  if (word == "uint64") return model::ColumnType::kUInt64;
  if (word == "float64") return model::ColumnType::kFloat64;
  if (word == "bool") return model::ColumnType::kBool;
  return std::nullopt;
}

util::Result<std::string> StringMember(const JsonParams& params, const json& field,
                                       const char* name) {
  const auto found = field.find(name);
  if (found == field.end()) {
    return params.FaultAt("fields", "missing field `" + std::string(name) + "`");
  }
  if (!found->is_string()) return params.FaultAt("fields", InvalidTypeText(*found, "a string"));
  return found->get<std::string>();
}

util::Result<std::vector<model::ColumnDef>> FieldsOf(const JsonParams& params) {
  const json* list = params.Find("fields");
  if (list == nullptr) return params.MissingField("fields");
  if (!list->is_array()) return params.FaultAt("fields", InvalidTypeText(*list, "a sequence"));
  std::vector<model::ColumnDef> fields;
  for (const json& field : *list) {
    if (!field.is_object()) {
      return params.FaultAt("fields", InvalidTypeText(field, "struct CreateTableField"));
    }
    ASSIGN_OR_RETURN(std::string name, StringMember(params, field, "name"));
    ASSIGN_OR_RETURN(const std::string word, StringMember(params, field, "type"));
    const std::optional<model::ColumnType> type = FieldTypeOf(word);
    if (!type) {
      return params.FaultAt("fields", "unknown variant `" + word +
                                          "`, expected one of `utf8`, `int64`, `uint64`, "
                                          "`float64`, `bool`");
    }
    fields.push_back({std::move(name), *type});
  }
  return fields;
}

util::Result<TableDefinition> DefinitionOf(const JsonParams& params) {
  TableDefinition definition;
  ASSIGN_OR_RETURN(definition.database, params.RequiredString("db"));
  ASSIGN_OR_RETURN(definition.table, params.RequiredString("table"));
  ASSIGN_OR_RETURN(definition.tags, params.RequiredStrings("tags"));
  ASSIGN_OR_RETURN(definition.fields, FieldsOf(params));
  ASSIGN_OR_RETURN(definition.retention_ns, RetentionPeriod(params));
  return definition;
}

void HandleCreate(const ServerServices& services, const ExchangePtr& exchange) {
  const std::optional<JsonParams> params = ReadJsonBody(services, exchange, "CreateTableRequest");
  if (!params) return;
  util::Result<TableDefinition> parsed = DefinitionOf(*params);
  if (!parsed.ok()) {
    exchange->Respond(PlainError(parsed.status().WithPrefix("serde json error: ")));
    return;
  }
  TableDefinition definition = std::move(parsed).value();
  const Status name =
      catalog::ValidateDatabaseName(definition.database, util::limits::kDatabaseNameBytesMax);
  if (!name.ok()) {
    exchange->Respond(JsonError(400, name.message()));
    return;
  }
  services.writes->CreateTable(std::move(definition.database), std::move(definition.table),
                               std::move(definition.tags), std::move(definition.fields),
                               definition.retention_ns, ConfigureDone(exchange, 200));
}

/// Unlike that of a database, a missing period is refused: nothing else can be changed here.
void HandleUpdate(const ServerServices& services, const ExchangePtr& exchange) {
  const std::optional<JsonParams> params = ReadJsonBody(services, exchange, "UpdateTableRequest");
  if (!params) return;
  const util::Result<std::string> database = params->RequiredString("db");
  const util::Result<std::string> table = params->RequiredString("table");
  const util::Result<std::optional<int64_t>> retention_ns =
      params->Find("retention_period") == nullptr ? params->MissingField("retention_period")
                                                  : RetentionPeriod(*params);
  for (const Status& status : {database.status(), table.status(), retention_ns.status()}) {
    if (status.ok()) continue;
    exchange->Respond(PlainError(status.WithPrefix("serde json error: ")));
    return;
  }
  services.writes->SetTableRetention(*database, *table, *retention_ns,
                                     ConfigureDone(exchange, 200));
}

void HandleDelete(const ServerServices& services, const ExchangePtr& exchange) {
  const UrlParams params = UrlParams::Parse(exchange->request().query);
  util::Result<std::string> database = params.Required("db");
  util::Result<std::string> table = params.Required("table");
  const Status missing = !database.ok() ? database.status() : table.status();
  if (!missing.ok()) {
    exchange->Respond(PlainError(missing.WithPrefix("serde error: ")));
    return;
  }
  const util::Result<std::optional<int64_t>> hard_delete_at = HardDeleteTime(services, params);
  const Status status = hard_delete_at.ok() ? CheckPlainDeletion(params) : hard_delete_at.status();
  if (!status.ok()) {
    exchange->Respond(PlainError(status));
    return;
  }
  services.writes->DeleteTable(*database, *table, *hard_delete_at, ConfigureDone(exchange, 200));
}

}  // namespace

void AddConfigureTableRoutes(const ServerServices& services, Router* router) {
  const char* const path = "/api/v3/configure/table";
  router->Add(Method::kPost, path, Pool::kWrite,
              [&services](const ExchangePtr& exchange) { HandleCreate(services, exchange); });
  router->Add(Method::kPut, path, Pool::kWrite,
              [&services](const ExchangePtr& exchange) { HandleUpdate(services, exchange); });
  router->Add(Method::kDelete, path, Pool::kWrite,
              [&services](const ExchangePtr& exchange) { HandleDelete(services, exchange); });
}

}  // namespace influxdb3::server::http
