#include "buffer/table_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "buffer/testing/test_batch.h"

namespace influxdb3::buffer {
namespace {

using ::testing::ElementsAre;
using testing::FieldValues;
using ::testing::IsEmpty;
using testing::TestRow;

constexpr int64_t kMinute = 60'000'000'000;
constexpr int64_t kChunk = 10 * kMinute;

// Column ids of the tests' table: two tags, then one field of each type.
constexpr uint32_t kInt = 2;
constexpr uint32_t kUInt = 3;
constexpr uint32_t kFloat = 4;
constexpr uint32_t kString = 5;
constexpr uint32_t kBool = 6;
const std::vector<model::ColumnType> kTypes = {
    model::ColumnType::kTag,    model::ColumnType::kTag,     model::ColumnType::kInt64,
    model::ColumnType::kUInt64, model::ColumnType::kFloat64, model::ColumnType::kString,
    model::ColumnType::kBool,   model::ColumnType::kTag,     model::ColumnType::kFloat64};

class TableBufferTest : public ::testing::Test {
 protected:
  void Apply(const std::vector<TestRow>& rows) {
    const model::WriteBatch batch =
        testing::MakeBatch(util::DbId(1), util::TableId(1), tag_columns_, rows);
    table_->Apply(batch.tables[0], util::WalSeq(++seq_), {}, &scratch_);
  }
  std::shared_ptr<const TableSnapshot> Snapshot(const model::TimeRange& range = {}) const {
    return table_->TakeSnapshot(range, 0);
  }
  std::vector<TestRow> Read(const model::TimeRange& range = {}) const {
    return testing::ReadRows(*Snapshot(range), kTypes);
  }

  std::vector<util::ColumnId> tag_columns_{util::ColumnId(0), util::ColumnId(1)};
  ApplyScratch scratch_;
  uint64_t seq_ = 0;
  std::shared_ptr<TableBuffer> table_ = std::make_shared<TableBuffer>(util::DbId(1), kChunk);
};

TEST_F(TableBufferTest, NothingWrittenGivesNoSnapshot) {
  EXPECT_EQ(Snapshot(), nullptr);
}

TEST_F(TableBufferTest, AllFieldTypesComeBack) {
  const TestRow row{{"a", "b"},
                    1000,
                    {{kInt, int64_t{-5}},
                     {kUInt, uint64_t{18446744073709551615u}},
                     {kFloat, 1.5},
                     {kString, std::string("exactly12byt")},
                     {kBool, true}}};
  Apply({row});
  EXPECT_THAT(Read(), ElementsAre(row));
}

TEST_F(TableBufferTest, LongStringsOutliveTheBatch) {
  const std::string thirteen = "thirteen byte";
  const std::string large(100'000, 'x');
  Apply({{{"a"}, 1, {{kString, thirteen}}},
         {{"a"}, 2, {{kString, large}}},
         {{"a"}, 3, {{kString, std::string()}}},
         {{"a tag value longer than twelve bytes"}, 4, {{kString, thirteen + "2"}}}});
  EXPECT_THAT(
      Read(),
      ElementsAre(
          TestRow{{"a"}, 1, {{kString, thirteen}}}, TestRow{{"a"}, 2, {{kString, large}}},
          TestRow{{"a"}, 3, {{kString, std::string()}}},
          TestRow{{"a tag value longer than twelve bytes"}, 4, {{kString, thirteen + "2"}}}));
}

TEST_F(TableBufferTest, NullsAreKeptAndAllValidColumnsNeedNoValidity) {
  Apply({{{"a"}, 1, {{kInt, int64_t{1}}, {kFloat, 1.0}}}, {{"a"}, 2, {{kInt, int64_t{2}}}}});
  Apply({{{"a"}, 3, {{kInt, int64_t{3}}, {kBool, false}}}});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{"a"}, 1, {{kInt, int64_t{1}}, {kFloat, 1.0}}},
                                  TestRow{{"a"}, 2, {{kInt, int64_t{2}}}},
                                  TestRow{{"a"}, 3, {{kInt, int64_t{3}}, {kBool, false}}}));
  const auto snapshot = Snapshot();
  const SegmentView& segment = snapshot->chunks()[0].segments[0];
  EXPECT_EQ(segment.column(util::ColumnId(kInt)).validity, nullptr);
  EXPECT_NE(segment.column(util::ColumnId(kFloat)).validity, nullptr);
  EXPECT_EQ(segment.column(util::ColumnId(kString)).values, nullptr);
  const auto* floats = static_cast<const double*>(segment.column(util::ColumnId(kFloat)).values);
  EXPECT_EQ(floats[1], 0.0);
  EXPECT_EQ(floats[2], 0.0);
}

