#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "buffer/buffer_store.h"
#include "buffer/testing/test_batch.h"

namespace influxdb3::buffer {
namespace {

using testing::TestRow;

constexpr int64_t kChunk = 1000;
constexpr util::DbId kDb{1};
constexpr util::TableId kTables[] = {util::TableId(1), util::TableId(2)};
const std::vector<model::ColumnType> kTypes = {model::ColumnType::kTag, model::ColumnType::kInt64,
                                               model::ColumnType::kFloat64};

using RowKey = std::pair<std::vector<std::string>, int64_t>;
using Rows = std::map<RowKey, testing::FieldValues>;

void MergeInto(const std::vector<TestRow>& rows, Rows* merged) {
  for (const TestRow& row : rows) {
    testing::FieldValues& fields = (*merged)[{row.tags, row.time_ns}];
    for (const auto& [id, value] : row.fields) fields[id] = value;
  }
}

// The rows of a snapshot, chunk after chunk, so that those of later chunks win.
void MergeSnapshot(const TableSnapshot& snapshot, Rows* merged) {
  int64_t last_time = INT64_MIN;
  uint64_t last_order = 0;
  for (const ChunkView& chunk : snapshot.chunks()) {
    const int64_t span_begin = chunk.time_range.min_ns / kChunk;
    EXPECT_LE(last_time, span_begin);
    if (span_begin == last_time) {
      EXPECT_LT(last_order, chunk.order);
    }
    last_time = span_begin;
    last_order = chunk.order;
    MergeInto(testing::ReadChunk(snapshot.series(), chunk, kTypes), merged);
  }
}

/// A node in small: a log, files, a buffer over both, and what must be read.
class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed) {}

  void Write() {
    std::vector<TestRow> rows;
    const util::TableId table = kTables[Pick(2)];
    for (uint64_t count = 1 + Pick(30); count > 0; --count) {
      constexpr const char* kValues[] = {"", "a", "b"};
      TestRow row{{kValues[Pick(3)]}, static_cast<int64_t>(Pick(5 * kChunk)), {}};
      if (Pick(2) == 0) row.fields[1] = static_cast<int64_t>(Pick(1000));
      if (row.fields.empty() || Pick(2) == 0) row.fields[2] = static_cast<double>(Pick(1000));
      if (row.tags[0].empty()) row.tags.clear();
      rows.push_back(std::move(row));
    }
    MergeInto(rows, &expected_[table]);
    for (TestRow& row : rows) row.tags.resize(1);
    auto record = std::make_shared<wal::Record>();
    record->batch = testing::MakeBatch(kDb, table, {util::ColumnId(0)}, rows);
    log_.push_back(std::move(record));
    store_->OnRecord(util::WalSeq(log_.size()), *log_.back(), false);
  }

  void Freeze() {
    if (frozen_) return;
    std::optional<int64_t> before;
    if (Pick(3) != 0) before = static_cast<int64_t>(Pick(6)) * kChunk;
    frozen_ = store_->Freeze(before);
  }

  // What a snapshot does behind the freeze; `publish` is all that happens when its manifest is
  // written.
  void Persist() {
    if (!frozen_) return;
    std::map<std::pair<util::TableId, int64_t>, persist::PersistedChunk> persisted;
    for (const persist::PersistedChunk& chunk : persisted_) {
      persisted[{chunk.table_id, chunk.chunk_time_ns}] = chunk;
    }
    for (const FrozenChunk& chunk : frozen_->chunks) {
      const auto snapshot = store_->Read({&chunk, 1});
      ASSERT_EQ(snapshot->chunks().size(), 1u);
      files_[chunk.table_id].push_back(testing::ReadRows(*snapshot, kTypes));
      persisted[{chunk.table_id, chunk.chunk_time_ns}] = {chunk.table_id, chunk.chunk_time_ns,
                                                          chunk.last_seq.value};
    }
    covered_ = frozen_->covered_seq;
    persisted_.clear();
    for (const auto& [key, chunk] : persisted) {
      if (chunk.wal_seq > covered_.value) persisted_.push_back(chunk);
    }
    store_->DropFrozen(*frozen_);
    frozen_.reset();
    if (Pick(2) == 0) store_->ForgetEmptyTables();
  }

  void Restart() {
    frozen_.reset();
    store_ = std::make_unique<BufferStore>(nullptr, kChunk);
    store_->Restore(covered_, persisted_);
    for (uint64_t seq = covered_.value + 1; seq <= log_.size(); ++seq) {
      store_->OnRecord(util::WalSeq(seq), *log_[seq - 1], true);
    }
    EXPECT_EQ(store_->last_seq().value, log_.size());
  }

  void Check() {
    uint64_t rows = 0;
    for (util::TableId table : kTables) {
      Rows read;
      for (const std::vector<TestRow>& file : files_[table]) MergeInto(file, &read);
      const auto snapshot = store_->Snapshot(table, {});
      if (snapshot != nullptr) {
        MergeSnapshot(*snapshot, &read);
        rows += snapshot->row_count();
      }
      ASSERT_EQ(read, expected_[table]);
    }
    EXPECT_EQ(store_->stats().rows, rows);
  }

  void Finish() {
    Persist();
    frozen_ = store_->Freeze({});
    EXPECT_EQ(frozen_->covered_seq.value, log_.size());
    Persist();
    store_->ForgetEmptyTables();
    EXPECT_EQ(store_->stats().rows, 0u);
    EXPECT_EQ(store_->stats().chunks, 0u);
    EXPECT_EQ(store_->stats().bytes, 0u);
    Check();
    Restart();
    Check();
    EXPECT_EQ(store_->stats().rows, 0u);
  }

  uint64_t Pick(uint64_t count) { return random_() % count; }

 private:
  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const wal::Record>> log_;
  std::map<util::TableId, Rows> expected_;

  // What a restart finds.
  std::map<util::TableId, std::vector<std::vector<TestRow>>> files_;
  util::WalSeq covered_{0};
  std::vector<persist::PersistedChunk> persisted_;

  std::unique_ptr<BufferStore> store_ = std::make_unique<BufferStore>(nullptr, kChunk);
  std::optional<FrozenSet> frozen_;
};

TEST(FreezeOracleTest, NoRowIsLostOrDoubledByFreezingPersistingAndRestarting) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    for (int step = 0; step < 60; ++step) {
      switch (simulation.Pick(8)) {
        case 0: simulation.Freeze(); break;
        case 1: simulation.Persist(); break;
        case 2: simulation.Restart(); break;
        default: simulation.Write(); break;
      }
      ASSERT_NO_FATAL_FAILURE(simulation.Check());
    }
    ASSERT_NO_FATAL_FAILURE(simulation.Finish());
  }
}

}  // namespace
}  // namespace influxdb3::buffer
