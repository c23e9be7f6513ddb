#include "buffer/sorted_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arrow/api.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "buffer/table_buffer.h"
#include "buffer/testing/test_batch.h"
#include "persist/table_writer.h"
#include "persist/testing/file_rows.h"

namespace influxdb3::buffer {
namespace {

using model::ColumnType;
using persist::testing::TextRow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TestRow;

constexpr util::DbId kDb{1};
constexpr util::TableId kTable{1};
constexpr uint32_t kInt = 2;
constexpr uint32_t kFloat = 3;
constexpr uint32_t kString = 4;
constexpr uint32_t kBool = 5;
constexpr uint32_t kUInt = 6;

const std::vector<model::ColumnDef> kColumns = {
    {"host", ColumnType::kTag},  {"region", ColumnType::kTag}, {"i", ColumnType::kInt64},
    {"f", ColumnType::kFloat64}, {"s", ColumnType::kString},   {"b", ColumnType::kBool},
    {"u", ColumnType::kUInt64},
};

class SortedRowsTest : public ::testing::Test {
 protected:
  void Apply(const std::vector<TestRow>& rows) {
    const model::WriteBatch batch =
        testing::MakeBatch(kDb, kTable, {util::ColumnId(0), util::ColumnId(1)}, rows);
    table_->Apply(batch.tables[0], util::WalSeq(++seq_), {}, &scratch_);
  }

  // All rows of the only chunk, read in batches of `rows_max`.
  std::vector<TextRow> Read(uint32_t rows_max, std::vector<model::ColumnDef> columns = kColumns) {
    const auto schema =
        std::make_shared<const model::TableSchema>(kDb, kTable, "t", std::move(columns));
    SortedRows sorted(table_->TakeSnapshot({}, 0), schema);
    std::vector<TextRow> rows;
    while (true) {
      auto batch = sorted.Next(rows_max);
      EXPECT_TRUE(batch.ok()) << batch.status().ToString();
      if (!batch.ok() || *batch == nullptr) break;
      EXPECT_LE((*batch)->num_rows(), rows_max);
      EXPECT_TRUE((*batch)->ValidateFull().ok()) << (*batch)->ValidateFull().ToString();
      EXPECT_TRUE((*batch)->schema()->Equals(*persist::FileSchema(*schema), true));
      for (TextRow& row : persist::testing::RowsOf(**batch)) rows.push_back(std::move(row));
    }
    EXPECT_EQ(rows.size(), sorted.row_count());
    return rows;
  }

  ApplyScratch scratch_;
  uint64_t seq_ = 0;
  std::shared_ptr<TableBuffer> table_ = std::make_shared<TableBuffer>(kDb, 1'000'000);
};

TEST_F(SortedRowsTest, NullTagsComeFirstThenBytesThenTime) {
  Apply({{{"b", "x"}, 1, {{kInt, int64_t{1}}}},
         {{"a", "y"}, 3, {{kInt, int64_t{2}}}},
         {{"a", "y"}, 2, {{kInt, int64_t{3}}}},
         {{"", "z"}, 9, {{kInt, int64_t{4}}}},
         {{"a", ""}, 8, {{kInt, int64_t{5}}}},
         {{"\u00e9", "a"}, 0, {{kInt, int64_t{6}}}},
         {{"ab", "a"}, 0, {{kInt, int64_t{7}}}}});
  std::vector<std::string> order;
  for (const TextRow& row : Read(3)) order.push_back(row.values[2].value());
  EXPECT_THAT(order, ElementsAre("4", "5", "3", "2", "7", "1", "6"));
}

TEST_F(SortedRowsTest, EveryTypeAndNullComesThrough) {
  Apply({{{"a", "b"},
          5,
          {{kInt, int64_t{-7}},
           {kFloat, 0.5},
           {kString, std::string("a long text that does not lie in place")},
           {kBool, true},
           {kUInt, UINT64_MAX}}},
         {{"a", "b"}, 6, {{kBool, false}}}});
  const std::vector<TextRow> rows = Read(100);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].values,
              ElementsAre("a", "b", "-7", "0.5", "a long text that does not lie in place", "true",
                          "18446744073709551615"));
  EXPECT_THAT(rows[1].values, ElementsAre("a", "b", std::nullopt, std::nullopt, std::nullopt,
                                          "false", std::nullopt));
}

