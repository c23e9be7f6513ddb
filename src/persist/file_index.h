#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/catalog_op.h"
#include "persist/parquet_file.h"
#include "persist/table_files.h"
#include "util/result.h"

namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::persist {

/// Rows of a chunk up to a log record are in files although the log still holds the record: replay
/// must skip them.
struct PersistedChunk {
  util::TableId table_id;
  int64_t chunk_time_ns = 0;
  uint64_t wal_seq = 0;  ///< rows of records up to and with this one
  bool operator==(const PersistedChunk&) const = default;
};

/// A change of the index; becomes durable as a whole or not at all.
struct IndexChange {
  std::vector<std::shared_ptr<const ParquetFile>> added;
  std::vector<uint64_t> removed_file_ids;
  std::vector<std::shared_ptr<const Tombstone>> added_tombstones;
  std::vector<uint64_t> removed_tombstone_seqs;

  /// Set by snapshots only: log records up to this one are no longer needed. Never goes back.
  uint64_t wal_covered_seq = 0;  ///< 0 = unchanged
  /// With wal_covered_seq: operations that build the catalog as of that record from nothing,
  /// replacing the former ones.
  std::vector<model::CatalogOp> catalog_ops;
  /// With wal_covered_seq, or when not empty: replaces the former list.
  std::vector<PersistedChunk> persisted_chunks;
};

/// What was durable when the index was opened, besides the files.
struct RecoveredState {
  uint64_t wal_covered_seq = 0;  ///< replay begins behind it
  std::vector<model::CatalogOp> catalog_ops;
  std::vector<PersistedChunk> persisted_chunks;
};

struct IndexStats {
  uint64_t files = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  uint64_t tombstones = 0;
  uint64_t manifests_written = 0;  ///< since the index was opened
  uint64_t wal_covered_seq = 0;
  uint64_t order_max = 0;  ///< the highest of files that are there or were in this process
};

/// The Parquet files of a node: which exist, of which tables, and what was deleted from them. Kept
/// in numbered manifests `{node}/manifests/{seq:020}.manifest` (docs/format/manifest.md), each
/// created conditionally, so that a second process with the same node id is noticed (Conflict).
/// Thread-safe; changes are serialised.
class FileIndex {
 public:
  virtual ~FileIndex() = default;

  /// Reads the newest full manifest and the changes behind it, then writes a manifest of its own,
  /// by which file ids are reserved and a process that still runs with this node id is shut out
  /// (its next change fails with Conflict). Corruption when a manifest is damaged or missing; the
  /// message names the object and what to do. `node_prefix` has no `/` at its end. `store` must
  /// outlive the index.
  static util::Result<std::unique_ptr<FileIndex>> Open(object_store::ObjectStore* store,
                                                       const std::string& node_prefix);

  virtual const RecoveredState& recovered() const = 0;
  /// The next file id; never given out twice, also not over restarts (files of unfinished changes
  /// included).
  virtual uint64_t NextFileId() = 0;
  /// `{node}/dbs/{db}/{table}/{YYYY-MM-DD}/{HH-MM}/{file_id:010}.parquet`, by chunk time.
  virtual std::string PathOf(util::DbId db, util::TableId table, int64_t chunk_time_ns,
                             uint64_t file_id) const = 0;

  /// Writes the manifest, then calls `publish` (if set) and shows the change to readers, both under
  /// the lock that View takes: a reader sees all of it or nothing, buffer and files alike.
  /// `publish` must be quick and must not call the index. NotFound when a removed file is no longer
  /// there (another change was faster). On any error nothing was changed as far as this process is
  /// concerned, but a crash may find the change done: the files of a failed change must not be
  /// deleted by the caller; RemoveOrphans does it after the next start.
  virtual util::Status Commit(const IndexChange& change, const std::function<void()>& publish) = 0;

  /// A row deletion that the log holds: hides rows from now on and becomes durable with the next
  /// Commit. Not added twice. Does not wait for a Commit that runs.
  virtual void AddTombstone(std::shared_ptr<const Tombstone> tombstone) = 0;

  /// The table's files that overlap `range` (tombstones that matter to them), never null. When set,
  /// `with` is called under the same lock, to take a buffer snapshot of the same moment.
  virtual std::shared_ptr<const TableFiles> View(util::TableId table, const model::TimeRange& range,
                                                 const std::function<void()>& with) const = 0;
  /// All files of all tables, by table and time; for system tables, compaction and retention.
  virtual std::vector<std::shared_ptr<const ParquetFile>> AllFiles() const = 0;
  /// All row deletions that are known, by table and log record.
  virtual std::vector<std::shared_ptr<const Tombstone>> AllTombstones() const = 0;
  virtual IndexStats stats() const = 0;

  /// Deletes Parquet objects of the node that no manifest names and that no running change has
  /// taken an id for; after a restart also those of the crashed process. Files just removed from
  /// the index stay `grace_ns` more, for queries that still read them. Returns how many were
  /// deleted.
  virtual util::Result<uint64_t> RemoveOrphans(int64_t now_ns, int64_t grace_ns) = 0;
};

}  // namespace influxdb3::persist