TEST_F(TableBufferTest, NullsAcrossManySegments) {
  std::vector<TestRow> expected;
  for (int64_t batch = 0; batch < 40; ++batch) {
    std::vector<TestRow> rows;
    for (int64_t i = 0; i < 37; ++i) {
      const int64_t n = batch * 37 + i;
      FieldValues fields{{kInt, n}};
      if (n % 3 != 0 && batch != 7) fields[kFloat] = static_cast<double>(n);
      if (n > 1000) fields[kBool] = n % 2 == 0;
      rows.push_back({{"a"}, n, fields});
    }
    Apply(rows);
    expected.insert(expected.end(), rows.begin(), rows.end());
  }
  EXPECT_EQ(Read(), expected);
  EXPECT_GT(Snapshot()->chunks()[0].segments.size(), 3u);
}

TEST_F(TableBufferTest, MissingTagsAreTheirOwnSeries) {
  Apply({{{"", "b"}, 1, {{kInt, int64_t{1}}}},
         {{"a", ""}, 1, {{kInt, int64_t{2}}}},
         {{}, 1, {{kInt, int64_t{3}}}},
         {{"a", "b"}, 1, {{kInt, int64_t{4}}}}});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{}, 1, {{kInt, int64_t{3}}}},
                                  TestRow{{"", "b"}, 1, {{kInt, int64_t{1}}}},
                                  TestRow{{"a"}, 1, {{kInt, int64_t{2}}}},
                                  TestRow{{"a", "b"}, 1, {{kInt, int64_t{4}}}}));
  EXPECT_EQ(Snapshot()->series().series_count, 4u);
}

TEST_F(TableBufferTest, SeriesAndCodesAreSharedBetweenBatches) {
  Apply({{{"a", "x"}, 1, {{kInt, int64_t{1}}}}, {{"b", "x"}, 1, {{kInt, int64_t{2}}}}});
  Apply({{{"b", "x"}, 2, {{kInt, int64_t{3}}}}, {{"c", "x"}, 2, {{kInt, int64_t{4}}}}});
  const auto snapshot = Snapshot();
  const SeriesView& series = snapshot->series();
  EXPECT_EQ(series.series_count, 3u);
  ASSERT_EQ(series.tags.size(), 2u);
  ASSERT_EQ(series.tags[0].dictionary_size, 4u);
  EXPECT_EQ(series.tags[0].dictionary[0].view(), "");
  EXPECT_EQ(series.tags[0].dictionary[3].view(), "c");
  EXPECT_EQ(series.tags[1].dictionary_size, 2u);
  const SegmentView& segment = snapshot->chunks()[0].segments[0];
  EXPECT_THAT(std::vector<uint32_t>(segment.series, segment.series + 4), ElementsAre(0, 1, 1, 2));
}

TEST_F(TableBufferTest, ATagAddedLaterIsNullInOlderSeries) {
  Apply({{{"a", "b"}, 1, {{kInt, int64_t{1}}}}});
  tag_columns_.push_back(util::ColumnId(7));
  EXPECT_EQ(table_->TakeSnapshot({}, 3)->series().tags[2].dictionary_size, 1u);

  // The older series is found again, and nothing has a value of the new tag yet.
  Apply({{{"a", "b"}, 2, {{kInt, int64_t{2}}}}});
  EXPECT_EQ(Snapshot()->series().series_count, 1u);
  EXPECT_EQ(Snapshot()->series().tags[2].codes, nullptr);

  Apply({{{"a", "b", "c"}, 2, {{kInt, int64_t{3}}}}, {{"d"}, 2, {{kInt, int64_t{4}}}}});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{"a", "b"}, 1, {{kInt, int64_t{1}}}},
                                  TestRow{{"a", "b"}, 2, {{kInt, int64_t{2}}}},
                                  TestRow{{"a", "b", "c"}, 2, {{kInt, int64_t{3}}}},
                                  TestRow{{"d"}, 2, {{kInt, int64_t{4}}}}));
  // A batch made for the older schema still fits.
  tag_columns_.pop_back();
  Apply({{{"d"}, 3, {{kInt, int64_t{5}}}}});
  EXPECT_EQ(Snapshot()->series().series_count, 3u);
}

