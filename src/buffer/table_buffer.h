#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
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

/// What the chunks and books of a table hold, frozen chunks included.
struct TableTotals {
  uint64_t rows = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;
};

/// The buffered rows of one table. One writer applies batches and freezes; any thread takes
/// snapshots and drops frozen chunks. A snapshot holds whole batches only.
///
/// A frozen chunk takes no more rows: later ones of its span of time go to a new chunk. It stays in
/// snapshots until it is dropped, and row deletions still reach it.
class TableBuffer : public std::enable_shared_from_this<TableBuffer> {
 public:
  TableBuffer(util::DbId db_id, int64_t chunk_duration_ns)
      : db_id_(db_id), chunk_duration_ns_(chunk_duration_ns) {}

  util::DbId db_id() const { return db_id_; }

  // What changes the totals returns the difference, modulo 2^64.

  /// `skip` (may be empty) tells of a ChunkKey whether its rows are left out.
  TableTotals Apply(const model::TableBatch& batch, util::WalSeq seq,
                    const std::function<bool(int64_t chunk_key)>& skip, ApplyScratch* scratch);

  /// Takes the rows applied so far out of sight whose time is in `range` and whose tags equal all
  /// of `tags` (an empty value stands for NULL).
  TableTotals HideRows(const model::TimeRange& range,
                       const std::vector<std::pair<util::ColumnId, std::string>>& tags);

  /// Freezes the chunks that begin before `before_ns` (none = all) and adds them to `frozen`.
  void Freeze(std::optional<int64_t> before_ns, std::vector<std::shared_ptr<const Chunk>>* frozen);
  /// Frozen chunks leave the table; unknown ones are passed over.
  TableTotals DropFrozen(const std::vector<std::shared_ptr<const Chunk>>& chunks);
  /// The lowest first_seq of the chunks that are not frozen; none when there are none.
  std::optional<util::WalSeq> MinActiveSeq() const;

  TableTotals totals() const;

  /// A snapshot of this moment, null when there are no rows; it has at least `tag_count` tags. The
  /// call is quick; what it returns finishes the snapshot when called (once), which may take long
  /// where rows have the same key.
  std::function<std::shared_ptr<const TableSnapshot>()> BeginSnapshot(const model::TimeRange& range,
                                                                      size_t tag_count) const;
  std::shared_ptr<const TableSnapshot> TakeSnapshot(const model::TimeRange& range,
                                                    size_t tag_count) const {
    return BeginSnapshot(range, tag_count)();
  }
  /// Only `chunks`, which are some of this table.
  std::shared_ptr<const TableSnapshot> SnapshotOf(
      const std::vector<std::shared_ptr<const Chunk>>& chunks, size_t tag_count) const;

 private:
  void NoteTypes(const model::TableBatch& batch);
  uint64_t AppendRuns(const model::TableBatch& batch, const std::vector<ChunkRun>& runs,
                      const uint32_t* series_of, util::WalSeq seq,
                      const std::function<bool(int64_t chunk_key)>& skip);
  Chunk* FindOrAddChunk(int64_t key);
  bool BeginsBefore(int64_t key, int64_t time_ns) const;

  const util::DbId db_id_;
  const int64_t chunk_duration_ns_;
  mutable std::mutex mutex_;  ///< guards all below; held for one batch or one snapshot
  SeriesIndex series_;
  std::map<int64_t, std::shared_ptr<Chunk>> chunks_;  // not frozen, by ChunkKey
  std::vector<std::shared_ptr<Chunk>> frozen_;        // by key, then order
  const Chunk* newest_chunk_ = nullptr;               // the one added last; null once frozen
  uint32_t rows_expected_ = 0;                        // when newest_chunk_ is null
  uint64_t next_order_ = 1;
  std::vector<model::ColumnType> column_types_;  // by ColumnId; kTag where not known to be else
  TableTotals totals_;
};

}  // namespace influxdb3::buffer
