// What TableWriter writes, TableReader reads back.

#include <gtest/gtest.h>

#include <limits>

#include <arrow/api.h>
#include <fmt/format.h>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "persist/testing/file_rows.h"

namespace influxdb3::persist {
namespace {

using model::ColumnType;
using model::TableSchema;
using testing::MakeBatch;
using testing::ReadAll;
using testing::TextRow;
using util::Result;
using util::Status;
using util::StatusCode;

using Rows = std::vector<TextRow>;

const std::optional<std::string> kNull = std::nullopt;

TableSchema Schema(std::vector<model::ColumnDef> columns) {
  return TableSchema(util::DbId(1), util::TableId(2), "t", std::move(columns));
}

/// One tag, one field of each type.
TableSchema AllTypes() {
  return Schema({{"i", ColumnType::kInt64},
                 {"host", ColumnType::kTag},
                 {"u", ColumnType::kUInt64},
                 {"f", ColumnType::kFloat64},
                 {"s", ColumnType::kString},
                 {"b", ColumnType::kBool}});
}

ParquetFile Entry(const std::string& path) {
  ParquetFile file;
  file.path = path;
  return file;
}

class TableFileTest : public ::testing::Test {
 protected:
  Result<ParquetFile> Write(const TableSchema& schema, const std::vector<Rows>& batches,
                            const TableWriterOptions& options = {}) {
    ParquetFile file;
    file.file_id = 7;
    file.db_id = schema.db_id();
    file.table_id = schema.table_id();
    file.path = "n/f.parquet";
    file.order = 5;
    file.max_wal_seq = 6;
    ASSIGN_OR_RETURN(const auto writer, TableWriter::Open(store_.get(), schema, file, options));
    for (const Rows& rows : batches) {
      RETURN_IF_ERROR(writer->Append(*MakeBatch(schema, rows)));
    }
    return writer->Finish();
  }

  Result<Rows> Read(const TableSchema& schema, const ParquetFile& file,
                    uint32_t batch_rows_max = 1000) {
    ASSIGN_OR_RETURN(const auto reader,
                     TableReader::Open(store_.get(), schema, file, batch_rows_max));
    return ReadAll(reader.get());
  }

  void ExpectRoundTrip(const TableSchema& schema, const Rows& rows) {
    const auto file = Write(schema, {rows});
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    const auto found = Read(schema, *file);
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    EXPECT_EQ(*found, rows);
  }

  std::shared_ptr<object_store::ObjectStore> store_ = object_store::MakeMemoryStore();
};

TEST_F(TableFileTest, AllTypesComeBack) {
  ExpectRoundTrip(
      AllTypes(),
      {{{kNull, "1", "2", "3.5", "text", "true"}, 10},
       {{"a", "-9223372036854775808", "0", "-0", "", "false"}, 20},
       {{"a", "9223372036854775807", "18446744073709551615", "1e-300", "\xc3\xa9 \n\"", "true"},
        30}});
}

TEST_F(TableFileTest, NullsComeBack) {
  ExpectRoundTrip(AllTypes(), {{{"a", kNull, kNull, kNull, kNull, kNull}, 1},
                               {{"b", "1", kNull, kNull, kNull, kNull}, 1},
                               {{"c", kNull, "1", kNull, "", kNull}, 1},
                               {{"d", kNull, kNull, "1", kNull, "false"}, 1}});
}

TEST_F(TableFileTest, FloatsThatAreNoNumbersComeBack) {
  ExpectRoundTrip(AllTypes(), {{{"a", kNull, kNull, "nan", kNull, kNull}, 1},
                               {{"a", kNull, kNull, "inf", kNull, kNull}, 2},
                               {{"a", kNull, kNull, "-inf", kNull, kNull}, 3}});
}

TEST_F(TableFileTest, ExtremeTimesComeBack) {
  const int64_t min = std::numeric_limits<int64_t>::min();
  const int64_t max = std::numeric_limits<int64_t>::max();
  const TableSchema schema = Schema({{"i", ColumnType::kInt64}});
  const auto file = Write(schema, {{{{"1"}, min}, {{"2"}, 0}, {{"3"}, max}}});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->time_range, (model::TimeRange{min, max}));
  EXPECT_EQ(*Read(schema, *file), (Rows{{{"1"}, min}, {{"2"}, 0}, {{"3"}, max}}));
}

TEST_F(TableFileTest, LongStringsComeBack) {
  const std::string tag(65535, 't');
  const std::string text(1 << 20, 'x');
  ExpectRoundTrip(AllTypes(), {{{tag, kNull, kNull, kNull, text, kNull}, 1},
                               {{tag, kNull, kNull, kNull, text + "y", kNull}, 2},
                               {{tag + "u", kNull, kNull, kNull, "", kNull}, 2}});
}

TEST_F(TableFileTest, ATableWithoutTags) {
  ExpectRoundTrip(Schema({{"i", ColumnType::kInt64}}), {{{"1"}, -5}, {{kNull}, 0}, {{"3"}, 5}});
}

TEST_F(TableFileTest, ATableOfTagsOnly) {
  ExpectRoundTrip(Schema({{"a", ColumnType::kTag}, {"b", ColumnType::kTag}}),
                  {{{kNull, "x"}, 1}, {{"a", kNull}, 1}, {{"a", "b"}, 1}});
}

TEST_F(TableFileTest, ManyColumns) {
  std::vector<model::ColumnDef> columns;
  TextRow row;
  for (int i = 0; i < 300; ++i) columns.push_back({fmt::format("tag{}", i), ColumnType::kTag});
  for (int i = 0; i < 1500; ++i) {
    columns.push_back({fmt::format("field{}", i), ColumnType::kFloat64});
  }
  for (int i = 0; i < 1800; ++i) {
    row.values.push_back(i % 3 == 0 ? kNull : std::optional(fmt::format("{}", i)));
  }
  ExpectRoundTrip(Schema(columns), {row});
}

TEST_F(TableFileTest, TheEntryIsFilledIn) {
  const TableSchema schema = AllTypes();
  const auto file = Write(schema, {{{{"a", "1", kNull, kNull, kNull, kNull}, 30}},
                                   {{{"b", "1", kNull, kNull, kNull, kNull}, -10}}});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->file_id, 7u);
  EXPECT_EQ(file->order, 5u);
  EXPECT_EQ(file->max_wal_seq, 6u);
  EXPECT_EQ(file->row_count, 2u);
  EXPECT_EQ(file->time_range, (model::TimeRange{-10, 30}));
  EXPECT_EQ(file->size_bytes, store_->Head("n/f.parquet")->size_bytes);
}

