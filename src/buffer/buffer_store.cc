#include "buffer/buffer_store.h"

#include <limits>
#include <utility>
#include <variant>

#include "buffer/chunk.h"
#include "buffer/chunk_split.h"
#include "buffer/table_buffer.h"
#include "util/check.h"

namespace influxdb3::buffer {
namespace {

constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

int64_t NewestTime(const model::WriteBatch& batch) {
  int64_t newest = kNoTime;
  for (const model::TableBatch& table : batch.tables) {
    if (table.row_count > 0) newest = std::max(newest, table.max_time_ns);
  }
  return newest;
}

TableTotals Negative(const TableTotals& totals) {
  return {0 - totals.rows, 0 - totals.chunks, 0 - totals.bytes};
}

}  // namespace

BufferStore::BufferStore(const catalog::Catalog* catalog, int64_t chunk_duration_ns)
    : catalog_(catalog),
      chunk_duration_ns_(chunk_duration_ns),
      scratch_(std::make_unique<ApplyScratch>()),
      last_record_time_ns_(kNoTime) {
  CHECK(chunk_duration_ns > 0);
}

BufferStore::~BufferStore() = default;

void BufferStore::Restore(util::WalSeq covered_seq,
                          const std::vector<persist::PersistedChunk>& persisted) {
  std::lock_guard lock(apply_mutex_);
  last_seq_ = covered_seq.value;
  for (const persist::PersistedChunk& chunk : persisted) {
    util::WalSeq& seq =
        persisted_[{chunk.table_id, ChunkKey(chunk.chunk_time_ns, chunk_duration_ns_)}];
    seq = std::max(seq, util::WalSeq(chunk.wal_seq));
  }
  if (catalog_ == nullptr) return;
  for (const auto& [name, database] : catalog_->state()->databases()) {
    if (database->deleted) dropped_databases_.insert(database->id);
    for (const auto& [id, entry] : database->tables_by_id) {
      if (entry.deleted) dropped_tables_.insert(util::TableId(id));
    }
  }
}

void BufferStore::OnRecord(util::WalSeq seq, const wal::Record& record, bool replay) {
  std::lock_guard lock(apply_mutex_);
  for (const model::CatalogOp& op : record.ops) {
    if (const auto* table = std::get_if<model::DeleteTableOp>(&op)) DropTable(table->table_id);
    if (const auto* db = std::get_if<model::DeleteDatabaseOp>(&op)) DropDatabase(db->db_id);
    if (const auto* rows = std::get_if<model::DeleteRowsOp>(&op)) {
      DeleteRows(rows->table_id, rows->range, rows->tags);
    }
  }
  if (!replay && !persisted_.empty()) persisted_.clear();
  for (const model::TableBatch& batch : record.batch.tables) {
    const bool dropped =
        dropped_tables_.contains(batch.table_id) || dropped_databases_.contains(batch.db_id);
    if (!dropped && batch.row_count > 0) ApplyBatch(batch, seq, replay);
  }
  const int64_t newest = NewestTime(record.batch);
  if (newest != kNoTime) last_record_time_ns_ = newest;
  last_seq_ = seq.value;
}

void BufferStore::Count(const TableTotals& change) {
  rows_ += change.rows;
  chunks_ += change.chunks;
  bytes_ += change.bytes;
}

void BufferStore::ApplyBatch(const model::TableBatch& batch, util::WalSeq seq, bool replay) {
  TableBuffer* table = nullptr;
  {
    std::lock_guard lock(tables_mutex_);
    std::shared_ptr<TableBuffer>& entry = tables_[batch.table_id];
    if (entry == nullptr) entry = std::make_shared<TableBuffer>(batch.db_id, chunk_duration_ns_);
    table = entry.get();
  }
  std::function<bool(int64_t)> skip;
  if (replay && !persisted_.empty()) {
    skip = [&](int64_t chunk_key) {
      const auto found = persisted_.find({batch.table_id, chunk_key});
      return found != persisted_.end() && seq <= found->second;
    };
  }
  Count(table->Apply(batch, seq, skip, scratch_.get()));
}

void BufferStore::DeleteRows(util::TableId table, const model::TimeRange& range,
                             const std::vector<std::pair<util::ColumnId, std::string>>& tags) {
  const std::shared_ptr<TableBuffer> buffer = FindTable(table);
  if (buffer != nullptr) Count(buffer->HideRows(range, tags));
}

void BufferStore::DropTable(util::TableId table) {
  dropped_tables_.insert(table);
  std::shared_ptr<TableBuffer> dropped;
  {
    std::lock_guard lock(tables_mutex_);
    auto found = tables_.find(table);
    if (found == tables_.end()) return;
    dropped = std::move(found->second);
    tables_.erase(found);
  }
  Count(Negative(dropped->totals()));
}

void BufferStore::DropDatabase(util::DbId db) {
  dropped_databases_.insert(db);
  std::vector<util::TableId> of_database;
  {
    std::lock_guard lock(tables_mutex_);
    for (const auto& [id, table] : tables_) {
      if (table->db_id() == db) of_database.push_back(id);
    }
  }
  for (util::TableId table : of_database) DropTable(table);
}

std::shared_ptr<TableBuffer> BufferStore::FindTable(util::TableId table) const {
  std::lock_guard lock(tables_mutex_);
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : found->second;
}

size_t BufferStore::TagCount(util::DbId db, util::TableId table) const {
  if (catalog_ == nullptr) return 0;
  // Rows may not have told yet of tags the schema has.
  const auto schema = catalog_->state()->FindTable(db, table);
  return schema == nullptr ? 0 : schema->tag_columns().size();
}

std::function<std::shared_ptr<const TableSnapshot>()> BufferStore::BeginSnapshot(
    util::TableId table, const model::TimeRange& range) const {
  const std::shared_ptr<const TableBuffer> buffer = FindTable(table);
  if (buffer == nullptr) return [] { return nullptr; };
  return buffer->BeginSnapshot(range, TagCount(buffer->db_id(), table));
}

FrozenSet BufferStore::Freeze(std::optional<int64_t> before_ns) {
  FrozenSet set;
  std::lock_guard apply_lock(apply_mutex_);
  set.cut_seq = last_seq();
  set.covered_seq = set.cut_seq;
  std::lock_guard lock(tables_mutex_);
  std::vector<std::shared_ptr<const Chunk>> frozen;
  for (const auto& [id, table] : tables_) {
    frozen.clear();
    table->Freeze(before_ns, &frozen);
    for (std::shared_ptr<const Chunk>& chunk : frozen) {
      FrozenChunk entry{table->db_id(), id, 0, chunk->last_seq(), table, nullptr};
      entry.chunk_time_ns = ChunkTime(chunk->key(), chunk_duration_ns_);
      entry.chunk = std::move(chunk);
      set.chunks.push_back(std::move(entry));
    }
    const std::optional<util::WalSeq> active = table->MinActiveSeq();
    if (active) set.covered_seq = std::min(set.covered_seq, util::WalSeq(active->value - 1));
  }
  return set;
}

std::shared_ptr<const TableSnapshot> BufferStore::Read(std::span<const FrozenChunk> chunks) const {
  std::vector<std::shared_ptr<const Chunk>> of_table;
  for (const FrozenChunk& chunk : chunks) of_table.push_back(chunk.chunk);
  return chunks.front().table->SnapshotOf(of_table, 0);
}

void BufferStore::DropFrozen(const FrozenSet& set) {
  std::unordered_map<util::TableId, std::vector<std::shared_ptr<const Chunk>>> by_table;
  for (const FrozenChunk& chunk : set.chunks) by_table[chunk.table_id].push_back(chunk.chunk);
  std::lock_guard lock(tables_mutex_);
  for (const auto& [id, chunks] : by_table) {
    const auto found = tables_.find(id);
    if (found != tables_.end()) Count(found->second->DropFrozen(chunks));
  }
}

void BufferStore::ForgetEmptyTables() {
  std::vector<std::shared_ptr<TableBuffer>> forgotten;
  std::lock_guard apply_lock(apply_mutex_);
  std::lock_guard lock(tables_mutex_);
  for (auto table = tables_.begin(); table != tables_.end();) {
    const TableTotals totals = table->second->totals();
    if (totals.chunks > 0) {
      ++table;
      continue;
    }
    Count(Negative(totals));
    forgotten.push_back(std::move(table->second));
    table = tables_.erase(table);
  }
}

BufferStats BufferStore::stats() const {
  BufferStats stats;
  stats.rows = rows_;
  stats.chunks = chunks_;
  stats.bytes = bytes_;
  return stats;
}

std::optional<int64_t> BufferStore::last_record_time_ns() const {
  const int64_t time_ns = last_record_time_ns_;
  if (time_ns == kNoTime) return std::nullopt;
  return time_ns;
}

}  // namespace influxdb3::buffer
