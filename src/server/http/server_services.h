#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/write_service.h"
#include "query/query_engine.h"
#include "util/clock.h"

namespace influxdb3::server::http {

class ServerMetrics;

struct DatabaseListing {
  std::string name;
  bool deleted = false;
};

/// The catalog and the write path as the handlers see them; tests put something else in their
/// place. Thread-safe. `done` functions are called once, from any thread.
class WriteBackend {
 public:
  using Done = std::function<void(util::Status)>;
  virtual ~WriteBackend() = default;

  virtual void Write(ingest::WriteRequest request,
                     std::function<void(ingest::WriteOutcome)> done) = 0;
  virtual void CreateDatabase(std::string name, std::optional<int64_t> retention_ns, Done done) = 0;
  virtual void SetRetention(std::string name, std::optional<int64_t> retention_ns, Done done) = 0;
  virtual void DeleteDatabase(std::string name, std::optional<int64_t> hard_delete_at_ns,
                              Done done) = 0;
  virtual void CreateTable(std::string database, std::string table, std::vector<std::string> tags,
                           std::vector<model::ColumnDef> fields,
                           std::optional<int64_t> retention_ns, Done done) = 0;
  virtual void SetTableRetention(std::string database, std::string table,
                                 std::optional<int64_t> retention_ns, Done done) = 0;
  virtual void DeleteTable(std::string database, std::string table,
                           std::optional<int64_t> hard_delete_at_ns, Done done) = 0;
  virtual void DeleteRows(ingest::RowDeletion deletion, Done done) = 0;
  /// By name; deleted ones, if asked for, behind the others.
  virtual std::vector<DatabaseListing> ListDatabases(bool with_deleted) const = 0;
};

/// The real one. Both must outlive it.
std::unique_ptr<WriteBackend> MakeWriteBackend(ingest::WriteService* writes,
                                               const catalog::Catalog* catalog);

/// Everything the handlers work with; outlives the server.
struct ServerServices {
  WriteBackend* writes = nullptr;
  query::QueryEngine* queries = nullptr;
  ServerMetrics* metrics = nullptr;
  const util::Clock* clock = nullptr;

  /// Only for tests: brings all rows into files and, if asked, compacts these. Unset in production.
  std::function<util::Status(bool compact)> store_all;

  size_t body_bytes_max = 0;
  int64_t hard_delete_default_ns = 0;

  std::string product_name;
  std::string version;
  std::string revision;
  std::string process_uuid;
};

}  // namespace influxdb3::server::http
