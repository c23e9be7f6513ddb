#include "client/api_client.h"

#include <nlohmann/json.hpp>

namespace influxdb3::client {
namespace {

constexpr const char* kDatabasePath = "/api/v3/configure/database";
constexpr const char* kTablePath = "/api/v3/configure/table";

/// Arguments may hold bytes that are not UTF-8; they are sent as replacement characters and the
/// server refuses the name.
std::string Dump(const nlohmann::ordered_json& body) {
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

util::Result<ApiClient> ApiClient::Open(const ConnectionOptions& options) {
  ASSIGN_OR_RETURN(auto http, HttpClient::Open(options));
  return ApiClient(std::move(http));
}

util::Status ApiClient::SendJson(const std::string& method, const std::string& path,
                                 const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.content_type = "application/json";
  request.body = body;
  return http_->Send(request).status();
}

util::Status ApiClient::Delete(const std::string& path, QueryParameters parameters,
                               const std::optional<std::string>& hard_delete_at) {
  HttpRequest request;
  request.method = "DELETE";
  request.path = path;
  request.parameters = std::move(parameters);
  if (hard_delete_at) request.parameters.emplace_back("hard_delete_at", *hard_delete_at);
  return http_->Send(request).status();
}

util::Status ApiClient::CreateDatabase(const std::string& database,
                                       const std::optional<std::string>& retention_period) {
  nlohmann::ordered_json body = {{"db", database}};
  if (retention_period) body["retention_period"] = *retention_period;
  return SendJson("POST", kDatabasePath, Dump(body));
}

util::Status ApiClient::UpdateRetention(const std::string& database,
                                        const std::optional<std::string>& retention_period) {
  nlohmann::ordered_json body = {{"db", database}, {"retention_period", nullptr}};
  if (retention_period) body["retention_period"] = *retention_period;
  return SendJson("PUT", kDatabasePath, Dump(body));
}

util::Status ApiClient::DeleteDatabase(const std::string& database,
                                       const std::optional<std::string>& hard_delete_at) {
  return Delete(kDatabasePath, {{"db", database}}, hard_delete_at);
}

util::Status ApiClient::CreateTable(const std::string& database, const std::string& table,
                                    const std::vector<std::string>& tags,
                                    const std::vector<std::pair<std::string, std::string>>& fields,
                                    const std::optional<std::string>& retention_period) {
  nlohmann::ordered_json body = {{"db", database}, {"table", table}, {"tags", tags}};
  body["fields"] = nlohmann::ordered_json::array();
  for (const auto& [name, type] : fields) {
    body["fields"].push_back(nlohmann::ordered_json{{"name", name}, {"type", type}});
  }
  if (retention_period) body["retention_period"] = *retention_period;
  return SendJson("POST", kTablePath, Dump(body));
}

util::Status ApiClient::UpdateTableRetention(const std::string& database, const std::string& table,
                                             const std::optional<std::string>& retention_period) {
  nlohmann::ordered_json body = {{"db", database}, {"table", table}, {"retention_period", nullptr}};
  if (retention_period) body["retention_period"] = *retention_period;
  return SendJson("PUT", kTablePath, Dump(body));
}

util::Status ApiClient::DeleteTable(const std::string& database, const std::string& table,
                                    const std::optional<std::string>& hard_delete_at) {
  return Delete(kTablePath, {{"db", database}, {"table", table}}, hard_delete_at);
}

util::Status ApiClient::DeleteRows(const std::string& database, const std::string& table,
                                   const std::string& start, const std::string& stop,
                                   const std::optional<std::string>& predicate) {
  nlohmann::ordered_json body = {
      {"db", database}, {"table", table}, {"start", start}, {"stop", stop}};
  if (predicate) body["predicate"] = *predicate;
  return SendJson("POST", "/api/v3/delete", Dump(body));
}

util::Status ApiClient::ShowDatabases(const std::string& format, bool show_deleted,
                                      const BodySink& sink) {
  HttpRequest request;
  request.path = kDatabasePath;
  request.parameters = {{"format", format}, {"show_deleted", show_deleted ? "true" : "false"}};
  return http_->Stream(request, sink).status();
}

util::Status ApiClient::Query(QueryLanguage language, const std::string& database,
                              const std::string& text, const std::string& format,
                              const BodySink& sink) {
  std::string body = Dump({{"db", database}, {"q", text}, {"format", format}});
  HttpRequest request;
  request.method = "POST";
  request.path = language == QueryLanguage::kSql ? "/api/v3/query_sql" : "/api/v3/query_influxql";
  request.content_type = "application/json";
  request.body = body;
  return http_->Stream(request, sink).status();
}

}  // namespace influxdb3::client
