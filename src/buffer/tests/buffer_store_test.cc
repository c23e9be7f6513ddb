#include "buffer/buffer_store.h"

#include <gtest/gtest.h>

#include "buffer/testing/test_batch.h"
#include "catalog/catalog.h"

namespace influxdb3::buffer {
namespace {

constexpr int64_t kChunk = 600'000'000'000;
constexpr util::DbId kDb{1};
constexpr util::TableId kTable{1};
constexpr util::TableId kOtherTable{2};

wal::Record RowRecord(util::DbId db, util::TableId table, int64_t time_ns) {
  return {{},
          testing::MakeBatch(db, table, {util::ColumnId(0)},
                             {{{"a"}, time_ns, {{1, static_cast<double>(time_ns)}}}})};
}

class BufferStoreTest : public ::testing::Test {
 protected:
  void Log(const wal::Record& record) { store_.OnRecord(util::WalSeq(++seq_), record, false); }

  uint64_t seq_ = 0;
  BufferStore store_{nullptr, kChunk};
};

TEST_F(BufferStoreTest, UnknownTablesHaveNoSnapshot) {
  EXPECT_EQ(store_.Snapshot(kTable, {}), nullptr);
}

TEST_F(BufferStoreTest, TablesAreKeptApart) {
  Log(RowRecord(kDb, kTable, 1));
  Log(RowRecord(kDb, kOtherTable, 2));
  Log(RowRecord(kDb, kOtherTable, kChunk));
  EXPECT_EQ(store_.Snapshot(kTable, {})->row_count(), 1u);
  EXPECT_EQ(store_.Snapshot(kOtherTable, {})->row_count(), 2u);
  EXPECT_EQ(store_.stats().rows, 3u);
  EXPECT_EQ(store_.stats().chunks, 3u);
  EXPECT_GT(store_.stats().bytes, 0u);
}

TEST_F(BufferStoreTest, ReplayedRecordsAreKept) {
  store_.OnRecord(util::WalSeq(1), RowRecord(kDb, kTable, 1), true);
  EXPECT_EQ(store_.Snapshot(kTable, {})->row_count(), 1u);
}

TEST_F(BufferStoreTest, ADeletedTableIsFreedAndRowsLoggedBehindItAreDropped) {
  Log(RowRecord(kDb, kTable, 1));
  Log(RowRecord(kDb, kOtherTable, 1));
  const auto before = store_.Snapshot(kTable, {});
  Log({{model::DeleteTableOp{kDb, kTable, "gone", 0, {}}}, {}});
  Log(RowRecord(kDb, kTable, 2));
  EXPECT_EQ(store_.Snapshot(kTable, {}), nullptr);
  EXPECT_EQ(store_.Snapshot(kOtherTable, {})->row_count(), 1u);
  EXPECT_EQ(store_.stats().rows, 1u);
  EXPECT_EQ(before->row_count(), 1u);
}

TEST_F(BufferStoreTest, ADeletedDatabaseTakesItsTablesAlong) {
  Log(RowRecord(kDb, kTable, 1));
  Log(RowRecord(util::DbId(2), kOtherTable, 1));
  Log({{model::DeleteDatabaseOp{kDb, "gone", 0, {}}}, {}});
  Log(RowRecord(kDb, util::TableId(3), 1));
  EXPECT_EQ(store_.Snapshot(kTable, {}), nullptr);
  EXPECT_EQ(store_.Snapshot(util::TableId(3), {}), nullptr);
  EXPECT_EQ(store_.Snapshot(kOtherTable, {})->row_count(), 1u);
  // Applied again it only changes the time of the final deletion.
  Log({{model::DeleteDatabaseOp{kDb, "gone", 0, 5}}, {}});
  EXPECT_EQ(store_.stats().rows, 1u);
  EXPECT_EQ(store_.stats().chunks, 1u);
}

TEST_F(BufferStoreTest, NothingIsLeftOnTheBooksWhenAllIsDeleted) {
  Log(RowRecord(kDb, kTable, 1));
  Log({{model::DeleteTableOp{kDb, kTable, "gone", 0, {}}}, {}});
  EXPECT_EQ(store_.stats().rows, 0u);
  EXPECT_EQ(store_.stats().chunks, 0u);
  EXPECT_EQ(store_.stats().bytes, 0u);
}

TEST(BufferStoreCatalogTest, TagsOfTheSchemaWithoutRowsAreThere) {
  catalog::Catalog catalog({10, 10, 10, 10});
  const std::vector<model::CatalogOp> ops = {
      model::CreateDatabaseOp{kDb, "db", {}, 0},
      model::CreateTableOp{kDb,
                           kTable,
                           "t",
                           {{"a", model::ColumnType::kTag},
                            {"f", model::ColumnType::kFloat64},
                            {"b", model::ColumnType::kTag}}}};
  ASSERT_TRUE(catalog.ApplyLogged(ops).ok());
  BufferStore store(&catalog, kChunk);
  store.OnRecord(util::WalSeq(1), RowRecord(kDb, kTable, 1), false);
  const auto snapshot = store.Snapshot(kTable, {});
  ASSERT_EQ(snapshot->series().tags.size(), 2u);
  EXPECT_EQ(snapshot->series().tags[1].dictionary_size, 1u);
  EXPECT_EQ(snapshot->series().tags[1].dictionary[0].view(), "");
  EXPECT_EQ(snapshot->series().tags[1].codes, nullptr);
}

}  // namespace
}  // namespace influxdb3::buffer
