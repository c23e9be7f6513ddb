#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "buffer/table_snapshot.h"
#include "catalog/catalog.h"
#include "model/time_range.h"
#include "wal/wal.h"

namespace influxdb3::buffer {

class TableBuffer;

struct BufferStats {
  uint64_t rows = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;  ///< allocated by chunks, dictionaries and series indexes
};

/// All rows that are durable but not yet in Parquet, ready for queries. One writer thread (the
/// log's) applies records; any number of readers take snapshots and read them without locks.
class BufferStore : public wal::Listener {
 public:
  /// `chunk_duration_ns` is --gen1-duration. `catalog` must outlive the store.
  BufferStore(const catalog::Catalog* catalog, int64_t chunk_duration_ns);
  ~BufferStore() override;

  void OnRecord(util::WalSeq seq, const wal::Record& record, bool replay) override;

  /// The rows of a table at this moment whose chunks overlap `range`; null when the table has none.
  /// Every record whose writer was acknowledged before the call is contained.
  std::shared_ptr<const TableSnapshot> Snapshot(util::TableId table,
                                                const model::TimeRange& range) const;

  BufferStats stats() const;

 private:
  const catalog::Catalog* catalog_;
  int64_t chunk_duration_ns_;
  mutable std::mutex tables_mutex_;  ///< guards tables_ (the map, not what it points to)
  std::unordered_map<util::TableId, std::shared_ptr<TableBuffer>> tables_;
};

}  // namespace influxdb3::buffer
