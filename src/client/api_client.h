#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/http_client.h"
#include "util/result.h"

namespace influxdb3::client {

enum class QueryLanguage { kSql, kInfluxQl };

/// The server calls of the command line, one method each. Threads as HttpClient.
class ApiClient {
 public:
  static util::Result<ApiClient> Open(const ConnectionOptions& options);

  util::Status CreateDatabase(const std::string& database,
                              const std::optional<std::string>& retention_period);
  /// `retention_period`: none clears it.
  util::Status UpdateRetention(const std::string& database,
                               const std::optional<std::string>& retention_period);
  /// `hard_delete_at` is passed on as it is; none leaves it to the server.
  util::Status DeleteDatabase(const std::string& database,
                              const std::optional<std::string>& hard_delete_at);
  util::Status CreateTable(const std::string& database, const std::string& table,
                           const std::vector<std::string>& tags,
                           const std::vector<std::pair<std::string, std::string>>& fields,
                           const std::optional<std::string>& retention_period);
  /// `retention_period`: none leaves the table that of its database.
  util::Status UpdateTableRetention(const std::string& database, const std::string& table,
                                    const std::optional<std::string>& retention_period);
  util::Status DeleteTable(const std::string& database, const std::string& table,
                           const std::optional<std::string>& hard_delete_at);
  /// `start` and `stop`: RFC 3339 or nanoseconds, passed on as they are, like `predicate`.
  util::Status DeleteRows(const std::string& database, const std::string& table,
                          const std::string& start, const std::string& stop,
                          const std::optional<std::string>& predicate);

  util::Status ShowDatabases(const std::string& format, bool show_deleted, const BodySink& sink);
  util::Status Query(QueryLanguage language, const std::string& database, const std::string& text,
                     const std::string& format, const BodySink& sink);

 private:
  explicit ApiClient(std::unique_ptr<HttpClient> http) : http_(std::move(http)) {}
  util::Status SendJson(const std::string& method, const std::string& path,
                        const std::string& body);
  util::Status Delete(const std::string& path, QueryParameters parameters,
                      const std::optional<std::string>& hard_delete_at);

  std::unique_ptr<HttpClient> http_;
};

}  // namespace influxdb3::client
