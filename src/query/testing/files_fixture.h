#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "object_store/object_store.h"
#include "persist/file_index.h"
#include "query/testing/engine_fixture.h"

namespace influxdb3::query::testing {

/// Files of tables, held in a vector. One thread changes it.
class VectorFileIndex : public persist::FileIndex {
 public:
  const persist::RecoveredState& recovered() const override { return recovered_; }
  uint64_t NextFileId() override { return next_file_id_++; }
  std::string PathOf(util::DbId db, util::TableId table, int64_t chunk_time_ns,
                     uint64_t file_id) const override;
  util::Status Commit(const persist::IndexChange& change,
                      const std::function<void()>& publish) override;
  std::shared_ptr<const persist::TableFiles> View(util::TableId table,
                                                  const model::TimeRange& range,
                                                  const std::function<void()>& with) const override;
  std::vector<std::shared_ptr<const persist::ParquetFile>> AllFiles() const override {
    return files_;
  }
  persist::IndexStats stats() const override { return {}; }
  util::Result<uint64_t> RemoveOrphans(int64_t, int64_t) override { return uint64_t{0}; }

 private:
  persist::RecoveredState recovered_;
  uint64_t next_file_id_ = 1;
  std::vector<std::shared_ptr<const persist::ParquetFile>> files_;
  std::vector<std::shared_ptr<const persist::Tombstone>> tombstones_;
};

/// A row of a file: values by column, as text (numbers, true and false).
struct FileRow {
  std::map<std::string, std::string> values;
  int64_t time_ns = 0;
};

/// An engine over buffer and files.
class FilesTest : public EngineTest {
 protected:
  FilesTest();
  /// A new engine with these options.
  void OpenOverFiles(const QueryOptions& options);

  /// Makes databases, tables and columns of lines, but no rows.
  void Declare(const std::string& lines);

  struct FileSpec {
    uint64_t order = 1;
    uint64_t max_wal_seq = 1;
    /// Only the table's first so many columns are in the file; 0 = all.
    size_t column_count = 0;
    uint32_t row_group_rows_max = 100'000;
  };
  /// Rows of table `table` of database d, in any order, no two with the same key.
  void WriteFile(const std::string& table, const std::vector<FileRow>& rows, const FileSpec& spec);
  void Delete(const std::string& table, uint64_t wal_seq, const model::TimeRange& range,
              const std::vector<std::pair<std::string, std::string>>& tags);

  std::shared_ptr<const model::TableSchema> SchemaOf(const std::string& table) const;

  std::unique_ptr<object_store::ObjectStore> store_;
  VectorFileIndex files_;
};

}  // namespace influxdb3::query::testing
