#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "buffer/table_snapshot.h"
#include "catalog/catalog.h"
#include "model/time_range.h"
#include "persist/file_index.h"
#include "wal/wal.h"

namespace influxdb3::buffer {

class TableBuffer;
struct ApplyScratch;
struct TableTotals;

struct BufferStats {
  uint64_t rows = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;  ///< allocated by chunks, dictionaries and series indexes
};

/// A chunk that takes no more rows, on its way into a file.
struct FrozenChunk {
  util::DbId db_id;
  util::TableId table_id;
  int64_t chunk_time_ns = 0;  ///< begin of its span of time
  util::WalSeq last_seq;      ///< the log record of its last row
  std::shared_ptr<const TableBuffer> table;
  std::shared_ptr<const Chunk> chunk;
};

/// What one snapshot takes out of the buffer: a cut between two log records.
struct FrozenSet {
  util::WalSeq cut_seq;  ///< the last record applied before
  /// No row of a record up to this one is outside of `chunks` (or of files).
  util::WalSeq covered_seq;
  std::vector<FrozenChunk> chunks;
};

/// All rows that are durable but not yet in Parquet, ready for queries. One writer thread (the
/// log's) applies records; any number of readers take snapshots and read them without locks.
class BufferStore : public wal::Listener {
 public:
  /// `chunk_duration_ns` is --gen1-duration. `catalog` must outlive the store; null only in tests
  /// of the buffer.
  BufferStore(const catalog::Catalog* catalog, int64_t chunk_duration_ns);
  ~BufferStore() override;

  /// Before replay: what of the log behind `covered_seq` is in files already, and which tables the
  /// catalog knows as deleted.
  void Restore(util::WalSeq covered_seq, const std::vector<persist::PersistedChunk>& persisted);

  void OnRecord(util::WalSeq seq, const wal::Record& record, bool replay) override;

  /// The rows of a table at this moment whose chunks overlap `range`; null when the table has none.
  /// Every record whose writer was acknowledged before the call is contained, unless its rows were
  /// dropped: see persist::FileIndex::View for a moment that holds them in files.
  std::shared_ptr<const TableSnapshot> Snapshot(util::TableId table,
                                                const model::TimeRange& range) const {
    return BeginSnapshot(table, range)();
  }
  /// The same in two steps, for callers with a lock: the call settles the moment and is quick; what
  /// it returns, to be called once, may take long where many rows have the same key.
  std::function<std::shared_ptr<const TableSnapshot>()> BeginSnapshot(
      util::TableId table, const model::TimeRange& range) const;

  /// Freezes the chunks that begin before `before_ns` (none = all). Their rows stay in snapshots;
  /// rows that come now go to other chunks. Moves pointers only; waits for the record that is being
  /// applied. Frozen chunks that were not dropped are not in the set again.
  FrozenSet Freeze(std::optional<int64_t> before_ns);
  /// The rows of frozen chunks of one table (at least one), without what was deleted so far; with
  /// the tags that rows have told of.
  std::shared_ptr<const TableSnapshot> Read(std::span<const FrozenChunk> chunks) const;
  /// Frozen chunks leave the buffer: their rows are in files. Frees nothing that `set` holds, so it
  /// is quick.
  void DropFrozen(const FrozenSet& set);
  /// Gives up the books of tables that have no rows any more.
  void ForgetEmptyTables();

  BufferStats stats() const;
  /// The record applied last, or covered when none was.
  util::WalSeq last_seq() const { return util::WalSeq(last_seq_); }
  /// The newest time of the last record that had rows; none before the first.
  std::optional<int64_t> last_record_time_ns() const;

 private:
  void ApplyBatch(const model::TableBatch& batch, util::WalSeq seq, bool replay);
  void DeleteRows(util::TableId table, const model::TimeRange& range,
                  const std::vector<std::pair<util::ColumnId, std::string>>& tags);
  std::shared_ptr<TableBuffer> FindTable(util::TableId table) const;
  size_t TagCount(util::DbId db, util::TableId table) const;
  void DropTable(util::TableId table);
  void DropDatabase(util::DbId db);
  /// Adds the change of one table's totals (modulo 2^64) to those of all.
  void Count(const TableTotals& change);

  const catalog::Catalog* catalog_;
  const int64_t chunk_duration_ns_;
  std::mutex apply_mutex_;           ///< held for one record, so that a cut falls between two
  mutable std::mutex tables_mutex_;  ///< guards tables_ (the map, not what it points to)
  std::unordered_map<util::TableId, std::shared_ptr<TableBuffer>> tables_;

  // Guarded by apply_mutex_. Rows validated before a deletion may be logged behind it; ids are
  // never reused.
  std::unordered_set<util::TableId> dropped_tables_;
  std::unordered_set<util::DbId> dropped_databases_;
  std::map<std::pair<util::TableId, int64_t>, util::WalSeq> persisted_;  // by table and ChunkKey
  const std::unique_ptr<ApplyScratch> scratch_;

  std::atomic<uint64_t> last_seq_{0};
  std::atomic<int64_t> last_record_time_ns_;
  std::atomic<uint64_t> rows_{0};
  std::atomic<uint64_t> chunks_{0};
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace influxdb3::buffer
