#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "buffer/table_buffer.h"
#include "buffer/testing/test_batch.h"

namespace influxdb3::buffer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TestRow;

constexpr int64_t kChunk = 1000;
constexpr util::ColumnId kFirstTag{0};
constexpr util::ColumnId kSecondTag{1};
constexpr uint32_t kInt = 2;
constexpr uint32_t kFloat = 3;
const std::vector<model::ColumnType> kTypes = {model::ColumnType::kTag, model::ColumnType::kTag,
                                               model::ColumnType::kInt64,
                                               model::ColumnType::kFloat64};

TestRow Row(const std::vector<std::string>& tags, int64_t time_ns, int64_t value) {
  return {tags, time_ns, {{kInt, value}}};
}

class FreezeTest : public ::testing::Test {
 protected:
  void Apply(const std::vector<TestRow>& rows) {
    const model::WriteBatch batch =
        testing::MakeBatch(util::DbId(1), util::TableId(1), {kFirstTag, kSecondTag}, rows);
    table_->Apply(batch.tables[0], util::WalSeq(++seq_), {}, &scratch_);
  }
  std::vector<TestRow> Read() const {
    return testing::ReadRows(*table_->TakeSnapshot({}, 0), kTypes);
  }
  std::vector<std::shared_ptr<const Chunk>> Freeze(std::optional<int64_t> before_ns) {
    std::vector<std::shared_ptr<const Chunk>> frozen;
    table_->Freeze(before_ns, &frozen);
    return frozen;
  }

  ApplyScratch scratch_;
  uint64_t seq_ = 0;
  std::shared_ptr<TableBuffer> table_ = std::make_shared<TableBuffer>(util::DbId(1), kChunk);
};

TEST_F(FreezeTest, ChunksThatBeginBeforeTheTimeAreFrozenAndStayInSight) {
  Apply({Row({"a"}, -1, 1), Row({"a"}, 0, 2), Row({"a"}, 999, 3), Row({"a"}, 1000, 4)});
  EXPECT_THAT(Freeze(-1000), IsEmpty());
  EXPECT_EQ(Freeze(0).size(), 1u);
  const auto second = Freeze(1);  // in the middle of a chunk
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0]->row_count(), 2u);
  EXPECT_EQ(Read().size(), 4u);
  EXPECT_EQ(table_->totals().rows, 4u);
  EXPECT_EQ(table_->totals().chunks, 3u);
}

TEST_F(FreezeTest, LaterRowsOfAFrozenSpanGoToAChunkThatWins) {
  Apply({Row({"a"}, 5, 1)});
  const auto frozen = Freeze({});
  Apply({{{"a"}, 5, {{kFloat, 2.0}}}});
  const auto snapshot = table_->TakeSnapshot({}, 0);
  ASSERT_EQ(snapshot->chunks().size(), 2u);
  EXPECT_LT(snapshot->chunks()[0].order, snapshot->chunks()[1].order);
  EXPECT_EQ(frozen[0]->first_seq(), util::WalSeq(1));
  EXPECT_EQ(frozen[0]->last_seq(), util::WalSeq(1));
  EXPECT_EQ(table_->MinActiveSeq(), util::WalSeq(2));
}

TEST_F(FreezeTest, DroppedChunksAreGoneAndOffTheBooks) {
  Apply({Row({"a"}, 5, 1)});
  const uint64_t bytes_before = table_->totals().bytes;
  Apply({Row({"a"}, 1005, 1), Row({"a"}, 2005, 1)});
  const auto frozen = Freeze(2000);
  ASSERT_EQ(frozen.size(), 2u);
  const auto before = table_->TakeSnapshot({}, 0);
  const TableTotals change = table_->DropFrozen(frozen);
  EXPECT_EQ(change.rows, uint64_t{0} - 2);
  EXPECT_THAT(Read(), ElementsAre(Row({"a"}, 2005, 1)));
  EXPECT_EQ(table_->totals().rows, 1u);
  EXPECT_EQ(table_->totals().chunks, 1u);
  EXPECT_LE(table_->totals().bytes, bytes_before);
  EXPECT_EQ(table_->DropFrozen(frozen).rows, 0u);
  EXPECT_EQ(testing::ReadRows(*before, kTypes).size(), 3u);
}