TEST_F(SortedRowsTest, ColumnsTheChunkDoesNotKnowAreNull) {
  Apply({{{"a", "b"}, 5, {{kInt, int64_t{1}}}}});
  std::vector<model::ColumnDef> columns = kColumns;
  columns.push_back({"late_tag", ColumnType::kTag});
  columns.push_back({"late_field", ColumnType::kString});
  const std::vector<TextRow> rows = Read(10, columns);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].values[2], std::nullopt) << "tags come in front of fields";
  EXPECT_EQ(rows[0].values[3], "1");
  EXPECT_EQ(rows[0].values.back(), std::nullopt);
}

TEST_F(SortedRowsTest, DuplicatesAreMergedFieldByFieldAndHiddenRowsLeftOut) {
  Apply({{{"a", "b"}, 5, {{kInt, int64_t{1}}, {kFloat, 1.5}}},
         {{"a", "b"}, 6, {{kInt, int64_t{2}}}},
         {{"a", "c"}, 6, {{kInt, int64_t{3}}}}});
  Apply({{{"a", "b"}, 5, {{kInt, int64_t{9}}}}});
  table_->HideRows({6, 6}, {{util::ColumnId(1), "c"}});
  const std::vector<TextRow> rows = Read(10);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].values[2], "9");
  EXPECT_EQ(rows[0].values[3], "1.5");
  EXPECT_EQ(rows[1].values[2], "2");
}

TEST_F(SortedRowsTest, WithoutVisibleRowsThereIsNoBatch) {
  Apply({{{"a", "b"}, 5, {{kInt, int64_t{1}}}}});
  table_->HideRows(model::TimeRange::All(), {});
  EXPECT_THAT(Read(10), IsEmpty());
}

// Against the reader that tests of queries trust.
TEST_F(SortedRowsTest, RandomRowsComeOutAsQueriesSeeThem) {
  std::vector<ColumnType> types;
  for (const model::ColumnDef& column : kColumns) types.push_back(column.type);
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](uint64_t count) { return random() % count; };
    table_ = std::make_shared<TableBuffer>(kDb, 1'000'000);
    for (uint64_t batches = 1 + pick(6); batches > 0; --batches) {
      std::vector<TestRow> rows;
      for (uint64_t count = 1 + pick(200); count > 0; --count) {
        TestRow row{{std::string(pick(4), 'h'), std::string(pick(3), 'r')},
                    static_cast<int64_t>(pick(300)),
                    {{kInt, static_cast<int64_t>(pick(9))}}};
        if (pick(2) == 0) row.fields[kFloat] = static_cast<double>(pick(9));
        rows.push_back(std::move(row));
      }
      Apply(rows);
      if (pick(4) == 0) table_->HideRows({0, static_cast<int64_t>(pick(100))}, {});
    }
    std::vector<std::string> expected;
    for (TestRow row : testing::ReadRows(*table_->TakeSnapshot({}, 0), types)) {
      row.tags.resize(2);
      std::string text = row.tags[0] + "," + row.tags[1] + "," +
                         std::to_string(std::get<int64_t>(row.fields[kInt])) + "," +
                         std::to_string(row.time_ns);
      if (row.fields.contains(kFloat))
        text += "," + std::to_string(std::get<double>(row.fields[kFloat]));
      expected.push_back(std::move(text));
    }
    std::vector<std::string> read;
    for (const TextRow& row : Read(37)) {
      std::string text = row.values[0].value_or("") + "," + row.values[1].value_or("") + "," +
                         row.values[2].value() + "," + std::to_string(row.time_ns);
      if (row.values[3]) text += "," + std::to_string(std::stod(*row.values[3]));
      read.push_back(std::move(text));
    }
    EXPECT_EQ(read, expected);
  }
}

}  // namespace
}  // namespace influxdb3::buffer