TEST_F(TableFileTest, AnOlderFileLacksNewerColumns) {
  const TableSchema before = Schema({{"i", ColumnType::kInt64}, {"a", ColumnType::kTag}});
  const auto file = Write(before, {{{{"x", "1"}, 1}}});
  ASSERT_TRUE(file.ok());
  const TableSchema after = before.WithColumns({{"f", ColumnType::kFloat64},
                                                {"b", ColumnType::kTag},
                                                {"s", ColumnType::kString},
                                                {"o", ColumnType::kBool}});
  EXPECT_EQ(*Read(after, *file), (Rows{{{"x", kNull, "1", kNull, kNull, kNull}, 1}}));
}

TEST_F(TableFileTest, ASchemaThatIsTooOldIsRefused) {
  const TableSchema before = Schema({{"i", ColumnType::kInt64}});
  const auto file = Write(before.WithColumns({{"f", ColumnType::kFloat64}}), {{{{"1", "2"}, 1}}});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(Read(before, *file).status().code(), StatusCode::kInternal);
}

TEST_F(TableFileTest, AColumnOfAnotherTypeIsCorruption) {
  const auto file = Write(Schema({{"i", ColumnType::kInt64}}), {{{{"1"}, 1}}});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(Read(Schema({{"i", ColumnType::kFloat64}}), *file).status().code(),
            StatusCode::kCorruption);
}

