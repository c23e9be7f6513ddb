#include "persist/testing/compaction_fixture.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "persist/merge_reader.h"

namespace influxdb3::persist::testing {

CompactionFixture::CompactionFixture() {
  // The wrapper does not own it: the fixture looks at what is really there.
  const std::shared_ptr<object_store::ObjectStore> seen(store_.get(), [](auto*) {});
  faulty_ = std::make_unique<object_store::testing::FaultyObjectStore>(seen);
  Reopen();
}

std::shared_ptr<const model::TableSchema> CompactionFixture::Schema(uint32_t table) {
  return std::make_shared<model::TableSchema>(
      util::DbId(1), util::TableId(table), "t" + std::to_string(table),
      std::vector<model::ColumnDef>{{"host", model::ColumnType::kTag},
                                    {"i", model::ColumnType::kInt64},
                                    {"s", model::ColumnType::kString}});
}

TextRow CompactionFixture::Row(const std::string& host, int64_t time, std::optional<std::string> i,
                               std::optional<std::string> s) {
  return {{host, std::move(i), std::move(s)}, time};
}

void CompactionFixture::Reopen() {
  index_ = nullptr;
  auto index = FileIndex::Open(faulty_.get(), "n");
  ASSERT_TRUE(index.ok()) << index.status().ToString();
  index_ = std::move(*index);
}

void CompactionFixture::AddFile(std::vector<TextRow> rows, uint64_t order, uint32_t table) {
  std::sort(rows.begin(), rows.end(), [](const TextRow& left, const TextRow& right) {
    return std::tie(left.values[0], left.time_ns) < std::tie(right.values[0], right.time_ns);
  });
  int64_t chunk = INT64_MAX;
  for (const TextRow& row : rows) chunk = std::min(chunk, row.time_ns);
  const auto schema = Schema(table);
  const auto entry = NewEntry(index_.get(), table, {chunk, chunk}, order);
  auto writer = TableWriter::Open(store_.get(), *schema, *entry, {});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Append(*MakeBatch(*schema, rows)).ok());
  const auto file = (*writer)->Finish();
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  IndexChange change;
  change.added = {std::make_shared<const ParquetFile>(*file)};
  ASSERT_TRUE(index_->Commit(change, nullptr).ok());
}

void CompactionFixture::Cover(uint64_t seq) {
  IndexChange change;
  change.wal_covered_seq = seq;
  ASSERT_TRUE(index_->Commit(change, nullptr).ok());
}

std::unique_ptr<Compactor> CompactionFixture::MakeCompactor(CompactorOptions options) {
  if (options.table == nullptr) {
    options.table = [](util::DbId, util::TableId table) {
      return CompactedTable{true, Schema(table.value), std::nullopt};
    };
  }
  return Compactor::Make(index_.get(), faulty_.get(), std::move(options));
}

void CompactionFixture::Compact(CompactorOptions options) {
  const util::Status status = MakeCompactor(std::move(options))->RunOnce();
  EXPECT_TRUE(status.ok()) << status.ToString();
}

std::shared_ptr<const TableFiles> CompactionFixture::Files(uint32_t table) {
  return index_->View(util::TableId(table), model::TimeRange::All(), nullptr);
}

std::vector<TextRow> CompactionFixture::Contents(uint32_t table) {
  const auto view = Files(table);
  std::vector<MergeInput> inputs;
  for (const auto& file : view->files) {
    auto reader = TableReader::Open(store_.get(), *Schema(table), *file, 1000);
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    if (!reader.ok()) return {};
    inputs.push_back({std::move(*reader), file->order, file->max_wal_seq});
  }
  const auto merged = MergeReader::Make(Schema(table), std::move(inputs), view->tombstones,
                                        model::TimeRange::All(), 1000);
  return ReadAll(merged.get()).value();
}

std::vector<TextRow> CompactionFixture::StoredRows(uint32_t table) {
  std::vector<TextRow> rows;
  const auto view = Files(table);
  for (const auto& file : view->files) {
    auto reader = TableReader::Open(store_.get(), *Schema(table), *file, 1000);
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    if (!reader.ok()) continue;
    std::vector<TextRow> of_file = ReadAll(reader->get()).value();
    for (TextRow& row : of_file) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace influxdb3::persist::testing
