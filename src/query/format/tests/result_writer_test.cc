#include "query/format/result_writer.h"

#include <limits>
#include <optional>

#include "arrow/api.h"

#include "query/format/tests/batch_builder.h"

namespace influxdb3::query {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

NamedArrays SampleColumns() {
  return {{"host", Strings({"a", "b"})},
          {"time", Timestamps({1'000'000'000, 2'000'000'000})},
          {"usage", Floats({0.9, 6})}};
}

TEST(ResultFormatTest, KnowsItsWords) {
  EXPECT_EQ(ParseResultFormat("json"), ResultFormat::kJson);
  EXPECT_EQ(ParseResultFormat("jsonl"), ResultFormat::kJsonLines);
  EXPECT_EQ(ParseResultFormat("json_lines"), ResultFormat::kJsonLines);
  EXPECT_EQ(ParseResultFormat("csv"), ResultFormat::kCsv);
  EXPECT_EQ(ParseResultFormat("pretty"), ResultFormat::kPretty);
  EXPECT_EQ(ParseResultFormat("parquet"), ResultFormat::kParquet);
  EXPECT_EQ(ParseResultFormat("JSON"), std::nullopt);
  EXPECT_EQ(ParseResultFormat(""), std::nullopt);
}

TEST(ResultFormatTest, HasContentTypes) {
  EXPECT_EQ(ContentType(ResultFormat::kJson), "application/json");
  EXPECT_EQ(ContentType(ResultFormat::kJsonLines), "application/jsonl");
  EXPECT_EQ(ContentType(ResultFormat::kCsv), "text/csv");
  EXPECT_EQ(ContentType(ResultFormat::kPretty), "text/plain; charset=utf-8");
  EXPECT_EQ(ContentType(ResultFormat::kParquet), "application/vnd.apache.parquet");
}

TEST(ResultWriterTest, WritesTheReferenceSamples) {
  EXPECT_EQ(Render(ResultFormat::kJson, SampleColumns()),
            R"([{"host":"a","time":"1970-01-01T00:00:01","usage":0.9},)"
            R"({"host":"b","time":"1970-01-01T00:00:02","usage":6.0}])");
  EXPECT_EQ(Render(ResultFormat::kJsonLines, SampleColumns()),
            "{\"host\":\"a\",\"time\":\"1970-01-01T00:00:01\",\"usage\":0.9}\n"
            "{\"host\":\"b\",\"time\":\"1970-01-01T00:00:02\",\"usage\":6.0}\n");
  EXPECT_EQ(Render(ResultFormat::kCsv, SampleColumns()),
            "host,time,usage\na,1970-01-01T00:00:01,0.9\nb,1970-01-01T00:00:02,6.0\n");
  EXPECT_EQ(Render(ResultFormat::kPretty, SampleColumns()),
            "+------+---------------------+-------+\n"
            "| host | time                | usage |\n"
            "+------+---------------------+-------+\n"
            "| a    | 1970-01-01T00:00:01 | 0.9   |\n"
            "| b    | 1970-01-01T00:00:02 | 6.0   |\n"
            "+------+---------------------+-------+");
}

TEST(ResultWriterTest, DoesNotShowHowRowsWereCutIntoBatches) {
  const auto whole = MakeBatch(SampleColumns());
  for (const auto format :
       {ResultFormat::kJson, ResultFormat::kJsonLines, ResultFormat::kCsv, ResultFormat::kPretty}) {
    EXPECT_EQ(Render(format, whole->schema(), {whole->Slice(0, 1), whole->Slice(1, 1)}),
              Render(format, whole->schema(), {whole}));
  }
}

TEST(ResultWriterTest, WritesNothingOrAnEmptyFrameWithoutBatches) {
  const auto schema = arrow::schema({arrow::field("a", arrow::int64())});
  EXPECT_EQ(Render(ResultFormat::kJson, schema, {}), "[]");
  EXPECT_EQ(Render(ResultFormat::kJsonLines, schema, {}), "");
  EXPECT_EQ(Render(ResultFormat::kCsv, schema, {}), "");
  EXPECT_EQ(Render(ResultFormat::kPretty, schema, {}), "++\n++");
  EXPECT_EQ(Render(ResultFormat::kParquet, schema, {}), "");
}

TEST(ResultWriterTest, WritesTheHeaderWithABatchOfNoRows) {
  const NamedArrays none = {{"a", Integers({})}};
  EXPECT_EQ(Render(ResultFormat::kJson, none), "[]");
  EXPECT_EQ(Render(ResultFormat::kCsv, none), "a\n");
  EXPECT_EQ(Render(ResultFormat::kPretty, none), "+---+\n| a |\n+---+\n+---+");
}

TEST(ResultWriterTest, LeavesNullOut) {
  const NamedArrays columns = {{"a", Integers({std::nullopt, 1})},
                               {"b", Strings({std::nullopt, "x"})},
                               {"c", std::make_shared<arrow::NullArray>(2)}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{},{"a":1,"b":"x"}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, columns), "a,b,c\n,,\n1,x,\n");
  EXPECT_EQ(Render(ResultFormat::kPretty, columns),
            "+---+---+---+\n"
            "| a | b | c |\n"
            "+---+---+---+\n"
            "|   |   |   |\n"
            "| 1 | x |   |\n"
            "+---+---+---+");
}

