#include <algorithm>

#include "catalog/catalog.h"
#include "server/http/server_services.h"

namespace influxdb3::server::http {
namespace {

class ServiceWriteBackend : public WriteBackend {
 public:
  ServiceWriteBackend(ingest::WriteService* writes, const catalog::Catalog* catalog)
      : writes_(writes), catalog_(catalog) {}

  void Write(ingest::WriteRequest request,
             std::function<void(ingest::WriteOutcome)> done) override {
    writes_->Write(std::move(request), std::move(done));
  }
  void CreateDatabase(std::string name, std::optional<int64_t> retention_ns, Done done) override {
    writes_->CreateDatabase(std::move(name), retention_ns, std::move(done));
  }
  void SetRetention(std::string name, std::optional<int64_t> retention_ns, Done done) override {
    writes_->SetRetention(std::move(name), retention_ns, std::move(done));
  }
  void DeleteDatabase(std::string name, std::optional<int64_t> hard_delete_at_ns,
                      Done done) override {
    writes_->DeleteDatabase(std::move(name), hard_delete_at_ns, std::move(done));
  }
  void CreateTable(std::string database, std::string table, std::vector<std::string> tags,
                   std::vector<model::ColumnDef> fields, std::optional<int64_t> retention_ns,
                   Done done) override {
    writes_->CreateTable(std::move(database), std::move(table), std::move(tags), std::move(fields),
                         retention_ns, std::move(done));
  }
  void SetTableRetention(std::string database, std::string table,
                         std::optional<int64_t> retention_ns, Done done) override {
    writes_->SetTableRetention(std::move(database), std::move(table), retention_ns,
                               std::move(done));
  }
  void DeleteTable(std::string database, std::string table,
                   std::optional<int64_t> hard_delete_at_ns, Done done) override {
    writes_->DeleteTable(std::move(database), std::move(table), hard_delete_at_ns, std::move(done));
  }

  void DeleteRows(ingest::RowDeletion deletion, Done done) override {
    writes_->DeleteRows(std::move(deletion), std::move(done));
  }

  std::vector<DatabaseListing> ListDatabases(bool with_deleted) const override {
    std::vector<DatabaseListing> listings;
    for (const auto& [name, database] : catalog_->state()->databases()) {
      if (database->deleted && !with_deleted) continue;
      listings.push_back({name, database->deleted});
    }
    std::stable_partition(listings.begin(), listings.end(),
                          [](const DatabaseListing& listing) { return !listing.deleted; });
    return listings;
  }

 private:
  ingest::WriteService* const writes_;
  const catalog::Catalog* const catalog_;
};

}  // namespace

std::unique_ptr<WriteBackend> MakeWriteBackend(ingest::WriteService* writes,
                                               const catalog::Catalog* catalog) {
  return std::make_unique<ServiceWriteBackend>(writes, catalog);
}

}  // namespace influxdb3::server::http