TEST_F(TableBufferTest, AFieldAddedLaterIsNullBefore) {
  Apply({{{"a"}, 1, {{kInt, int64_t{1}}}}});
  const auto before = Snapshot();
  Apply({{{"a"}, 2, {{8, 2.5}}}});
  EXPECT_THAT(testing::ReadRows(*before, kTypes),
              ElementsAre(TestRow{{"a"}, 1, {{kInt, int64_t{1}}}}));
  EXPECT_THAT(Read(),
              ElementsAre(TestRow{{"a"}, 1, {{kInt, int64_t{1}}}}, TestRow{{"a"}, 2, {{8, 2.5}}}));
}

TEST_F(TableBufferTest, ASnapshotDoesNotSeeLaterRows) {
  Apply({{{"a"}, 1, {{kInt, int64_t{1}}, {kFloat, 1.0}}}, {{"a"}, 2, {{kInt, int64_t{2}}}}});
  const auto before = Snapshot();
  const std::vector<TestRow> rows = testing::ReadRows(*before, kTypes);
  for (int64_t i = 3; i < 1000; ++i) Apply({{{"a"}, i, {{kFloat, 1.0}}}});
  Apply({{{"a"}, 1, {{kInt, int64_t{7}}}}});
  EXPECT_EQ(testing::ReadRows(*before, kTypes), rows);
  EXPECT_EQ(before->row_count(), 2u);
  EXPECT_EQ(Snapshot()->row_count(), 1000u);
}

TEST_F(TableBufferTest, ASnapshotOutlivesTheTable) {
  Apply({{{"a value too long to be in place"}, 1, {{kString, std::string(50, 'y')}}}});
  const auto snapshot = Snapshot();
  table_.reset();
  EXPECT_THAT(testing::ReadRows(*snapshot, kTypes),
              ElementsAre(TestRow{
                  {"a value too long to be in place"}, 1, {{kString, std::string(50, 'y')}}}));
}

TEST_F(TableBufferTest, RowsAreSplitAtChunkBorders) {
  Apply({{{"a"}, 0, {{kInt, int64_t{1}}}},
         {{"a"}, kChunk - 1, {{kInt, int64_t{2}}}},
         {{"a"}, kChunk, {{kInt, int64_t{3}}}},
         {{"a"}, -1, {{kInt, int64_t{4}}}},
         {{"a"}, -kChunk, {{kInt, int64_t{5}}}},
         {{"a"}, -kChunk - 1, {{kInt, int64_t{6}}}}});
  const auto snapshot = Snapshot();
  ASSERT_EQ(snapshot->chunks().size(), 4u);
  EXPECT_EQ(snapshot->chunks()[0].time_range, (model::TimeRange{-kChunk - 1, -kChunk - 1}));
  EXPECT_EQ(snapshot->chunks()[1].time_range, (model::TimeRange{-kChunk, -1}));
  EXPECT_EQ(snapshot->chunks()[2].time_range, (model::TimeRange{0, kChunk - 1}));
  EXPECT_EQ(snapshot->chunks()[3].time_range, (model::TimeRange{kChunk, kChunk}));
  EXPECT_EQ(snapshot->chunks()[1].row_count, 2u);
  for (const ChunkView& chunk : snapshot->chunks()) EXPECT_FALSE(chunk.has_duplicates);
}

TEST_F(TableBufferTest, TheSmallestAndLargestTimesHaveChunks) {
  Apply({{{"a"}, INT64_MIN, {{kInt, int64_t{1}}}},
         {{"a"}, INT64_MAX, {{kInt, int64_t{2}}}},
         {{"a"}, INT64_MIN + 1, {{kInt, int64_t{3}}}}});
  const auto snapshot = Snapshot();
  ASSERT_EQ(snapshot->chunks().size(), 2u);
  EXPECT_EQ(snapshot->chunks()[0].row_count, 2u);
  EXPECT_EQ(Read().size(), 3u);
}

TEST_F(TableBufferTest, RowsAlternatingBetweenChunksAreSplitToo) {
  std::vector<TestRow> rows;
  for (int64_t i = 0; i < 500; ++i) {
    FieldValues fields{{kInt, i}, {kString, std::string(static_cast<size_t>(i % 20), 's')}};
    if (i % 5 != 0) fields[kBool] = i % 2 == 0;
    rows.push_back({{"a", std::to_string(i % 7)}, (i % 3 - 1) * kChunk + i, fields});
  }
  Apply(rows);
  EXPECT_EQ(Snapshot()->chunks().size(), 3u);
  auto by_key = [](const TestRow& a, const TestRow& b) {
    return std::tie(a.tags, a.time_ns) < std::tie(b.tags, b.time_ns);
  };
  std::sort(rows.begin(), rows.end(), by_key);
  EXPECT_EQ(Read(), rows);
}

