#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "buffer/table_buffer.h"
#include "buffer/testing/test_batch.h"

namespace influxdb3::buffer {
namespace {

using testing::TestRow;

constexpr int64_t kChunk = 4000;
constexpr uint32_t kBatchRows = 61;
constexpr uint32_t kBatches = 400;
const std::vector<model::ColumnType> kTypes = {
    model::ColumnType::kTag, model::ColumnType::kInt64, model::ColumnType::kFloat64,
    model::ColumnType::kString, model::ColumnType::kBool};

// Values follow from the row's number, which column 1 holds; some columns have nulls. Every batch
// also repeats a row of the batch before with one more value.
std::vector<TestRow> RowsOfBatch(uint32_t batch) {
  std::vector<TestRow> rows;
  for (uint32_t i = 0; i + 1 < kBatchRows; ++i) {
    const int64_t n = int64_t{batch} * kBatchRows + i;
    TestRow row{{"host" + std::to_string(n % 23 + batch / 20)}, n, {{1, n}}};
    if (n % 3 != 0) row.fields[2] = static_cast<double>(n) / 2;
    row.fields[3] = std::string(static_cast<size_t>(n % 25), 'x') + std::to_string(n);
    if (batch > 50) row.fields[4] = n % 2 == 0;
    rows.push_back(row);
  }
  TestRow repeated = rows[0];
  repeated.fields = {{2, -1.0}};
  rows.push_back(repeated);
  return rows;
}

void CheckRow(const TestRow& row) {
  const int64_t n = row.time_ns;
  if (!row.fields.contains(1)) {
    ASSERT_EQ(row.fields, (testing::FieldValues{{2, -1.0}}));
    return;
  }
  ASSERT_EQ(std::get<int64_t>(row.fields.at(1)), n);
  const std::string text = std::string(static_cast<size_t>(n % 25), 'x') + std::to_string(n);
  ASSERT_EQ(std::get<std::string>(row.fields.at(3)), text);
  if (row.fields.contains(4)) {
    ASSERT_EQ(std::get<bool>(row.fields.at(4)), n % 2 == 0);
  }
}

void CheckSnapshot(const TableSnapshot& snapshot, uint64_t seed) {
  ASSERT_EQ(snapshot.row_count() % kBatchRows, 0u);
  std::vector<uint32_t> rows;
  for (const ChunkView& chunk : snapshot.chunks()) {
    for (const SegmentView& segment : chunk.segments) {
      for (uint32_t row = 0; row < segment.row_count; ++row) {
        ASSERT_NO_FATAL_FAILURE(
            CheckRow(testing::ReadRow(snapshot.series(), segment, row, kTypes)));
      }
    }
    const auto series = static_cast<uint32_t>(seed % snapshot.series().series_count);
    snapshot.RowsOfSeries(chunk, series, &rows);
    for (uint32_t row : rows) ASSERT_LT(row, chunk.row_count);
    if (!chunk.has_duplicates) continue;
    for (const SegmentView& segment : chunk.merged) {
      for (uint32_t row = 0; row < segment.row_count; ++row) {
        const TestRow merged = testing::ReadRow(snapshot.series(), segment, row, kTypes);
        ASSERT_EQ(std::get<double>(merged.fields.at(2)), -1.0);
        ASSERT_NO_FATAL_FAILURE(CheckRow(merged));
      }
    }
  }
}

TEST(BufferConcurrencyTest, ReadersSeeWholeBatchesWhileTheWriterAppends) {
  auto table = std::make_shared<TableBuffer>(util::DbId(1), kChunk);
  std::atomic<bool> done{false};
  std::atomic<uint64_t> rows_applied{0};
  auto read = [&](uint64_t seed) {
    uint64_t rows_before = 0;
    while (!done.load()) {
      const uint64_t rows_acknowledged = rows_applied.load();
      const auto snapshot = table->TakeSnapshot({}, 0);
      if (snapshot == nullptr) {
        ASSERT_EQ(rows_acknowledged, 0u);
        continue;
      }
      ASSERT_GE(snapshot->row_count(), rows_before);
      ASSERT_GE(snapshot->row_count(), rows_acknowledged);
      rows_before = snapshot->row_count();
      ASSERT_NO_FATAL_FAILURE(CheckSnapshot(*snapshot, seed++));
    }
  };
  std::thread first(read, 1);
  std::thread second(read, 7);
  ApplyScratch scratch;
  for (uint32_t batch = 0; batch < kBatches; ++batch) {
    const model::WriteBatch rows = testing::MakeBatch(util::DbId(1), util::TableId(1),
                                                      {util::ColumnId(0)}, RowsOfBatch(batch));
    table->Apply(rows.tables[0], util::WalSeq(1), {}, &scratch);
    rows_applied += kBatchRows;
  }
  done = true;
  first.join();
  second.join();
  const auto snapshot = table->TakeSnapshot({}, 0);
  EXPECT_EQ(snapshot->row_count(), uint64_t{kBatches} * kBatchRows);
  EXPECT_EQ(testing::ReadRows(*snapshot, kTypes).size(), size_t{kBatches} * (kBatchRows - 1));
}

}  // namespace
}  // namespace influxdb3::buffer
