#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "buffer/table_buffer.h"
#include "buffer/testing/test_batch.h"

namespace influxdb3::buffer {
namespace {

using testing::FieldValue;
using testing::TestRow;

constexpr int64_t kChunk = 1000;
constexpr uint32_t kColumnCount = 12;

// Random batches for one table, whose columns and tags become more, and what must come of them.
class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed) {
    order_ = Pick(3);
    time_span_ = Pick(2) == 0 ? 200 : 8000;
    for (uint32_t id = 0; id < kColumnCount; ++id) {
      constexpr model::ColumnType kFieldTypes[] = {
          model::ColumnType::kInt64, model::ColumnType::kUInt64, model::ColumnType::kFloat64,
          model::ColumnType::kString, model::ColumnType::kBool};
      types_.push_back(id < 2 || id == 7 ? model::ColumnType::kTag : kFieldTypes[id % 5]);
    }
  }

  void ApplyBatch() {
    if (Pick(20) == 0) late_tag_ = true;
    if (Pick(20) == 0) late_fields_ = true;
    // A batch may have been made before the new tag was known.
    const bool with_late_tag = late_tag_ && Pick(4) != 0;
    std::vector<util::ColumnId> tags{util::ColumnId(0), util::ColumnId(1)};
    if (with_late_tag) tags.push_back(util::ColumnId(7));
    std::vector<TestRow> rows;
    const uint64_t row_count = 1 + Pick(Pick(3) == 0 ? 400 : 20);
    for (uint64_t i = 0; i < row_count; ++i) rows.push_back(RandomRow(tags.size()));
    const model::WriteBatch batch = testing::MakeBatch(util::DbId(1), util::TableId(1), tags, rows);
    table_->Apply(batch.tables[0], util::WalSeq(++seq_), {}, &scratch_);
    rows_written_ += rows.size();
    for (TestRow& row : rows) {
      while (!row.tags.empty() && row.tags.back().empty()) row.tags.pop_back();
      auto& fields = expected_[{row.tags, row.time_ns}];
      for (auto& [id, value] : row.fields) fields[id] = value;
    }
  }

  void Check() {
    const auto snapshot = table_->TakeSnapshot({}, 0);
    EXPECT_EQ(snapshot->row_count(), rows_written_);
    std::vector<TestRow> expected;
    for (const auto& [key, fields] : expected_) {
      expected.push_back({key.first, key.second, fields});
    }
    const std::vector<TestRow> read = testing::ReadRows(*snapshot, types_);
    ASSERT_EQ(read.size(), expected.size());
    for (size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], expected[i]);
    CheckSeriesRows(*snapshot);
    kept_.emplace_back(snapshot, read);
  }

  // Snapshots taken earlier still read the same.
  void CheckKept() const {
    for (const auto& [snapshot, rows] : kept_) {
      ASSERT_EQ(testing::ReadRows(*snapshot, types_), rows);
    }
  }

 private:
  uint64_t Pick(uint64_t count) { return random_() % count; }

  TestRow RandomRow(size_t tag_count) {
    TestRow row;
    for (size_t tag = 0; tag < tag_count; ++tag) {
      constexpr const char* kValues[] = {"", "a", "bb", "a value of more than twelve bytes"};
      row.tags.emplace_back(kValues[Pick(4)]);
    }
    const auto jitter = static_cast<int64_t>(Pick(static_cast<uint64_t>(time_span_)));
    switch (order_) {
      case 0: row.time_ns = clock_ += static_cast<int64_t>(Pick(3)); break;
      case 1: row.time_ns = (clock_ += 2) - jitter / 10; break;
      default: row.time_ns = jitter - time_span_ / 2; break;
    }
    for (uint32_t id = 2; id < kColumnCount; ++id) {
      const bool known = id < 6 || (id > 7 && late_fields_);
      if (known && Pick(10) < id) row.fields[id] = RandomValue(types_[id]);
    }
    if (row.fields.empty()) row.fields[2] = RandomValue(types_[2]);
    return row;
  }

  FieldValue RandomValue(model::ColumnType type) {
    const uint64_t value = random_();
    switch (type) {
      case model::ColumnType::kInt64: return static_cast<int64_t>(value);
      case model::ColumnType::kUInt64: return value;
      case model::ColumnType::kFloat64: return static_cast<double>(value % 1000);
      case model::ColumnType::kString:
        return std::string(value % 30, static_cast<char>('a' + value % 26));
      default: return value % 2 == 0;
    }
  }

  static void CheckSeriesRows(const TableSnapshot& snapshot) {
    for (const ChunkView& chunk : snapshot.chunks()) {
      std::map<uint32_t, std::vector<uint32_t>> expected;
      for (const SegmentView& segment : chunk.segments) {
        for (uint32_t row = 0; row < segment.row_count; ++row) {
          expected[segment.series[row]].push_back(segment.first_row + row);
          EXPECT_TRUE(chunk.time_range.Contains({segment.time[row], segment.time[row]}));
        }
      }
      std::vector<uint32_t> rows;
      for (uint32_t series = 0; series < snapshot.series().series_count; ++series) {
        snapshot.RowsOfSeries(chunk, series, &rows);
        ASSERT_EQ(rows, expected[series]);
      }
    }
  }

  std::mt19937_64 random_;
  uint64_t order_ = 0;  // 0 in order of time, 1 nearly so, 2 at random
  int64_t time_span_ = 0;
  int64_t clock_ = -3000;
  bool late_tag_ = false;
  bool late_fields_ = false;
  std::vector<model::ColumnType> types_;
  ApplyScratch scratch_;
  uint64_t seq_ = 0;
  std::shared_ptr<TableBuffer> table_ = std::make_shared<TableBuffer>(util::DbId(1), kChunk);
  std::map<std::pair<std::vector<std::string>, int64_t>, testing::FieldValues> expected_;
  uint64_t rows_written_ = 0;
  std::vector<std::pair<std::shared_ptr<const TableSnapshot>, std::vector<TestRow>>> kept_;
};

TEST(BufferOracleTest, RandomBatchesReadAsTheOracleSays) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    for (int batch = 0; batch < 24; ++batch) {
      simulation.ApplyBatch();
      if (batch % 4 == 3) {
        ASSERT_NO_FATAL_FAILURE(simulation.Check());
      }
    }
    ASSERT_NO_FATAL_FAILURE(simulation.CheckKept());
  }
}

}  // namespace
}  // namespace influxdb3::buffer
