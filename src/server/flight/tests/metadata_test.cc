// Values that clients bind, and the tables that describe the server.
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "server/flight/metadata_tables.h"
#include "server/flight/parameter_binding.h"
#include "server/flight/sql_info.h"
#include "server/flight/xdbc_types.h"

namespace influxdb3::server::flight {
namespace {

using Names = std::vector<std::string>;

std::shared_ptr<arrow::RecordBatch> TextRow(const Names& names, const Names& values) {
  arrow::FieldVector fields;
  arrow::ArrayVector columns;
  for (size_t i = 0; i < names.size(); ++i) {
    fields.push_back(arrow::field(names[i], arrow::utf8()));
    arrow::StringBuilder builder;
    EXPECT_TRUE(builder.Append(values[i]).ok());
    columns.push_back(builder.Finish().ValueOrDie());
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), 1, columns);
}

/// The values by parameter, as `name=value name=value`.
std::string Bound(const Names& columns, const Names& values, const Names& parameters) {
  const auto rows = BindRows(*TextRow(columns, values), parameters);
  if (!rows.ok()) return rows.status().message();
  std::string text;
  for (const auto& [name, value] : rows->at(0)) {
    text += (text.empty() ? "" : " ") + name + "=" + std::get<std::string>(value);
  }
  return text;
}

TEST(BindingTest, FindsParametersByNameOrPosition) {
  EXPECT_EQ(Bound({"b", "a"}, {"2", "1"}, {"a", "b"}), "a=1 b=2");
  EXPECT_EQ(Bound({"$b", "$a"}, {"2", "1"}, {"a", "b"}), "a=1 b=2");
  EXPECT_EQ(Bound({"$2", "$1"}, {"y", "x"}, {"1", "2"}), "1=x 2=y");
  EXPECT_EQ(Bound({"0", "1"}, {"x", "y"}, {"1", "2"}), "1=x 2=y");
  EXPECT_EQ(Bound({"param_0", "param_1"}, {"x", "y"}, {"1", "2"}), "1=x 2=y");
  EXPECT_EQ(Bound({"?", "?"}, {"x", "y"}, {"1", "2"}), "1=x 2=y");
  EXPECT_EQ(Bound({"0", "1"}, {"x", "y"}, {"host", "region"}), "host=x region=y");
  EXPECT_EQ(Bound({"a", "more"}, {"1", "2"}, {"a", "b", "c"}), "a=1 more=2");
  EXPECT_EQ(Bound({"x", "y"}, {"1", "2"}, {"a"}),
            "the statement has 1 parameters, but 2 values were given");
}

TEST(BindingTest, UnionsAreWhatTheyHold) {
  auto texts = std::make_shared<arrow::StringBuilder>();
  auto numbers = std::make_shared<arrow::Int64Builder>();
  const auto type =
      arrow::dense_union({arrow::field("s", arrow::utf8()), arrow::field("i", arrow::int64())});
  arrow::DenseUnionBuilder builder(arrow::default_memory_pool(), {texts, numbers}, type);
  ASSERT_TRUE(builder.Append(1).ok());
  ASSERT_TRUE(numbers->Append(7).ok());
  ASSERT_TRUE(builder.Append(0).ok());
  ASSERT_TRUE(texts->Append("x").ok());
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("param_0", type)}), 2,
                                              {builder.Finish().ValueOrDie()});
  const auto rows = BindRows(*batch, {"1"});
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_EQ(rows->at(0).at("1"), query::ParameterValue(int64_t{7}));
  EXPECT_EQ(rows->at(1).at("1"), query::ParameterValue(std::string("x")));
}

TEST(SqlInfoTest, RowsAreOrderedAndFitTheirColumns) {
  const auto all = SqlInfoRows({}).ValueOrDie();
  EXPECT_TRUE(all->ValidateFull().ok());
  EXPECT_TRUE(all->schema()->Equals(*SqlInfoSchema()));
  ASSERT_EQ(all->num_rows(), 86);
  const auto& names = static_cast<const arrow::UInt32Array&>(*all->column(0));
  for (int64_t row = 1; row < all->num_rows(); ++row) {
    EXPECT_LT(names.Value(row - 1), names.Value(row));
  }
  EXPECT_EQ(SqlInfoRows({0, 0, 1, 77777}).ValueOrDie()->num_rows(), 2);
}

TEST(XdbcTypesTest, RowsFitTheirColumns) {
  const auto all = XdbcTypeRows(std::nullopt).ValueOrDie();
  EXPECT_TRUE(all->ValidateFull().ok());
  EXPECT_EQ(all->num_rows(), 5);
  EXPECT_EQ(XdbcTypeRows(93).ValueOrDie()->num_rows(), 1);
}

TEST(MetadataTablesTest, TablesAreOrdered) {
  Command command;
  command.kind = CommandKind::kGetTables;
  command.include_schema = true;
  const auto rows = MetadataRows(command,
                                 {{"system", "a", "BASE TABLE", "1"},
                                  {"iox", "b", "BASE TABLE", "2"},
                                  {"iox", "a", "BASE TABLE", "3"}},
                                 "BASE TABLE")
                        .ValueOrDie();
  EXPECT_TRUE(rows->ValidateFull().ok());
  const auto& bytes = static_cast<const arrow::BinaryArray&>(*rows->column(4));
  EXPECT_EQ(bytes.GetString(0) + bytes.GetString(1) + bytes.GetString(2), "321");
}

}  // namespace
}  // namespace influxdb3::server::flight