TEST(ResultWriterTest, WritesNanAndInfinityAsExplicitNullInJsonOnly) {
  const NamedArrays columns = {{"f", Floats({kNan, kInf, -kInf})}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{"f":null},{"f":null},{"f":null}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, columns), "f\nNaN\ninf\n-inf\n");
}

TEST(ResultWriterTest, WritesIntegersAndBooleans) {
  const NamedArrays columns = {
      {"i", Integers({std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})},
      {"u", MakeArray<arrow::UInt64Builder, uint64_t>({std::numeric_limits<uint64_t>::max(), 0})},
      {"s", MakeArray<arrow::Int8Builder, int8_t>({-128, 127})},
      {"b", MakeArray<arrow::BooleanBuilder, bool>({true, false})}};
  EXPECT_EQ(Render(ResultFormat::kCsv, columns),
            "i,u,s,b\n-9223372036854775808,18446744073709551615,-128,true\n"
            "9223372036854775807,0,127,false\n");
}

TEST(ResultWriterTest, ReadsSlicedBooleansFromTheirOffset) {
  const auto batch = MakeBatch(
      {{"b", MakeArray<arrow::BooleanBuilder, bool>({true, true, std::nullopt, false, true})}});
  EXPECT_EQ(Render(ResultFormat::kJson, batch->schema(), {batch->Slice(1, 3)}),
            R"([{"b":true},{},{"b":false}])");
}

TEST(ResultWriterTest, EscapesJsonStrings) {
  const NamedArrays columns = {
      {"k\"\\", Strings({"a\"b\\c", "line\nbreak\r\t\b\f", std::string("\x01\x1f\x7f\0", 4),
                         "no special byte in this longer text: é 温度 😀", ""})}};
  EXPECT_EQ(Render(ResultFormat::kJsonLines, columns),
            "{\"k\\\"\\\\\":\"a\\\"b\\\\c\"}\n"
            "{\"k\\\"\\\\\":\"line\\nbreak\\r\\t\\b\\f\"}\n"
            "{\"k\\\"\\\\\":\"\\u0001\\u001f\x7f\\u0000\"}\n"
            "{\"k\\\"\\\\\":\"no special byte in this longer text: é 温度 😀\"}\n"
            "{\"k\\\"\\\\\":\"\"}\n");
}

TEST(ResultWriterTest, QuotesCsvOnlyWhenNeeded) {
  const NamedArrays columns = {
      {"plain name", Strings({"a b", "a,b", "say \"hi\"", "two\nlines", "cr\rhere", "", "é"})},
      {"f(\"x\",y)", Integers({1, 2, 3, 4, 5, 6, 7})}};
  EXPECT_EQ(
      Render(ResultFormat::kCsv, columns),
      "plain name,\"f(\"\"x\"\",y)\"\n"
      "a b,1\n\"a,b\",2\n\"say \"\"hi\"\"\",3\n\"two\nlines\",4\n\"cr\rhere\",5\n\"\",6\né,7\n");
}

TEST(ResultWriterTest, KeepsACsvRecordOfOneNull) {
  EXPECT_EQ(Render(ResultFormat::kCsv, {{"a", Integers({std::nullopt, 1})}}), "a\n\"\"\n1\n");
}

TEST(ResultWriterTest, DrawsWideAndMultiLineCells) {
  const NamedArrays columns = {{"ключ", Strings({"温度", "a\nbcd", "e\xcc\x81"})},
                               {"n", Integers({1, 2, 3})}};
  EXPECT_EQ(Render(ResultFormat::kPretty, columns),
            "+------+---+\n"
            "| ключ | n |\n"
            "+------+---+\n"
            "| 温度 | 1 |\n"
            "| a    | 2 |\n"
            "| bcd  |   |\n"
            "| e\xcc\x81    | 3 |\n"
            "+------+---+");
}

