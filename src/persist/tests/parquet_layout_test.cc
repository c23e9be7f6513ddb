// What other programs see of a file: docs/format/parquet.md.

#include <gtest/gtest.h>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/bloom_filter.h>
#include <parquet/bloom_filter_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/statistics.h>

#include "object_store/memory_store.h"
#include "persist/testing/file_rows.h"

namespace influxdb3::persist {
namespace {

using model::ColumnType;
using testing::TextRow;

model::TableSchema Schema() {
  return model::TableSchema(util::DbId(1), util::TableId(2), "t",
                            {{"i", ColumnType::kInt64},
                             {"region/us", ColumnType::kTag},
                             {"f", ColumnType::kFloat64},
                             {"host", ColumnType::kTag},
                             {"u", ColumnType::kUInt64},
                             {"s", ColumnType::kString},
                             {"b", ColumnType::kBool}});
}

ParquetFile Entry(const std::string& path) {
  ParquetFile file;
  file.path = path;
  return file;
}

class ParquetLayoutTest : public ::testing::Test {
 protected:
  void Write(const std::vector<TextRow>& rows, const TableWriterOptions& options = {}) {
    const auto store = object_store::MakeMemoryStore();
    const auto writer = TableWriter::Open(store.get(), Schema(), Entry("f"), options);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append(*testing::MakeBatch(Schema(), rows)).ok());
    ASSERT_TRUE((*writer)->Finish().ok());
    const auto input = std::make_shared<arrow::io::BufferReader>(
        arrow::Buffer::FromString(store->Get("f").value()));
    file_ = parquet::ParquetFileReader::Open(input);
    ASSERT_TRUE(parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                 parquet::ParquetFileReader::Open(input))
                    .Value(&reader_)
                    .ok());
    ASSERT_TRUE(reader_->GetSchema(&schema_).ok());
  }

  /// 25 rows of 5 hosts in 2 regions.
  static std::vector<TextRow> Rows() {
    std::vector<TextRow> rows;
    for (int i = 0; i < 25; ++i) {
      const std::string number = std::to_string(i);
      rows.push_back({{i < 10 ? "eu" : "us", "h" + std::to_string(i / 5), number, number + ".25",
                       number, "text" + number, i % 2 == 0 ? "true" : "false"},
                      1000 + i});
    }
    return rows;
  }

  std::unique_ptr<parquet::ParquetFileReader> file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
};

TEST_F(ParquetLayoutTest, ColumnsAreTagsFieldsTime) {
  Write(Rows());
  EXPECT_EQ(schema_->field_names(),
            (std::vector<std::string>{"region/us", "host", "i", "f", "u", "s", "b", "time"}));
  const auto tag = arrow::dictionary(arrow::int32(), arrow::utf8());
  const arrow::DataTypeVector types = {tag,
                                       tag,
                                       arrow::int64(),
                                       arrow::float64(),
                                       arrow::uint64(),
                                       arrow::utf8(),
                                       arrow::boolean(),
                                       arrow::timestamp(arrow::TimeUnit::NANO)};
  const std::vector<std::string> iox = {"iox::column_type::tag",
                                        "iox::column_type::tag",
                                        "iox::column_type::field::integer",
                                        "iox::column_type::field::float",
                                        "iox::column_type::field::uinteger",
                                        "iox::column_type::field::string",
                                        "iox::column_type::field::boolean",
                                        "iox::column_type::timestamp"};
  for (int i = 0; i < schema_->num_fields(); ++i) {
    const auto& field = *schema_->field(i);
    EXPECT_TRUE(field.type()->Equals(*types[static_cast<size_t>(i)])) << field.ToString();
    EXPECT_EQ(field.nullable(), field.name() != "time");
    ASSERT_NE(field.metadata(), nullptr);
    EXPECT_EQ(field.metadata()->Get("iox::column::type").ValueOr(""), iox[static_cast<size_t>(i)]);
  }
}

TEST_F(ParquetLayoutTest, TheSeriesKeyIsInTheMetadata) {
  Write(Rows());
  // The length of each name in four bytes, then its bytes; all in base64.
  const std::string expected = "CQAAAHJlZ2lvbi91cwQAAABob3N0";
  EXPECT_EQ(schema_->metadata()->Get("iox::series::key::v2").ValueOr(""), expected);
  const auto metadata = file_->metadata()->key_value_metadata();
  EXPECT_EQ(metadata->Get("iox::series::key::v2").ValueOr(""), expected);
  EXPECT_TRUE(metadata->Contains("ARROW:schema"));
  EXPECT_EQ(metadata->Get("influxdb3::row_group::xxh3").ValueOr("").size(), 16u);
}

TEST_F(ParquetLayoutTest, EveryColumnIsZstd) {
  Write(Rows());
  const auto group = file_->metadata()->RowGroup(0);
  for (int i = 0; i < group->num_columns(); ++i) {
    EXPECT_EQ(group->ColumnChunk(i)->compression(), parquet::Compression::ZSTD);
  }
}

TEST_F(ParquetLayoutTest, TheOrderOfTheRowsIsDeclared) {
  Write(Rows());
  const auto sorting = file_->metadata()->RowGroup(0)->sorting_columns();
  ASSERT_EQ(sorting.size(), 3u);
  for (const auto& [at, column, nulls_first] :
       {std::tuple{0u, 0, true}, std::tuple{1u, 1, true}, std::tuple{2u, 7, false}}) {
    EXPECT_EQ(sorting[at].column_idx, column);
    EXPECT_EQ(sorting[at].nulls_first, nulls_first);
    EXPECT_FALSE(sorting[at].descending);
  }
}

