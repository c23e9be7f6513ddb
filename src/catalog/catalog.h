#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/shared_map.h"
#include "model/catalog_op.h"
#include "model/table_schema.h"
#include "util/clock.h"
#include "util/result.h"

namespace influxdb3::catalog {

struct CatalogLimits {
  size_t databases_max;
  size_t tables_max;             ///< all databases together, deleted ones not counted
  size_t columns_per_table_max;  ///< tags and fields; `time` not counted
  size_t tag_columns_per_table_max;
};

struct TableEntry {
  std::shared_ptr<const model::TableSchema> schema;
  std::optional<int64_t> retention_ns;  ///< none = that of the database
  bool deleted = false;
  std::optional<int64_t> hard_delete_at_ns;
};

/// One database at one moment. Immutable.
struct Database {
  util::DbId id;
  std::string name;
  std::optional<int64_t> retention_ns;
  int64_t created_at_ns = 0;
  bool deleted = false;
  std::optional<int64_t> hard_delete_at_ns;
  /// By present name (deleted tables under their renamed one), sorted.
  SharedMap<std::string, TableEntry> tables;
  /// The same entries by TableId.
  SharedMap<uint32_t, TableEntry> tables_by_id;

  /// Null for an unknown and for a deleted table.
  std::shared_ptr<const model::TableSchema> FindTable(std::string_view table_name) const;
  /// How long the table keeps rows: its own retention, or without one the database's; none = for
  /// ever.
  std::optional<int64_t> RetentionOf(util::TableId table) const;
};

/// Everything the catalog knows at one version. Immutable; readers keep a shared_ptr and never
/// lock.
class CatalogState {
 public:
  uint64_t version() const { return version_; }
  /// Null for an unknown and for a deleted database.
  std::shared_ptr<const Database> FindDatabase(std::string_view name) const;
  std::shared_ptr<const Database> FindDatabase(util::DbId id) const;
  std::shared_ptr<const model::TableSchema> FindTable(util::DbId db, util::TableId table) const;
  /// As FindDatabase, but also a deleted one that was not purged.
  std::shared_ptr<const Database> FindEvenDeleted(util::DbId id) const;
  /// By present name, sorted; deleted databases under their renamed one.
  const SharedMap<std::string, std::shared_ptr<const Database>>& databases() const {
    return databases_;
  }
  /// Live (not deleted) ones; the internal database does not count.
  size_t database_count() const { return database_count_; }
  size_t table_count() const { return table_count_; }
  util::DbId next_db_id() const { return next_db_id_; }
  util::TableId next_table_id() const { return next_table_id_; }

  /// The state after `op`, or an error (Corruption) when op does not fit, e.g. an unknown id.
  util::Result<std::shared_ptr<const CatalogState>> Apply(
      const std::vector<model::CatalogOp>& ops) const;

  /// Operations that make this state (but for its version) out of an empty catalog.
  std::vector<model::CatalogOp> ToOps() const;

 private:
  friend class Catalog;
  friend class StateEditor;
  uint64_t version_ = 0;
  SharedMap<std::string, std::shared_ptr<const Database>> databases_;
  SharedMap<uint32_t, std::shared_ptr<const Database>> database_by_id_;
  size_t database_count_ = 0;
  size_t table_count_ = 0;
  util::DbId next_db_id_{1};
  util::TableId next_table_id_{1};
};

/// The published catalog and the only way to change it. Thread-safe.
///
/// Changes are optimistic: a caller reads state(), derives operations from it and calls Commit with
/// the version it read. A change becomes visible in state() at once and durable with the WAL record
/// that `enqueue` submits; since `enqueue` runs under the commit lock, records stand in the log in
/// the order of the versions, and every batch validated against a version is logged behind it.
class Catalog {
 public:
  explicit Catalog(CatalogLimits limits);

  std::shared_ptr<const CatalogState> state() const;
  const CatalogLimits& limits() const { return limits_; }

  /// Conflict when the version is no longer `base_version`; the caller reads again and retries.
  /// `enqueue` must not block on I/O; when it fails nothing is changed and its error is returned.
  util::Status Commit(uint64_t base_version, const std::vector<model::CatalogOp>& ops,
                      const std::function<util::Status()>& enqueue);

  /// Before any Commit: the state that was found in the log.
  void Restore(std::shared_ptr<const CatalogState> state);

  /// Applies operations without logging them.
  util::Status ApplyLogged(const std::vector<model::CatalogOp>& ops);

 private:
  CatalogLimits limits_;
  std::mutex commit_mutex_;         ///< serialises all changes
  mutable std::mutex state_mutex_;  ///< guards state_ (the pointer only)
  std::shared_ptr<const CatalogState> state_;
};

/// The database that the server keeps for itself: always there, never counted, never changed.
inline constexpr std::string_view kInternalDatabaseName = "_internal";
inline constexpr int64_t kInternalRetentionNs = int64_t{7} * 24 * 3600 * 1'000'000'000;

/// Checks a database name as used by the v3 API; the error text is what clients see.
util::Status ValidateDatabaseName(std::string_view name, size_t name_bytes_max);

}  // namespace influxdb3::catalog