TEST(ResultWriterTest, RepeatsDuplicateNames) {
  const NamedArrays columns = {{"k", Integers({1})}, {"k", Integers({2})}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{"k":1,"k":2}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, columns), "k,k\n1,2\n");
}

TEST(ResultWriterTest, ReadsDictionaries) {
  auto indices = MakeArray<arrow::Int32Builder, int32_t>({1, std::nullopt, 0});
  auto dictionary =
      arrow::DictionaryArray::FromArrays(arrow::dictionary(arrow::int32(), arrow::utf8()), indices,
                                         Strings({"a", "b,c"}))
          .ValueOrDie();
  EXPECT_EQ(Render(ResultFormat::kJson, {{"t", dictionary}}), R"([{"t":"b,c"},{},{"t":"a"}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, {{"t", dictionary}}), "t\n\"b,c\"\n\"\"\na\n");
}

TEST(ResultWriterTest, WritesBinaryAsHex) {
  const NamedArrays columns = {
      {"b", MakeArray<arrow::BinaryBuilder, std::string>({std::string("\xAB\x00\x0f", 3)})}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{"b":"ab000f"}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, columns), "b\nab000f\n");
}

TEST(ResultWriterTest, WritesDecimalsWithTheirScale) {
  const auto type = arrow::decimal128(20, 4);
  const NamedArrays columns = {
      {"d", MakeArray<arrow::Decimal128Builder, arrow::Decimal128>(
                {arrow::Decimal128(35000), arrow::Decimal128(-5), arrow::Decimal128(0)},
                arrow::Decimal128Builder(type))}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{"d":3.5000},{"d":-0.0005},{"d":0.0000}])");
}

TEST(ResultWriterTest, WritesLists) {
  arrow::ListBuilder builder(arrow::default_memory_pool(), std::make_shared<arrow::Int64Builder>());
  auto* items = static_cast<arrow::Int64Builder*>(builder.value_builder());
  ASSERT_TRUE(builder.Append().ok());
  ASSERT_TRUE(items->AppendValues({1, 2}).ok());
  ASSERT_TRUE(items->AppendNull().ok());
  ASSERT_TRUE(builder.AppendNull().ok());
  ASSERT_TRUE(builder.Append().ok());
  const NamedArrays columns = {{"l", builder.Finish().ValueOrDie()}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{"l":[1,2,null]},{},{"l":[]}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, columns), "l\n\"[1,2,null]\"\n\"\"\n[]\n");
  EXPECT_EQ(Render(ResultFormat::kPretty, columns),
            "+----------+\n"
            "| l        |\n"
            "+----------+\n"
            "| [1, 2, ] |\n"
            "|          |\n"
            "| []       |\n"
            "+----------+");
}

TEST(ResultWriterTest, WritesStructsWithoutTheirNulls) {
  const auto members =
      arrow::StructArray::Make({Floats({1.5, std::nullopt}), Timestamps({1, 1'000'000'000})},
                               std::vector<std::string>{"value", "time"})
          .ValueOrDie();
  const NamedArrays columns = {{"s", members}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns),
            R"([{"s":{"value":1.5,"time":"1970-01-01T00:00:00.000000001"}},)"
            R"({"s":{"time":"1970-01-01T00:00:01"}}])");
  EXPECT_EQ(Render(ResultFormat::kCsv, columns),
            "s\n\"{\"\"value\"\":1.5,\"\"time\"\":\"\"1970-01-01T00:00:00.000000001\"\"}\"\n"
            "\"{\"\"time\"\":\"\"1970-01-01T00:00:01\"\"}\"\n");
  EXPECT_NE(Render(ResultFormat::kPretty, columns)
                .find("| {value: 1.5, time: 1970-01-01T00:00:00.000000001} |"),
            std::string::npos);
}

TEST(ResultWriterTest, WritesMapsAsObjects) {
  arrow::MapBuilder builder(arrow::default_memory_pool(), std::make_shared<arrow::StringBuilder>(),
                            std::make_shared<arrow::Int64Builder>());
  ASSERT_TRUE(builder.Append().ok());
  ASSERT_TRUE(static_cast<arrow::StringBuilder*>(builder.key_builder())->Append("a").ok());
  ASSERT_TRUE(static_cast<arrow::Int64Builder*>(builder.item_builder())->Append(1).ok());
  const NamedArrays columns = {{"m", builder.Finish().ValueOrDie()}};
  EXPECT_EQ(Render(ResultFormat::kJson, columns), R"([{"m":{"a":1}}])");
  EXPECT_NE(Render(ResultFormat::kPretty, columns).find("| {a: 1} |"), std::string::npos);
}

}  // namespace
}  // namespace influxdb3::query
