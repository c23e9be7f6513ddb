#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "buffer/table_snapshot.h"
#include "catalog/catalog.h"
#include "model/time_range.h"
#include "wal/wal.h"

namespace influxdb3::buffer {

class TableBuffer;
struct ApplyScratch;

struct BufferStats {
  uint64_t rows = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;  ///< allocated by chunks, dictionaries and series indexes
};

/// All rows that are durable but not yet in Parquet, ready for queries. One writer thread (the
/// log's) applies records; any number of readers take snapshots and read them without locks.
class BufferStore : public wal::Listener {
 public:
  /// `chunk_duration_ns` is --gen1-duration. `catalog` must outlive the store; null only in tests
  /// of the buffer.
  BufferStore(const catalog::Catalog* catalog, int64_t chunk_duration_ns);
  ~BufferStore() override;

  void OnRecord(util::WalSeq seq, const wal::Record& record, bool replay) override;

  /// The rows of a table at this moment whose chunks overlap `range`; null when the table has none.
  /// Every record whose writer was acknowledged before the call is contained.
  std::shared_ptr<const TableSnapshot> Snapshot(util::TableId table,
                                                const model::TimeRange& range) const;

  BufferStats stats() const;

 private:
  void ApplyBatch(const model::TableBatch& batch);
  void DropTable(util::TableId table);
  void DropDatabase(util::DbId db);

  const catalog::Catalog* catalog_;
  const int64_t chunk_duration_ns_;
  mutable std::mutex tables_mutex_;  ///< guards tables_ (the map, not what it points to)
  std::unordered_map<util::TableId, std::shared_ptr<TableBuffer>> tables_;

  // Rows validated before a deletion may be logged behind it; ids are never reused. The writer's.
  std::unordered_set<util::TableId> dropped_tables_;
  std::unordered_set<util::DbId> dropped_databases_;
  const std::unique_ptr<ApplyScratch> scratch_;
  std::atomic<uint64_t> rows_{0};
  std::atomic<uint64_t> chunks_{0};
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace influxdb3::buffer
