#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "buffer/chunk.h"
#include "buffer/series_index.h"
#include "buffer/table_snapshot.h"
#include "model/time_range.h"
#include "model/write_batch.h"
#include "util/ids.h"

namespace influxdb3::buffer {

/// Memory that the writer uses again for each batch.
struct ApplyScratch {
  std::vector<uint32_t> series_of;
};

struct ChunkRun;

struct TableTotals {
  uint64_t rows = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;
};

/// The buffered rows of one table. One writer applies batches; any thread takes snapshots. A
/// snapshot holds whole batches only.
class TableBuffer : public std::enable_shared_from_this<TableBuffer> {
 public:
  TableBuffer(util::DbId db_id, int64_t chunk_duration_ns)
      : db_id_(db_id), chunk_duration_ns_(chunk_duration_ns) {}

  util::DbId db_id() const { return db_id_; }
  void Apply(const model::TableBatch& batch, ApplyScratch* scratch);
  /// The writer's.
  const TableTotals& totals() const { return totals_; }

  /// Null when there are no rows. The snapshot has at least `tag_count` tags.
  std::shared_ptr<const TableSnapshot> TakeSnapshot(const model::TimeRange& range,
                                                    size_t tag_count) const;

 private:
  void NoteTypes(const model::TableBatch& batch);
  void AppendRuns(const model::TableBatch& batch, const std::vector<ChunkRun>& runs,
                  const uint32_t* series_of);
  Chunk* FindOrAddChunk(int64_t key);

  const util::DbId db_id_;
  const int64_t chunk_duration_ns_;
  mutable std::mutex mutex_;  ///< guards all below; held for one batch or one snapshot
  SeriesIndex series_;
  std::map<int64_t, std::shared_ptr<Chunk>> chunks_;  // by ChunkKey
  const Chunk* newest_chunk_ = nullptr;               // the one added last
  std::vector<model::ColumnType> column_types_;  // by ColumnId; kTag where not known to be else
  TableTotals totals_;
};

}  // namespace influxdb3::buffer
