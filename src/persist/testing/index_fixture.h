#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "object_store/memory_store.h"
#include "object_store/object_store.h"
#include "persist/file_index.h"

namespace influxdb3::persist::testing {

/// The entry of a file of database 1 with one row, without an object behind it.
inline std::shared_ptr<ParquetFile> NewEntry(FileIndex* index, uint32_t table,
                                             const model::TimeRange& range, uint64_t order) {
  auto file = std::make_shared<ParquetFile>();
  file->file_id = index->NextFileId();
  file->db_id = util::DbId(1);
  file->table_id = util::TableId(table);
  file->path = index->PathOf(file->db_id, file->table_id, range.min_ns, file->file_id);
  file->size_bytes = 1;
  file->row_count = 1;
  file->time_range = range;
  file->chunk_time_ns = range.min_ns;
  file->order = order;
  file->max_wal_seq = order;
  return file;
}

/// Opens indexes of node `n` in a store in memory.
class IndexFixture : public ::testing::Test {
 protected:
  std::unique_ptr<FileIndex> Open() {
    auto index = FileIndex::Open(store_.get(), "n");
    EXPECT_TRUE(index.ok()) << index.status().ToString();
    return index.ok() ? std::move(*index) : nullptr;
  }

  /// As NewEntry, with an object.
  std::shared_ptr<const ParquetFile> NewFile(FileIndex* index, uint32_t table,
                                             const model::TimeRange& range, uint64_t order) {
    auto file = NewEntry(index, table, range, order);
    EXPECT_TRUE(store_->Put(file->path, "x", object_store::PutMode::kOverwrite).ok());
    return file;
  }

  size_t Objects(const std::string& prefix) { return store_->List(prefix).value().size(); }

  std::unique_ptr<object_store::ObjectStore> store_ = object_store::MakeMemoryStore();
};

}  // namespace influxdb3::persist::testing
