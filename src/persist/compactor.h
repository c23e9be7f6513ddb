#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "model/table_schema.h"
#include "persist/compaction_plan.h"
#include "persist/file_merger.h"
#include "util/clock.h"
#include "util/result.h"

namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::persist {

class FileIndex;

/// What compaction must know of a table; the catalog knows it.
struct CompactedTable {
  /// False when the table or its database was deleted for good: all its files are removed. A table
  /// that is only marked as deleted still exists.
  bool exists = true;
  /// The present columns; null = its files are left as they are.
  std::shared_ptr<const model::TableSchema> schema;
  /// Rows before it have outlived the retention period; none = all are kept.
  std::optional<int64_t> expired_before_ns;
};

struct CompactorOptions {
  /// Called from the compactor's threads and from RunOnce.
  std::function<CompactedTable(util::DbId, util::TableId)> table;
  int64_t interval_ns = int64_t{60} * 1'000'000'000;
  /// Of retention, of deleted tables and of unused objects; the first time at the start.
  int64_t retention_interval_ns = int64_t{1800} * 1'000'000'000;
  /// So long files stay in the store after nothing names them, for queries that still read them.
  int64_t orphan_grace_ns = int64_t{600} * 1'000'000'000;
  /// Read and written together; 0 = unlimited.
  uint64_t bytes_per_second = 0;
  CompactionRules rules;
  MergeLimits limits;
  const util::Clock* clock = &util::Clock::System();
};

/// Since the start, for metrics and system tables.
struct CompactorStats {
  uint64_t jobs = 0;
  uint64_t failures = 0;  ///< of jobs and of the rest
  uint64_t files_merged = 0;
  uint64_t files_written = 0;
  uint64_t rows_written = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  uint64_t files_expired = 0;
  uint64_t files_of_deleted_tables = 0;
  uint64_t tombstones_dropped = 0;
  uint64_t objects_deleted = 0;  ///< that no manifest names any more
};

/// Merges a node's files in the background, applies row deletions to them, and removes files that
/// have expired or whose table is gone. All through FileIndex::Commit: queries see each step as a
/// whole, and a crash at any moment loses and doubles nothing. Thread-safe.
class Compactor {
 public:
  virtual ~Compactor() = default;

  /// `index` and `store` must outlive the compactor. To be called when the log was replayed, so
  /// that `options.table` and the index know all that it holds. The store should be the one that
  /// tries again by itself.
  static std::unique_ptr<Compactor> Make(FileIndex* index, object_store::ObjectStore* store,
                                         CompactorOptions options);

  /// Begins to work in the background, in a thread of low priority. Once.
  virtual void Start() = 0;
  /// Ends the background work, also in the middle of a file; blocks until that is done. Whatever
  /// is called afterwards fails with Cancelled. Idempotent; the destructor does it.
  virtual void Stop() = 0;

  /// Does all there is to do, from retention to the last merge, in the caller's thread (of a table
  /// that gets new files all the time, a bounded part); waits for the background if that is at
  /// work. The first error of several; the rest is done all the same, but after Conflict and
  /// Cancelled.
  virtual util::Status RunOnce() = 0;
  /// Lets the background do the same soon.
  virtual void Wake() = 0;

  virtual CompactorStats stats() const = 0;
};

}  // namespace influxdb3::persist