TEST_F(FreezeTest, AFrozenChunkIsReadAlone) {
  Apply({Row({"a"}, 5, 1), Row({"a"}, 5, 2), Row({"b"}, 1005, 3)});
  const auto frozen = Freeze(1000);
  const auto snapshot = table_->SnapshotOf({frozen[0]}, 3);
  ASSERT_EQ(snapshot->chunks().size(), 1u);
  EXPECT_EQ(snapshot->series().tags.size(), 3u);
  EXPECT_THAT(testing::ReadRows(*snapshot, kTypes), ElementsAre(Row({"a"}, 5, 2)));
}

TEST_F(FreezeTest, DeletedRowsAreOutOfSightAndLaterOnesAreNot) {
  Apply({Row({"a", "x"}, 5, 1), Row({"a", "y"}, 5, 2), Row({"b", "x"}, 5, 3),
         Row({"a", "x"}, 1005, 4)});
  const auto before = table_->TakeSnapshot({}, 0);
  table_->HideRows({0, 999}, {{kFirstTag, "a"}});
  EXPECT_THAT(Read(), ElementsAre(Row({"a", "x"}, 1005, 4), Row({"b", "x"}, 5, 3)));
  EXPECT_EQ(testing::ReadRows(*before, kTypes).size(), 4u);
  Apply({{{"a", "x"}, 5, {{kFloat, 7.0}}}});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{"a", "x"}, 5, {{kFloat, 7.0}}}, Row({"a", "x"}, 1005, 4),
                                  Row({"b", "x"}, 5, 3)));
}

TEST_F(FreezeTest, DeletionReachesFrozenChunks) {
  Apply({Row({"a"}, 5, 1), Row({"b"}, 6, 2)});
  const auto frozen = Freeze({});
  Apply({Row({"a"}, 7, 3)});
  table_->HideRows({}, {{kFirstTag, "a"}});
  EXPECT_THAT(Read(), ElementsAre(Row({"b"}, 6, 2)));
  EXPECT_EQ(testing::ReadRows(*table_->SnapshotOf({frozen[0]}, 0), kTypes).size(), 1u);
  table_->DropFrozen(frozen);
  EXPECT_THAT(Read(), IsEmpty());
}

TEST_F(FreezeTest, TagsWithoutAValueAreMatchedByTheEmptyOne) {
  Apply({Row({"a"}, 1, 1), Row({"a", "x"}, 2, 2), Row({"", "x"}, 3, 3)});
  table_->HideRows({}, {{kFirstTag, "a"}, {kSecondTag, ""}, {util::ColumnId(9), ""}});
  EXPECT_EQ(Read().size(), 2u);
  table_->HideRows({}, {{kSecondTag, "unknown"}});
  table_->HideRows({}, {{util::ColumnId(9), "x"}});
  table_->HideRows({4, 9}, {});
  EXPECT_EQ(Read().size(), 2u);
  table_->HideRows({2, 2}, {});
  EXPECT_THAT(Read(), ElementsAre(Row({"", "x"}, 3, 3)));
}

TEST_F(FreezeTest, DuplicatesOfDeletedRowsAreWholeAgain) {
  Apply({Row({"a"}, 5, 1), Row({"a"}, 5, 2)});
  EXPECT_THAT(Read(), ElementsAre(Row({"a"}, 5, 2)));
  table_->HideRows({}, {});
  EXPECT_THAT(Read(), IsEmpty());
  Apply({{{"a"}, 5, {{kFloat, 3.0}}}});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{"a"}, 5, {{kFloat, 3.0}}}));
  Apply({Row({"a"}, 5, 4)});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{"a"}, 5, {{kInt, int64_t{4}}, {kFloat, 3.0}}}));
}

}  // namespace
}  // namespace influxdb3::buffer
