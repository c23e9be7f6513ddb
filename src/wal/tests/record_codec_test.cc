#include <gtest/gtest.h>

#include <cstring>

#include "buffer/testing/test_batch.h"
#include "wal/record.h"

namespace influxdb3::wal {
namespace {

using buffer::testing::MakeBatch;
using buffer::testing::TestRow;
using model::ColumnDef;
using model::ColumnType;
using util::ColumnId;
using util::DbId;
using util::TableId;

std::string Encode(const Record& record) {
  auto payload = EncodeRecord(record);
  EXPECT_TRUE(payload.ok()) << payload.status().ToString();
  return std::move(payload).value();
}

Record AllCatalogOps() {
  Record record;
  record.ops = {
      model::CreateDatabaseOp{DbId(1), "one", 3600, 12},
      model::CreateDatabaseOp{DbId(2), "two", std::nullopt, -1},
      model::SetRetentionOp{DbId(1), std::nullopt},
      model::CreateTableOp{DbId(1),
                           TableId(7),
                           "cpu \xc3\xa9",
                           {{"host", ColumnType::kTag},
                            {"a", ColumnType::kInt64},
                            {"b", ColumnType::kUInt64},
                            {"c", ColumnType::kFloat64},
                            {"d", ColumnType::kString},
                            {"e", ColumnType::kBool}}},
      model::AddColumnsOp{DbId(1), TableId(7), {{"f", ColumnType::kBool}}},
      model::DeleteTableOp{DbId(1), TableId(7), "cpu-x", 5, 6},
      model::DeleteDatabaseOp{DbId(2), "two-x", 7, std::nullopt},
  };
  return record;
}

Record Rows() {
  const std::vector<TestRow> rows = {
      {{"a", "x"}, 10, {{2, int64_t{-5}}, {4, std::string("short")}}},
      {{"b"}, -20, {{2, int64_t{7}}, {3, 1.5}, {5, true}}},
      {{"a", "x"}, 30, {{4, std::string("")}, {6, uint64_t{18446744073709551615u}}}},
  };
  Record record;
  record.batch = MakeBatch(DbId(1), TableId(7), {ColumnId(0), ColumnId(1)}, rows);
  return record;
}

TEST(RecordCodec, CatalogOperationsComeBackEqual) {
  const Record record = AllCatalogOps();
  auto decoded = DecodeRecord(Encode(record));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(decoded->ops, record.ops);
  EXPECT_TRUE(decoded->batch.empty());
}

TEST(RecordCodec, RowsComeBackEqual) {
  auto decoded = DecodeRecord(Encode(Rows()));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  ASSERT_EQ(decoded->batch.tables.size(), 1u);
  const model::TableBatch& table = decoded->batch.tables[0];
  EXPECT_EQ(table.db_id, DbId(1));
  EXPECT_EQ(table.table_id, TableId(7));
  ASSERT_EQ(table.row_count, 3u);
  ASSERT_EQ(table.series_count, 2u);
  EXPECT_EQ(table.min_time_ns, -20);
  EXPECT_EQ(table.max_time_ns, 30);
  EXPECT_EQ(table.time[1], -20);
  EXPECT_EQ(table.series[0], table.series[2]);
  const uint32_t b = table.series[1];
  EXPECT_EQ(table.tag_values[b * 2], "b");
  EXPECT_EQ(table.tag_values[b * 2 + 1].data(), nullptr);
  ASSERT_EQ(table.fields.size(), 5u);
  const auto field = [&](uint32_t id) -> const model::FieldColumn& {
    for (const model::FieldColumn& column : table.fields) {
      if (column.column_id == ColumnId(id)) return column;
    }
    ADD_FAILURE() << "no column " << id;
    return table.fields[0];
  };
  EXPECT_EQ(field(2).As<int64_t>()[0], -5);
  EXPECT_FALSE(field(2).IsValid(2));
  EXPECT_EQ(field(3).As<double>()[1], 1.5);
  EXPECT_EQ(field(4).As<std::string_view>()[0], "short");
  EXPECT_TRUE(field(4).IsValid(2));
  EXPECT_EQ(field(5).As<uint8_t>()[1], 1);
  EXPECT_EQ(field(6).As<uint64_t>()[2], 18446744073709551615u);
}

TEST(RecordCodec, EncodingIsRepeatable) {
  const std::string payload = Encode(Rows());
  auto decoded = DecodeRecord(payload);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(Encode(*decoded), payload);
}

TEST(RecordCodec, EveryTruncationIsCorruption) {
  for (const Record& record : {AllCatalogOps(), Rows()}) {
    const std::string payload = Encode(record);
    for (size_t size = 0; size < payload.size(); ++size) {
      const auto decoded = DecodeRecord(std::string_view(payload).substr(0, size));
      ASSERT_FALSE(decoded.ok()) << size;
      ASSERT_EQ(decoded.status().code(), util::StatusCode::kCorruption) << size;
    }
  }
}

TEST(RecordCodec, EveryFlippedByteIsHarmless) {
  // Without the frame's checksum a flip may go unseen, but it must never be more than a wrong
  // value.
  for (const Record& record : {AllCatalogOps(), Rows()}) {
    const std::string payload = Encode(record);
    for (size_t at = 0; at < payload.size(); ++at) {
      std::string damaged = payload;
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
      const auto decoded = DecodeRecord(damaged);
      if (decoded.ok()) (void)EncodeRecord(*decoded);
    }
  }
}

TEST(RecordCodec, CompressesLargeBatches) {
  std::vector<TestRow> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({{"host"}, i, {{1, 1.0}}});
  Record record;
  record.batch = MakeBatch(DbId(1), TableId(1), {ColumnId(0)}, rows);
  const std::string payload = Encode(record);
  EXPECT_LT(payload.size(), 1000u * 20u / 2u);
  auto decoded = DecodeRecord(payload);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->batch.tables[0].time[999], 999);
}

TEST(RecordCodec, RefusesAFutureVersion) {
  std::string payload = Encode(Rows());
  payload[0] = 2;
  EXPECT_EQ(DecodeRecord(payload).status().code(), util::StatusCode::kCorruption);
}

}  // namespace
}  // namespace influxdb3::wal
