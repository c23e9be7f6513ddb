#include "query/testing/files_fixture.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/record_batch.h>

#include "object_store/memory_store.h"
#include "persist/table_writer.h"
#include "persist/testing/file_rows.h"

namespace influxdb3::query::testing {

using persist::testing::TextRow;

FilesTest::FilesTest() : store_(object_store::MakeMemoryStore()) {
  auto files = persist::FileIndex::Open(store_.get(), "n");
  EXPECT_TRUE(files.ok()) << files.status().ToString();
  files_ = std::move(files).value();
  QueryOptions options;
  options.memory_bytes_max = size_t{256} << 20;
  options.parquet_cache.bytes_max = uint64_t{64} << 20;
  OpenOverFiles(options);
}

void FilesTest::OpenOverFiles(const QueryOptions& options) {
  auto engine =
      QueryEngine::Open(options, &catalog_, &buffer_, &clock_, files_.get(), store_.get());
  ASSERT_TRUE(engine.ok()) << engine.status().ToString();
  engine_ = std::move(engine).value();
}

void FilesTest::Declare(const std::string& lines) {
  Apply(Build("d", lines).ops);
}

std::shared_ptr<const model::TableSchema> FilesTest::SchemaOf(const std::string& table) const {
  return catalog_.state()->FindDatabase("d")->FindTable(table);
}

void FilesTest::WriteFile(const std::string& table, const std::vector<FileRow>& rows,
                          const FileSpec& spec) {
  const auto whole = SchemaOf(table);
  std::vector<model::ColumnDef> columns = whole->columns();
  if (spec.column_count != 0) columns.resize(spec.column_count);
  const model::TableSchema schema(whole->db_id(), whole->table_id(), table, columns);
  std::vector<std::string> names;
  for (const util::ColumnId tag : schema.tag_columns()) names.push_back(schema.column(tag).name);
  const size_t tag_count = names.size();
  for (const model::ColumnDef& column : columns) {
    if (column.type != model::ColumnType::kTag) names.push_back(column.name);
  }
  std::vector<TextRow> texts;
  for (const FileRow& row : rows) {
    TextRow text;
    text.time_ns = row.time_ns;
    for (const std::string& name : names) {
      const auto value = row.values.find(name);
      text.values.push_back(value == row.values.end() ? std::optional<std::string>()
                                                      : value->second);
    }
    texts.push_back(std::move(text));
  }
  std::sort(texts.begin(), texts.end(), [&](const TextRow& a, const TextRow& b) {
    for (size_t tag = 0; tag < tag_count; ++tag) {
      if (a.values[tag] != b.values[tag]) return a.values[tag] < b.values[tag];
    }
    return a.time_ns < b.time_ns;
  });

  persist::ParquetFile file;
  file.file_id = files_->NextFileId();
  file.db_id = whole->db_id();
  file.table_id = whole->table_id();
  file.path = files_->PathOf(file.db_id, file.table_id, 0, file.file_id);
  file.order = spec.order;
  file.max_wal_seq = spec.max_wal_seq;
  persist::TableWriterOptions options;
  options.row_group_rows_max = spec.row_group_rows_max;
  options.page_rows_max = spec.page_rows_max;
  auto writer = persist::TableWriter::Open(store_.get(), schema, file, options);
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  const util::Status appended = (*writer)->Append(*persist::testing::MakeBatch(schema, texts));
  ASSERT_TRUE(appended.ok()) << appended.ToString();
  auto finished = (*writer)->Finish();
  ASSERT_TRUE(finished.ok()) << finished.status().ToString();
  persist::IndexChange change;
  change.added.push_back(std::make_shared<const persist::ParquetFile>(std::move(finished).value()));
  ASSERT_TRUE(files_->Commit(change, nullptr).ok());
}

void FilesTest::Delete(const std::string& table, uint64_t wal_seq, const model::TimeRange& range,
                       const std::vector<std::pair<std::string, std::string>>& tags) {
  const auto schema = SchemaOf(table);
  persist::Tombstone tombstone;
  tombstone.table_id = schema->table_id();
  tombstone.wal_seq = wal_seq;
  tombstone.range = range;
  for (const auto& [name, value] : tags) {
    tombstone.tags.emplace_back(*schema->FindColumn(name), value);
  }
  persist::IndexChange change;
  change.added_tombstones.push_back(
      std::make_shared<const persist::Tombstone>(std::move(tombstone)));
  ASSERT_TRUE(files_->Commit(change, nullptr).ok());
}

}  // namespace influxdb3::query::testing
