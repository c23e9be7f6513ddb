#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/http/server_metrics.h"
#include "server/http/server_services.h"

namespace influxdb3::server::http {

/// Remembers what it was asked and answers what a test set.
class FakeWriteBackend : public WriteBackend {
 public:
  void Write(ingest::WriteRequest request,
             std::function<void(ingest::WriteOutcome)> done) override {
    last_write = std::move(request);
    ++write_count;
    done(outcome);
  }
  void CreateDatabase(std::string name, std::optional<int64_t> retention_ns, Done done) override {
    last_change = "create database " + name + " " + Text(retention_ns);
    done(status);
  }
  void SetRetention(std::string name, std::optional<int64_t> retention_ns, Done done) override {
    last_change = "set retention " + name + " " + Text(retention_ns);
    done(status);
  }
  void DeleteDatabase(std::string name, std::optional<int64_t> hard_delete_at_ns,
                      Done done) override {
    last_change = "delete database " + name + " " + Text(hard_delete_at_ns);
    done(status);
  }
  void CreateTable(std::string database, std::string table, std::vector<std::string> tags,
                   std::vector<model::ColumnDef> fields, std::optional<int64_t> retention_ns,
                   Done done) override {
    last_change = "create table " + database + "." + table;
    for (const std::string& tag : tags) last_change += " " + tag;
    for (const model::ColumnDef& field : fields) {
      last_change += " " + field.name + ":" + std::to_string(static_cast<int>(field.type));
    }
    if (retention_ns) last_change += " for " + Text(retention_ns);
    done(status);
  }
  void SetTableRetention(std::string database, std::string table,
                         std::optional<int64_t> retention_ns, Done done) override {
    last_change = "set retention " + database + "." + table + " " + Text(retention_ns);
    done(status);
  }
  void DeleteTable(std::string database, std::string table,
                   std::optional<int64_t> hard_delete_at_ns, Done done) override {
    last_change = "delete table " + database + "." + table + " " + Text(hard_delete_at_ns);
    done(status);
  }
  void DeleteRows(ingest::RowDeletion deletion, Done done) override {
    last_change = "delete rows " + deletion.database + "." + deletion.table + " " +
                  std::to_string(deletion.range.min_ns) + ".." +
                  std::to_string(deletion.range.max_ns);
    for (const auto& [tag, value] : deletion.tags) last_change += " " + tag + "=" + value;
    done(status);
  }
  std::vector<DatabaseListing> ListDatabases(bool with_deleted) const override {
    std::vector<DatabaseListing> listings{{"_internal", false}, {"o'clock", false}};
    if (with_deleted) listings.push_back({"gone", true});
    return listings;
  }

  static std::string Text(std::optional<int64_t> value) {
    return value ? std::to_string(*value) : "none";
  }

  ingest::WriteOutcome outcome;
  util::Status status;
  ingest::WriteRequest last_write;
  int write_count = 0;
  std::string last_change;
};

/// Fails every query with the status a test set.
class FakeQueryEngine : public query::QueryEngine {
 public:
  util::Result<std::unique_ptr<query::ResultStream>> ExecuteSql(
      const query::QueryRequest& request) override {
    last = request;
    last.on_start = nullptr;
    return status;
  }
  util::Result<query::QueryDescription> DescribeSql(const query::QueryRequest&) override {
    return status;
  }

  util::Status status = util::Status::Internal("no rows here");
  query::QueryRequest last;
};

}  // namespace influxdb3::server::http