TEST_F(TableBufferTest, OnlyChunksOfTheRangeAreGiven) {
  Apply({{{"a"}, 5, {{kInt, int64_t{1}}}}, {{"a"}, kChunk + 5, {{kInt, int64_t{2}}}}});
  EXPECT_EQ(Snapshot({0, 4})->chunks().size(), 0u);
  EXPECT_EQ(Snapshot({0, 4})->row_count(), 0u);
  EXPECT_EQ(Snapshot({0, 5})->chunks().size(), 1u);
  EXPECT_EQ(Snapshot({5, kChunk + 5})->chunks().size(), 2u);
  EXPECT_EQ(Snapshot({6, kChunk + 4})->chunks().size(), 0u);
  EXPECT_EQ(Snapshot({kChunk + 5, INT64_MAX})->row_count(), 1u);
}

TEST_F(TableBufferTest, RowsOfSeriesFollowsTheSeriesOnly) {
  for (int64_t batch = 0; batch < 50; ++batch) {
    Apply({{{"a"}, 2 * batch, {{kInt, int64_t{1}}}},
           {{"b"}, batch, {{kInt, int64_t{1}}}},
           {{"a"}, 2 * batch + 1, {{kInt, int64_t{1}}}}});
  }
  const auto snapshot = Snapshot();
  Apply({{{"a"}, 1000, {{kInt, int64_t{1}}}}, {{"c"}, 1, {{kInt, int64_t{1}}}}});
  std::vector<uint32_t> expected_a;
  std::vector<uint32_t> expected_b;
  for (uint32_t batch = 0; batch < 50; ++batch) {
    expected_a.insert(expected_a.end(), {3 * batch, 3 * batch + 2});
    expected_b.push_back(3 * batch + 1);
  }
  std::vector<uint32_t> rows;
  snapshot->RowsOfSeries(snapshot->chunks()[0], 0, &rows);
  EXPECT_EQ(rows, expected_a);
  snapshot->RowsOfSeries(snapshot->chunks()[0], 1, &rows);
  EXPECT_EQ(rows, expected_b);
  snapshot->RowsOfSeries(snapshot->chunks()[0], 2, &rows);
  EXPECT_THAT(rows, IsEmpty());
  snapshot->RowsOfSeries(snapshot->chunks()[0], 1'000'000, &rows);
  EXPECT_THAT(rows, IsEmpty());
}

TEST_F(TableBufferTest, OutOfOrderWithoutEqualTimesIsNoDuplicate) {
  Apply({{{"a"}, 3, {{kInt, int64_t{3}}}}, {{"a"}, 1, {{kInt, int64_t{1}}}}});
  Apply({{{"a"}, 2, {{kInt, int64_t{2}}}}, {{"b"}, 2, {{kInt, int64_t{2}}}}});
  const auto snapshot = Snapshot();
  EXPECT_FALSE(snapshot->chunks()[0].has_duplicates);
  EXPECT_EQ(snapshot->chunks()[0].superseded, nullptr);
  EXPECT_THAT(snapshot->chunks()[0].merged, IsEmpty());
  EXPECT_EQ(Read().size(), 4u);
}

TEST_F(TableBufferTest, TheLastValueOfADuplicateWinsInsideABatch) {
  Apply({{{"a"}, 1, {{kInt, int64_t{1}}, {kBool, true}}},
         {{"b"}, 1, {{kInt, int64_t{5}}}},
         {{"a"}, 1, {{kInt, int64_t{2}}}}});
  EXPECT_THAT(Read(), ElementsAre(TestRow{{"a"}, 1, {{kInt, int64_t{2}}, {kBool, true}}},
                                  TestRow{{"b"}, 1, {{kInt, int64_t{5}}}}));
  const auto snapshot = Snapshot();
  const ChunkView& chunk = snapshot->chunks()[0];
  EXPECT_TRUE(chunk.has_duplicates);
  EXPECT_EQ(chunk.superseded[0], 0b101u);
  EXPECT_EQ(chunk.row_count, 3u);
  ASSERT_EQ(chunk.merged.size(), 1u);
  EXPECT_EQ(chunk.merged[0].row_count, 1u);
  EXPECT_EQ(chunk.merged[0].column(util::ColumnId(kInt)).validity, nullptr);
}