TEST_F(TableFileTest, RowGroupsAndBatchesDoNotChangeTheRows) {
  const TableSchema schema = AllTypes();
  Rows rows;
  for (int i = 0; i < 1000; ++i) {
    rows.push_back(
        {{i < 500 ? kNull : std::optional(fmt::format("tag{:04}", i / 7)), fmt::format("{}", i),
          kNull, fmt::format("{}.5", i), fmt::format("s{}", i % 9), i % 2 == 0 ? "true" : "false"},
         i});
  }
  for (const uint32_t group_rows : {1u, 7u, 100u, 1000u, 100'000u}) {
    TableWriterOptions options;
    options.row_group_rows_max = group_rows;
    const auto file = Write(schema, {rows}, options);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    EXPECT_EQ(file->row_count, 1000u);
    for (const uint32_t batch_rows : {1u, 64u, 5000u}) {
      EXPECT_EQ(*Read(schema, *file, batch_rows), rows) << group_rows << " " << batch_rows;
    }
  }
}

TEST_F(TableFileTest, FilesOfTheSameSeriesHaveTheSameHash) {
  const std::vector<model::ColumnDef> columns = {
      {"host", ColumnType::kTag}, {"zone", ColumnType::kTag}, {"i", ColumnType::kInt64}};
  const TableSchema schema = Schema(columns);
  const auto series_of = [&](const TableSchema& of, const std::vector<Rows>& batches) {
    const auto file = Write(of, batches);
    EXPECT_TRUE(file.ok()) << file.status().ToString();
    return std::pair(file->series_count, file->series_hash);
  };
  const auto two = series_of(schema, {{{{"a", kNull, "1"}, 1}, {{"b", "z", "2"}, 1}}});
  EXPECT_EQ(two.first, 2u);
  // Other rows of the same series, cut into other batches.
  EXPECT_EQ(series_of(schema, {{{{"a", kNull, "7"}, 1}},
                               {{{"a", kNull, "7"}, 2}, {{"b", "z", kNull}, 5}},
                               {{{"b", "z", kNull}, 6}}}),
            two);
  EXPECT_NE(series_of(schema, {{{{"a", "z", "1"}, 1}, {{"b", kNull, "2"}, 1}}}), two);
  EXPECT_NE(series_of(schema, {{{{"a", kNull, "1"}, 1}, {{"b", "y", "2"}, 1}}}), two);
  EXPECT_NE(series_of(schema, {{{{kNull, "a", "1"}, 1}, {{"b", "z", "2"}, 1}}}), two);
  EXPECT_EQ(series_of(schema, {{{{"a", kNull, "1"}, 1}}}).first, 1u);
  // A tag that the table got later.
  std::vector<model::ColumnDef> more = columns;
  more.push_back({"rack", ColumnType::kTag});
  EXPECT_EQ(series_of(Schema(more), {{{{"a", kNull, kNull, "1"}, 1}, {{"b", "z", kNull, "2"}, 1}}}),
            two);
  EXPECT_NE(series_of(Schema(more), {{{{"a", kNull, kNull, "1"}, 1}, {{"b", "z", "r", "2"}, 1}}}),
            two);
}

TEST_F(TableFileTest, BatchesOfTheReaderAreLimited) {
  const TableSchema schema = Schema({{"i", ColumnType::kInt64}});
  Rows rows;
  for (int i = 0; i < 100; ++i) rows.push_back({{"1"}, i});
  const auto file = Write(schema, {rows});
  ASSERT_TRUE(file.ok());
  const auto reader = TableReader::Open(store_.get(), schema, *file, 33);
  ASSERT_TRUE(reader.ok());
  std::vector<int64_t> sizes;
  while (const auto batch = (*reader)->Next().value()) sizes.push_back(batch->num_rows());
  EXPECT_EQ(sizes, (std::vector<int64_t>{33, 33, 33, 1}));
  EXPECT_EQ((*reader)->Next().value(), nullptr);
  EXPECT_EQ(TableReader::Open(store_.get(), schema, *file, 0).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(TableFileTest, RowsOutOfOrderAreRefused) {
  const TableSchema schema = Schema({{"a", ColumnType::kTag}, {"b", ColumnType::kTag}});
  const auto code = [&](const std::vector<Rows>& batches) {
    const Status status = Write(schema, batches).status();
    EXPECT_FALSE(store_->Head("n/f.parquet").ok() && !status.ok()) << "nothing may be visible";
    return status.code();
  };
  const TextRow low{{"a", "x"}, 5};
  EXPECT_EQ(code({{low, {{"a", "x"}, 5}}}), StatusCode::kInternal) << "the same key";
  EXPECT_EQ(code({{low, {{"a", "x"}, 4}}}), StatusCode::kInternal);
  EXPECT_EQ(code({{low, {{"a", "w"}, 6}}}), StatusCode::kInternal);
  EXPECT_EQ(code({{low, {{"a", kNull}, 6}}}), StatusCode::kInternal) << "NULL comes first";
  EXPECT_EQ(code({{low, {{kNull, "z"}, 6}}}), StatusCode::kInternal);
  EXPECT_EQ(code({{low}, {{{"a", "x"}, 5}}}), StatusCode::kInternal) << "over two batches";
  EXPECT_EQ(code({{low}, {{{kNull, "x"}, 6}}}), StatusCode::kInternal);
  EXPECT_EQ(code({{{{"B", "x"}, 1}, {{"a", "x"}, 1}, {{"\xc3\xa9", "x"}, 1}}}), StatusCode::kOk)
      << "bytewise";
  EXPECT_EQ(code({{low}, {}, {{{"a", "x"}, 6}}}), StatusCode::kOk);
}

TEST_F(TableFileTest, AFileWithoutRowsIsRefused) {
  EXPECT_EQ(Write(AllTypes(), {}).status().code(), StatusCode::kInternal);
  EXPECT_EQ(Write(AllTypes(), {{}}).status().code(), StatusCode::kInternal);
  EXPECT_FALSE(store_->Head("n/f.parquet").ok());
}

TEST_F(TableFileTest, OtherColumnsAreRefused) {
  const auto writer = TableWriter::Open(store_.get(), AllTypes(), Entry("n/f"), {});
  ASSERT_TRUE(writer.ok());
  const TableSchema other = Schema({{"i", ColumnType::kInt64}});
  EXPECT_EQ((*writer)->Append(*MakeBatch(other, {{{"1"}, 1}})).code(), StatusCode::kInternal);
  EXPECT_EQ((*writer)->Finish().status().code(), StatusCode::kInternal) << "the first error stays";
}

TEST_F(TableFileTest, NothingIsVisibleBeforeFinish) {
  const TableSchema schema = Schema({{"i", ColumnType::kInt64}});
  {
    const auto writer = TableWriter::Open(store_.get(), schema, Entry("n/f"), {});
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append(*MakeBatch(schema, {{{"1"}, 1}})).ok());
    EXPECT_FALSE(store_->Head("n/f").ok());
  }
  EXPECT_FALSE(store_->Head("n/f").ok());
  const auto writer = TableWriter::Open(store_.get(), schema, Entry("n/f"), {});
  ASSERT_TRUE((*writer)->Append(*MakeBatch(schema, {{{"1"}, 1}})).ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_TRUE(store_->Head("n/f").ok());
  EXPECT_EQ((*writer)->Finish().status().code(), StatusCode::kInternal) << "once";
}

TEST_F(TableFileTest, EveryDamagedByteIsNoticedOrHarmless) {
  const TableSchema schema = AllTypes();
  const Rows rows = {{{kNull, "1", "2", "3.5", "text", "true"}, 10},
                     {{"a", "1", "2", "3.5", "texts", "false"}, 20}};
  const auto file = Write(schema, {rows});
  ASSERT_TRUE(file.ok());
  const std::string bytes = store_->Get("n/f.parquet").value();
  uint64_t noticed = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    ASSERT_TRUE(store_->Put("n/f.parquet", damaged, object_store::PutMode::kOverwrite).ok());
    const auto found = Read(schema, *file);
    noticed += found.ok() ? 0 : 1;
    if (found.ok()) {
      EXPECT_EQ(*found, rows) << "byte " << i;
    } else {
      EXPECT_NE(found.status().code(), StatusCode::kOk);
    }
  }
  EXPECT_GT(noticed, bytes.size() / 4);
}

TEST_F(TableFileTest, ACutFileIsCorruption) {
  const TableSchema schema = AllTypes();
  const auto file = Write(schema, {{{{kNull, "1", "2", "3.5", "text", "true"}, 10}}});
  ASSERT_TRUE(file.ok());
  const std::string bytes = store_->Get("n/f.parquet").value();
  for (size_t size = 0; size < bytes.size(); size += 13) {
    ASSERT_TRUE(
        store_->Put("n/f.parquet", bytes.substr(0, size), object_store::PutMode::kOverwrite).ok());
    const StatusCode code = Read(schema, *file).status().code();
    EXPECT_TRUE(code == StatusCode::kCorruption || code == StatusCode::kInvalidArgument)
        << size << " " << util::StatusCodeName(code);
  }
}

TEST_F(TableFileTest, ARowCountThatDiffersIsCorruption) {
  const TableSchema schema = Schema({{"i", ColumnType::kInt64}});
  auto file = Write(schema, {{{{"1"}, 1}}});
  ASSERT_TRUE(file.ok());
  file->row_count = 2;
  EXPECT_EQ(Read(schema, *file).status().code(), StatusCode::kCorruption);
}

TEST_F(TableFileTest, ErrorsOfTheStoreArePassedOn) {
  const TableSchema schema = AllTypes();
  const Rows rows = {{{kNull, "1", "2", "3.5", "text", "true"}, 10}};
  auto faulty = std::make_shared<object_store::testing::FaultyObjectStore>(store_);
  const auto memory = std::exchange(store_, faulty);
  for (uint64_t call = 1;; ++call) {
    faulty->ClearRules();
    faulty->FailCall(call, object_store::testing::FaultAction::kFailBefore);
    const uint64_t faults_before = faulty->faults();
    const auto file = Write(schema, {rows});
    if (!file.ok()) {
      EXPECT_EQ(file.status().code(), StatusCode::kUnavailable) << call;
      EXPECT_FALSE(memory->Head("n/f.parquet").ok()) << call;
      continue;
    }
    const auto found = Read(schema, *file);
    if (found.ok()) {
      EXPECT_EQ(*found, rows);
      if (faulty->faults() == faults_before) break;
    } else {
      EXPECT_EQ(found.status().code(), StatusCode::kUnavailable) << call;
    }
    ASSERT_TRUE(memory->Delete("n/f.parquet").ok());
  }
}

}  // namespace
}  // namespace influxdb3::persist