TEST_F(ParquetLayoutTest, RowGroupsEndByRows) {
  TableWriterOptions options;
  options.row_group_rows_max = 10;
  Write(Rows(), options);
  ASSERT_EQ(file_->metadata()->num_row_groups(), 3);
  EXPECT_EQ(file_->metadata()->RowGroup(0)->num_rows(), 10);
  EXPECT_EQ(file_->metadata()->RowGroup(1)->num_rows(), 10);
  EXPECT_EQ(file_->metadata()->RowGroup(2)->num_rows(), 5);
  options.row_group_rows_max = 25;
  Write(Rows(), options);
  EXPECT_EQ(file_->metadata()->num_row_groups(), 1);
  options.row_group_rows_max = 24;
  Write(Rows(), options);
  EXPECT_EQ(file_->metadata()->num_row_groups(), 2);
}

TEST_F(ParquetLayoutTest, RowGroupsEndByBytes) {
  std::vector<TextRow> rows;
  for (int i = 0; i < 40'000; ++i) {
    rows.push_back({{"a", "b", "1", "1", "1", std::string(100, 'x'), "true"}, i});
  }
  TableWriterOptions options;
  options.row_group_bytes_max = 1 << 20;
  Write(rows, options);
  EXPECT_GE(file_->metadata()->num_row_groups(), 4);
  EXPECT_LE(file_->metadata()->num_row_groups(), 10);
}

TEST_F(ParquetLayoutTest, StatisticsBoundEveryRowGroup) {
  TableWriterOptions options;
  options.row_group_rows_max = 10;
  Write(Rows(), options);
  const auto group = file_->metadata()->RowGroup(1);  // rows 10 to 19
  for (int i = 0; i < group->num_columns(); ++i) {
    ASSERT_TRUE(group->ColumnChunk(i)->is_stats_set()) << i;
    EXPECT_EQ(group->ColumnChunk(i)->statistics()->null_count(), 0);
  }
  const auto time =
      std::static_pointer_cast<parquet::Int64Statistics>(group->ColumnChunk(7)->statistics());
  EXPECT_EQ(time->min(), 1010);
  EXPECT_EQ(time->max(), 1019);
  const auto host =
      std::static_pointer_cast<parquet::ByteArrayStatistics>(group->ColumnChunk(1)->statistics());
  EXPECT_EQ(parquet::ByteArrayToString(host->min()), "h2");
  EXPECT_EQ(parquet::ByteArrayToString(host->max()), "h3");
}

TEST_F(ParquetLayoutTest, ThereIsAPageIndex) {
  Write(Rows());
  const auto index = file_->GetPageIndexReader();
  ASSERT_NE(index, nullptr);
  const auto group = index->RowGroup(0);
  ASSERT_NE(group, nullptr);
  for (int i = 0; i < 8; ++i) {
    EXPECT_NE(group->GetOffsetIndex(i), nullptr) << i;
    EXPECT_NE(group->GetColumnIndex(i), nullptr) << i;
  }
}

TEST_F(ParquetLayoutTest, TagsHaveBloomFilters) {
  Write(Rows());
  const auto filters = file_->GetBloomFilterReader().RowGroup(0);
  ASSERT_NE(filters, nullptr);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(filters->GetColumnBloomFilter(i) != nullptr, i < 2) << i;
  }
  const auto hosts = filters->GetColumnBloomFilter(1);
  const auto contains = [&](std::string_view value) {
    const parquet::ByteArray bytes(value);
    return hosts->FindHash(hosts->Hash(&bytes));
  };
  for (const char* host : {"h0", "h1", "h2", "h3", "h4"}) EXPECT_TRUE(contains(host)) << host;
  int found = 0;
  for (int i = 0; i < 1000; ++i) found += contains("other" + std::to_string(i)) ? 1 : 0;
  EXPECT_LT(found, 100) << "false positives";
}

TEST_F(ParquetLayoutTest, NumbersAreDeltasAndRepeatedValuesDictionaries) {
  std::vector<TextRow> rows;
  for (int i = 0; i < 1000; ++i) {
    rows.push_back({{"us", "h", std::to_string(i), std::to_string(i % 10) + ".5", std::to_string(i),
                     "s", "true"},
                    i});
  }
  const auto uses = [&](int column, parquet::Encoding::type encoding) {
    const auto encodings = file_->metadata()->RowGroup(0)->ColumnChunk(column)->encodings();
    return std::find(encodings.begin(), encodings.end(), encoding) != encodings.end();
  };
  Write(rows);
  for (const int column : {2, 4, 7}) {
    EXPECT_TRUE(uses(column, parquet::Encoding::DELTA_BINARY_PACKED)) << column;
    EXPECT_FALSE(uses(column, parquet::Encoding::RLE_DICTIONARY)) << column;
  }
  for (const int column : {0, 1, 3, 5}) {
    EXPECT_TRUE(uses(column, parquet::Encoding::RLE_DICTIONARY)) << column;
  }
  for (int i = 0; i < 1000; ++i) rows[static_cast<size_t>(i)].values[3] = fmt::format("{}.5", i);
  Write(rows);
  EXPECT_FALSE(uses(3, parquet::Encoding::RLE_DICTIONARY)) << "floats that do not repeat";
}

TEST_F(ParquetLayoutTest, DictionariesHoldOnlyTheValuesOfTheirRowGroup) {
  TableWriterOptions options;
  options.row_group_rows_max = 10;
  Write(Rows(), options);
  const auto table = reader_->ReadRowGroup(2);
  ASSERT_TRUE(table.ok());
  const auto& host = static_cast<const arrow::DictionaryArray&>(*(*table)->column(1)->chunk(0));
  EXPECT_EQ(host.dictionary()->length(), 1);
}

}  // namespace
}  // namespace influxdb3::persist
