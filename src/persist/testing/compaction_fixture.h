#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "object_store/testing/faulty_store.h"
#include "persist/compactor.h"
#include "persist/testing/file_rows.h"
#include "persist/testing/index_fixture.h"

namespace influxdb3::persist::testing {

/// A node with tables of one tag `host` and fields `i` (integer) and `s` (string), whose files are
/// added as snapshots would.
class CompactionFixture : public IndexFixture {
 protected:
  CompactionFixture();

  static std::shared_ptr<const model::TableSchema> Schema(uint32_t table = 1);
  static TextRow Row(const std::string& host, int64_t time,
                     std::optional<std::string> i = std::nullopt,
                     std::optional<std::string> s = std::nullopt);

  /// Opens the index anew over what is stored.
  void Reopen();
  /// A file of `rows`, sorted, written by the store without faults.
  void AddFile(std::vector<TextRow> rows, uint64_t order, uint32_t table = 1);
  /// Covers the log up to `seq`, as a snapshot does.
  void Cover(uint64_t seq);

  std::unique_ptr<Compactor> MakeCompactor(CompactorOptions options = {});
  /// Runs a new compactor to its end.
  void Compact(CompactorOptions options = {});

  /// What a query would find, files and deletions taken together.
  std::vector<TextRow> Contents(uint32_t table = 1);
  /// The rows that are in the table's files, whatever was deleted.
  std::vector<TextRow> StoredRows(uint32_t table = 1);
  std::shared_ptr<const TableFiles> Files(uint32_t table = 1);

  std::unique_ptr<object_store::testing::FaultyObjectStore> faulty_;
  std::unique_ptr<FileIndex> index_;
};

}  // namespace influxdb3::persist::testing
