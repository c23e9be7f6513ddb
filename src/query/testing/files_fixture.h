#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "object_store/object_store.h"
#include "persist/file_index.h"
#include "query/testing/engine_fixture.h"

namespace influxdb3::query::testing {

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
    uint32_t page_rows_max = 4000;
  };
  /// Rows of table `table` of database d, in any order, no two with the same key.
  void WriteFile(const std::string& table, const std::vector<FileRow>& rows, const FileSpec& spec);
  void Delete(const std::string& table, uint64_t wal_seq, const model::TimeRange& range,
              const std::vector<std::pair<std::string, std::string>>& tags);

  std::shared_ptr<const model::TableSchema> SchemaOf(const std::string& table) const;

  std::unique_ptr<object_store::ObjectStore> store_;
  std::unique_ptr<persist::FileIndex> files_;
};

}  // namespace influxdb3::query::testing
