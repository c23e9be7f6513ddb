#include "query/format/parquet_writer.h"

#include "arrow/api.h"
#include "arrow/io/memory.h"
#include "parquet/arrow/reader.h"
#include "parquet/file_reader.h"

#include "query/format/tests/batch_builder.h"

namespace influxdb3::query {
namespace {

std::shared_ptr<arrow::Field> WithIoxType(const std::string& name,
                                          const std::shared_ptr<arrow::DataType>& type,
                                          const std::string& iox_type) {
  return arrow::field(name, type, true,
                      arrow::key_value_metadata({"iox::column::type"}, {iox_type}));
}

TEST(ParquetWriterTest, WritesTagsAsDictionariesAndKeepsTheSchema) {
  const auto schema =
      arrow::schema({WithIoxType("host", arrow::utf8(), "iox::column_type::tag"),
                     WithIoxType("note", arrow::utf8(), "iox::column_type::field::string"),
                     WithIoxType("time", arrow::timestamp(arrow::TimeUnit::NANO),
                                 "iox::column_type::timestamp")});
  const auto batch = arrow::RecordBatch::Make(
      schema, 3,
      {Strings({"a", std::nullopt, "a"}), Strings({"x", "y", "z"}), Timestamps({1, 2, 3})});
  const std::string body =
      Render(ResultFormat::kParquet, schema, {batch->Slice(0, 2), batch->Slice(2, 1)});

  auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(body));
  auto reader = parquet::arrow::OpenFile(input, arrow::default_memory_pool()).ValueOrDie();
  const std::shared_ptr<arrow::Table> table = reader->ReadTable().ValueOrDie();
  ASSERT_EQ(table->num_rows(), 3);
  EXPECT_TRUE(
      table->schema()->field(0)->type()->Equals(arrow::dictionary(arrow::int32(), arrow::utf8())));
  EXPECT_TRUE(table->schema()->field(1)->type()->Equals(arrow::utf8()));
  EXPECT_TRUE(table->schema()->field(2)->type()->Equals(arrow::timestamp(arrow::TimeUnit::NANO)));
  EXPECT_EQ(*table->schema()->field(0)->metadata()->Get("iox::column::type"),
            "iox::column_type::tag");
  const auto metadata = reader->parquet_reader()->metadata();
  EXPECT_EQ(metadata->RowGroup(0)->ColumnChunk(0)->compression(), parquet::Compression::ZSTD);

  const auto combined = table->CombineChunksToBatch().ValueOrDie();
  const auto& tags = static_cast<const arrow::DictionaryArray&>(*combined->column(0));
  EXPECT_TRUE(tags.IsNull(1));
  EXPECT_EQ(
      static_cast<const arrow::StringArray&>(*tags.dictionary()).GetView(tags.GetValueIndex(2)),
      "a");
}

TEST(ParquetWriterTest, StreamsRowGroupsBeforeTheEnd) {
  const auto schema = arrow::schema({arrow::field("v", arrow::int64())});
  std::vector<std::optional<int64_t>> values(100'000, 7);
  const auto batch = arrow::RecordBatch::Make(schema, 100'000, {Integers(values)});
  auto writer = MakeParquetWriter(schema);
  std::string body;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(writer->Write(*batch, &body).ok());
  EXPECT_GT(body.size(), 100u);  // two full row groups have left
  ASSERT_TRUE(writer->Finish(&body).ok());

  auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(body));
  EXPECT_EQ(parquet::ParquetFileReader::Open(input)->metadata()->num_rows(), 300'000);
}

TEST(ParquetWriterTest, ReportsTypesThatParquetCannotHold) {
  const auto type = arrow::month_day_nano_interval();
  const auto schema = arrow::schema({arrow::field("i", type)});
  const auto batch =
      arrow::RecordBatch::Make(schema, 1, {arrow::MakeArrayOfNull(type, 1).ValueOrDie()});
  auto writer = MakeParquetWriter(schema);
  std::string body;
  EXPECT_EQ(writer->Write(*batch, &body).code(), util::StatusCode::kUnsupported);
}

}  // namespace
}  // namespace influxdb3::query
