#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/serve_options.h"
#include "app/store_factory.h"
#include "buffer/buffer_store.h"
#include "buffer/catalog_history.h"
#include "buffer/memory_gate.h"
#include "buffer/snapshotter.h"
#include "catalog/catalog.h"
#include "persist/compactor.h"
#include "persist/file_index.h"
#include "server/http/server_metrics.h"
#include "util/result.h"
#include "wal/wal.h"

namespace influxdb3::app {

/// All that a node keeps: object store, file index, log, catalog, buffer, and what moves rows
/// between them.
class Storage {
 public:
  /// Opens the store (taking the node's lock), reads the manifests and replays the log. When it
  /// returns, every acknowledged row can be read.
  static util::Result<std::unique_ptr<Storage>> Open(const ServeOptions& options);
  ~Storage();

  /// Begins to take snapshots and to compact. Once.
  void StartBackground();
  /// Brings all rows into files now and, if asked, compacts these as far as possible.
  util::Status StoreAll(bool compact);
  /// Ends what runs in the background, then flushes the log. Idempotent.
  util::Status Close();

  catalog::Catalog& catalog() { return catalog_; }
  buffer::BufferStore& buffer() { return *buffer_; }
  wal::Wal& wal() { return *wal_; }
  persist::FileIndex& index() { return *index_; }
  object_store::ObjectStore& store() { return *store_.store; }
  persist::Compactor& compactor() { return *compactor_; }
  buffer::MemoryGate& memory_gate() { return *memory_gate_; }
  /// The identity the node gave itself at its first start.
  const std::string& cluster_uuid() const { return cluster_uuid_; }

  std::vector<server::http::MetricSample> SampleMetrics() const;

 private:
  explicit Storage(const ServeOptions& options);
  util::Status OpenStore();
  /// What the log and the manifests say of chunks holds for one duration only.
  util::Status FixChunkDuration();
  /// Another process writes with this node's id, so this one must not go on.
  void StopAsFenced(const util::Status& status) const;
  util::Status OpenLog();
  util::Status RestoreCatalog();
  /// The live catalog becomes what the history has; the two share it.
  util::Status AdoptHistory();
  util::Status Replay();
  void MakeWorkers(uint64_t replayed_records);
  persist::CompactedTable TableOf(util::DbId db, util::TableId table) const;

  /// Tells the file index of row deletions.
  class TombstoneListener;

  ServeOptions options_;
  std::string node_directory_;  // for ObjectStoreKind::kFile
  std::string cluster_uuid_;
  std::shared_ptr<void> directory_lock_;
  OpenedStore store_;
  std::unique_ptr<persist::FileIndex> index_;
  catalog::Catalog catalog_;
  buffer::CatalogHistory history_;
  std::unique_ptr<buffer::BufferStore> buffer_;
  std::unique_ptr<TombstoneListener> tombstones_;
  std::unique_ptr<wal::Wal> wal_;
  std::unique_ptr<buffer::Snapshotter> snapshotter_;
  std::unique_ptr<buffer::MemoryGate> memory_gate_;
  std::unique_ptr<persist::Compactor> compactor_;
};

}  // namespace influxdb3::app
