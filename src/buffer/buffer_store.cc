#include "buffer/buffer_store.h"

#include <utility>
#include <variant>

#include "buffer/table_buffer.h"
#include "util/check.h"

namespace influxdb3::buffer {

BufferStore::BufferStore(const catalog::Catalog* catalog, int64_t chunk_duration_ns)
    : catalog_(catalog),
      chunk_duration_ns_(chunk_duration_ns),
      scratch_(std::make_unique<ApplyScratch>()) {
  CHECK(chunk_duration_ns > 0);
}

BufferStore::~BufferStore() = default;

void BufferStore::OnRecord(util::WalSeq, const wal::Record& record, bool) {
  for (const model::CatalogOp& op : record.ops) {
    if (const auto* table = std::get_if<model::DeleteTableOp>(&op)) DropTable(table->table_id);
    if (const auto* db = std::get_if<model::DeleteDatabaseOp>(&op)) DropDatabase(db->db_id);
  }
  for (const model::TableBatch& batch : record.batch.tables) {
    const bool dropped =
        dropped_tables_.contains(batch.table_id) || dropped_databases_.contains(batch.db_id);
    if (!dropped && batch.row_count > 0) ApplyBatch(batch);
  }
}

void BufferStore::ApplyBatch(const model::TableBatch& batch) {
  TableBuffer* table = nullptr;
  {
    std::lock_guard lock(tables_mutex_);
    std::shared_ptr<TableBuffer>& entry = tables_[batch.table_id];
    if (entry == nullptr) entry = std::make_shared<TableBuffer>(batch.db_id, chunk_duration_ns_);
    table = entry.get();
  }
  const TableTotals before = table->totals();
  table->Apply(batch, scratch_.get());
  const TableTotals& after = table->totals();
  rows_ += after.rows - before.rows;
  chunks_ += after.chunks - before.chunks;
  bytes_ += after.bytes - before.bytes;
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
  rows_ -= dropped->totals().rows;
  chunks_ -= dropped->totals().chunks;
  bytes_ -= dropped->totals().bytes;
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

std::shared_ptr<const TableSnapshot> BufferStore::Snapshot(util::TableId table,
                                                           const model::TimeRange& range) const {
  std::shared_ptr<const TableBuffer> buffer;
  {
    std::lock_guard lock(tables_mutex_);
    auto found = tables_.find(table);
    if (found == tables_.end()) return nullptr;
    buffer = found->second;
  }
  size_t tag_count = 0;
  if (catalog_ != nullptr) {
    // Rows may not have told yet of tags the schema has.
    const auto schema = catalog_->state()->FindTable(buffer->db_id(), table);
    if (schema != nullptr) tag_count = schema->tag_columns().size();
  }
  return buffer->TakeSnapshot(range, tag_count);
}

BufferStats BufferStore::stats() const {
  BufferStats stats;
  stats.rows = rows_;
  stats.chunks = chunks_;
  stats.bytes = bytes_;
  return stats;
}

}  // namespace influxdb3::buffer