TEST_F(TableBufferTest, DuplicatesAcrossBatchesOutOfOrderAndThreeWays) {
  const std::string text = "a string that needs the arena";
  Apply({{{"a"}, 1, {{kInt, int64_t{1}}, {kString, text}}},
         {{"a"}, 2, {{kInt, int64_t{2}}}},
         {{"b"}, 1, {{kFloat, 0.5}}}});
  Apply({{{"a"}, 3, {{kInt, int64_t{3}}}}, {{"a"}, 1, {{kFloat, 1.0}}}});
  EXPECT_THAT(
      Read(),
      ElementsAre(TestRow{{"a"}, 1, {{kInt, int64_t{1}}, {kFloat, 1.0}, {kString, text}}},
                  TestRow{{"a"}, 2, {{kInt, int64_t{2}}}}, TestRow{{"a"}, 3, {{kInt, int64_t{3}}}},
                  TestRow{{"b"}, 1, {{kFloat, 0.5}}}));
  const auto middle = Snapshot();

  Apply({{{"a"}, 1, {{kInt, int64_t{10}}, {kUInt, uint64_t{9}}}}, {{"b"}, 1, {{8, 4.0}}}});
  EXPECT_THAT(
      Read(),
      ElementsAre(
          TestRow{{"a"},
                  1,
                  {{kInt, int64_t{10}}, {kUInt, uint64_t{9}}, {kFloat, 1.0}, {kString, text}}},
          TestRow{{"a"}, 2, {{kInt, int64_t{2}}}}, TestRow{{"a"}, 3, {{kInt, int64_t{3}}}},
          TestRow{{"b"}, 1, {{kFloat, 0.5}, {8, 4.0}}}));
  EXPECT_EQ(testing::ReadRows(*middle, kTypes).size(), 4u);
}

TEST_F(TableBufferTest, DuplicatesAreRememberedWhileOtherRowsArrive) {
  Apply({{{"a"}, 1, {{kInt, int64_t{1}}}}, {{"a"}, 1, {{kInt, int64_t{2}}}}});
  EXPECT_EQ(Read().size(), 1u);
  std::vector<TestRow> rows;
  for (int64_t i = 0; i < 200; ++i) rows.push_back({{"b"}, i, {{kInt, i}}});
  Apply(rows);
  EXPECT_EQ(Read().size(), 201u);
  Apply({{{"b"}, 7, {{kFloat, 7.0}}}});
  const std::vector<TestRow> read = Read();
  EXPECT_EQ(read.size(), 201u);
  EXPECT_EQ(read[0], (TestRow{{"a"}, 1, {{kInt, int64_t{2}}}}));
  EXPECT_EQ(read[8], (TestRow{{"b"}, 7, {{kInt, int64_t{7}}, {kFloat, 7.0}}}));
}

TEST_F(TableBufferTest, ARepeatedBatchChangesNothing) {
  std::vector<TestRow> rows;
  for (int64_t i = 0; i < 40'000; ++i) {
    rows.push_back({{std::to_string(i % 10)}, i, {{kInt, i}}});
  }
  Apply(rows);
  const std::vector<TestRow> before = Read();
  Apply(rows);
  EXPECT_EQ(Read(), before);
  EXPECT_EQ(Snapshot()->chunks()[0].merged.size(), 3u);
}

TEST_F(TableBufferTest, MemoryIsBoundedByTheRows) {
  // 600 rows a chunk, 24 bytes of fields: 36 raw bytes a row.
  std::vector<TestRow> rows;
  int64_t time = 0;
  for (int64_t step = 0; step < 600; ++step, time += 10'000'000'000) {
    rows.clear();
    for (int64_t host = 0; host < 10; ++host) {
      rows.push_back({{"host" + std::to_string(host)},
                      time,
                      {{kInt, step}, {kUInt, uint64_t{1}}, {kFloat, 0.5}}});
    }
    Apply(rows);
  }
  const double raw_bytes = 6000 * 36.0;
  EXPECT_LT(static_cast<double>(table_->totals().bytes), raw_bytes * 1.5);
  EXPECT_GT(static_cast<double>(table_->totals().bytes), raw_bytes);
  EXPECT_EQ(table_->totals().rows, 6000u);
  EXPECT_EQ(table_->totals().chunks, 10u);
}

TEST_F(TableBufferTest, ATableOfOneRowIsSmall) {
  Apply({{{"a", "b"}, 1, {{kInt, int64_t{1}}, {kFloat, 1.0}}}});
  EXPECT_LT(table_->totals().bytes, 2048u);
}

}  // namespace
}  // namespace influxdb3::buffer
