#include "persist/compactor.h"

#include <gtest/gtest.h>

#include <random>

#include "persist/testing/compaction_fixture.h"

namespace influxdb3::persist {
namespace {

using testing::TextRow;
using util::ColumnId;
using util::DbId;
using util::Status;
using util::StatusCode;
using util::TableId;

using Rows = std::vector<TextRow>;

constexpr int64_t kMinute = 60'000'000'000;

class CompactorTest : public testing::CompactionFixture {
 protected:
  void AddTombstone(uint64_t seq, model::TimeRange range, const std::string& host = "",
                    uint32_t table = 1) {
    Tombstone tombstone{TableId(table), seq, range, {}};
    if (!host.empty()) tombstone.tags = {{ColumnId(0), host}};
    index_->AddTombstone(std::make_shared<const Tombstone>(tombstone));
  }
};

TEST_F(CompactorTest, FilesThatOverlapBecomeOne) {
  AddFile({Row("a", 1, "1", "one"), Row("a", 2, "1"), Row("b", 1, "1")}, 4);
  AddFile({Row("a", 1, "2"), Row("c", 1, "2")}, 7);
  const Rows before = Contents();
  Compact();
  const auto files = Files();
  ASSERT_EQ(files->files.size(), 1u);
  const ParquetFile& file = *files->files[0];
  EXPECT_EQ(file.row_count, 4u);
  EXPECT_EQ(file.generation, 2u);
  EXPECT_EQ(file.order, 7u);
  EXPECT_EQ(file.max_wal_seq, 7u);
  EXPECT_EQ(file.chunk_time_ns, 1);
  EXPECT_EQ(file.time_range, (model::TimeRange{1, 2}));
  EXPECT_EQ(Contents(), before);
  EXPECT_EQ(Contents()[0], Row("a", 1, "2", "one"));
  Reopen();
  EXPECT_EQ(Contents(), before);
}

TEST_F(CompactorTest, NothingToDoWritesNothing) {
  AddFile({Row("a", 1, "1")}, 4);
  const uint64_t manifests = index_->stats().manifests_written;
  const auto compactor = MakeCompactor();
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(index_->stats().manifests_written, manifests);
  EXPECT_EQ(compactor->stats().jobs, 0u);
}

TEST_F(CompactorTest, StatsCount) {
  AddFile({Row("a", 1, "1"), Row("b", 1, "1")}, 4);
  AddFile({Row("a", 1, "2")}, 5);
  const auto compactor = MakeCompactor();
  ASSERT_TRUE(compactor->RunOnce().ok());
  const CompactorStats stats = compactor->stats();
  EXPECT_EQ(stats.jobs, 1u);
  EXPECT_EQ(stats.files_merged, 2u);
  EXPECT_EQ(stats.files_written, 1u);
  EXPECT_EQ(stats.rows_written, 2u);
  EXPECT_GT(stats.bytes_read, 0u);
  EXPECT_EQ(stats.bytes_written, index_->stats().bytes);
  EXPECT_EQ(stats.failures, 0u);
}

TEST_F(CompactorTest, ManyInputsAreMergedInPasses) {
  CompactorOptions options;
  options.limits.inputs_max = 2;
  for (uint64_t order = 1; order <= 13; ++order) {
    const std::string number = std::to_string(order);
    AddFile({Row("a", 1, order % 3 == 0 ? std::nullopt : std::optional(number), "s" + number),
             Row("b", static_cast<int64_t>(order), number)},
            order);
  }
  AddTombstone(6, {0, 100}, "b");
  const Rows before = Contents();
  const auto compactor = MakeCompactor(options);
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(Files()->files.size(), 1u);
  EXPECT_EQ(Contents(), before);
  EXPECT_EQ(StoredRows(), before);
  EXPECT_GT(compactor->stats().bytes_written, index_->stats().bytes) << "temporary files";
  EXPECT_EQ(Objects("n/dbs/"), 14u) << "the inputs and the output, no temporary files";
}

TEST_F(CompactorTest, MemoryLimitsTheInputsAsWell) {
  CompactorOptions options;
  options.limits.input_bytes_max = 1;
  for (uint64_t order = 1; order <= 9; ++order) AddFile({Row("a", 1, "1")}, order);
  Compact(options);
  EXPECT_EQ(Files()->files.size(), 1u);
  EXPECT_EQ(Contents(), (Rows{Row("a", 1, "1")}));
}

TEST_F(CompactorTest, LargeResultsBecomeSeveralFilesThatDoNotOverlap) {
  Rows rows;
  for (int i = 0; i < 300; ++i) rows.push_back(Row("h" + std::to_string(i % 7), i * kMinute, "1"));
  AddFile(rows, 1);
  AddFile(rows, 2);
  const Rows before = Contents();
  CompactorOptions options;
  options.rules.target_file_bytes = index_->stats().bytes / 4 + 1;
  Compact(options);
  const auto files = Files();
  ASSERT_GE(files->files.size(), 3u);
  for (size_t i = 1; i < files->files.size(); ++i) {
    EXPECT_GT(files->files[i]->time_range.min_ns, files->files[i - 1]->time_range.max_ns);
    EXPECT_EQ(files->files[i]->time_range.min_ns % (10 * kMinute), 0);
    EXPECT_EQ(files->files[i]->chunk_time_ns, files->files[i]->time_range.min_ns);
  }
  EXPECT_EQ(Contents(), before);
}

TEST_F(CompactorTest, TenThousandLateWindowsBecomeAFewFiles) {
  // Written by several snapshots, each of windows from all over the time.
  for (int64_t i = 0; i < 10'000; ++i) {
    const int64_t time = (i * 7 % 10'000) * 10 * kMinute;
    AddFile({Row("a", time, std::to_string(i))}, static_cast<uint64_t>(1 + i / 1000));
  }
  EXPECT_EQ(Files()->files.size(), 10'000u);
  Compact();
  EXPECT_LE(Files()->files.size(), 3u);
  const Rows rows = Contents();
  ASSERT_EQ(rows.size(), 10'000u);
  for (int64_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(rows[static_cast<size_t>(i * 7 % 10'000)].values[1], std::to_string(i));
  }
}

TEST_F(CompactorTest, DeletionsAreAppliedToFiles) {
  AddFile({Row("a", 1, "1"), Row("a", 2, "1"), Row("b", 1, "1")}, 4);
  AddTombstone(5, {0, 1}, "a");
  const Rows expected = {Row("a", 2, "1"), Row("b", 1, "1")};
  EXPECT_EQ(Contents(), expected);
  Compact();
  EXPECT_EQ(Contents(), expected);
  EXPECT_EQ(StoredRows(), expected);
  EXPECT_EQ(Files()->files[0]->max_wal_seq, 5u);
  EXPECT_EQ(Files()->files[0]->order, 4u);
}

TEST_F(CompactorTest, AFileWithAllRowsDeletedGoes) {
  AddFile({Row("a", 1, "1")}, 4);
  AddTombstone(5, {0, 1});
  Compact();
  EXPECT_TRUE(Files()->files.empty());
  Reopen();
  EXPECT_TRUE(Files()->files.empty());
}

TEST_F(CompactorTest, DeletionsAreDroppedWhenNoOlderRowsCanCome) {
  AddFile({Row("a", 1, "1"), Row("b", 1, "1")}, 4);
  AddTombstone(5, {0, 1}, "a");
  Compact();
  EXPECT_EQ(index_->stats().tombstones, 1u) << "the log may still hold older rows";
  Cover(4);
  Compact();
  EXPECT_EQ(index_->stats().tombstones, 1u);
  Cover(5);
  const auto compactor = MakeCompactor();
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(index_->stats().tombstones, 0u);
  EXPECT_EQ(compactor->stats().tombstones_dropped, 1u);
  Reopen();
  EXPECT_EQ(index_->stats().tombstones, 0u);
  EXPECT_EQ(Contents(), (Rows{Row("b", 1, "1")}));
}

TEST_F(CompactorTest, DeletionsOfOneRecordAreDroppedTogether) {
  AddFile({Row("a", 1, "1")}, 4, 1);
  AddFile({Row("a", 1, "1")}, 4, 2);
  AddTombstone(5, {0, 1}, "a", 1);
  AddTombstone(5, {0, 1}, "a", 2);
  Cover(5);
  CompactorOptions options;
  options.table = [](DbId, TableId table) {
    return CompactedTable{true, table == TableId(1) ? Schema(1) : nullptr, std::nullopt};
  };
  Compact(options);
  EXPECT_TRUE(Files(1)->files.empty());
  EXPECT_EQ(index_->stats().tombstones, 2u) << "table 2 still needs its own";
  EXPECT_TRUE(Contents(2).empty());
  Compact();
  EXPECT_EQ(index_->stats().tombstones, 0u);
}

TEST_F(CompactorTest, ADeletionBehindANewerFileIsDroppedAtOnce) {
  AddFile({Row("a", 1, "1")}, 9);
  AddTombstone(5, {0, 1});
  Cover(9);
  Compact();
  EXPECT_EQ(index_->stats().tombstones, 0u);
  EXPECT_EQ(Contents(), (Rows{Row("a", 1, "1")}));
}

TEST_F(CompactorTest, ExpiredFilesGoAndOthersAreTrimmedWhenTheyAreMerged) {
  AddFile({Row("a", 1, "1"), Row("a", 9, "1")}, 1);
  AddFile({Row("a", 12, "1"), Row("a", 20, "1")}, 2);
  AddFile({Row("a", 30, "1")}, 3);
  CompactorOptions options;
  int64_t cutoff = 9;
  options.table = [&](DbId, TableId table) {
    return CompactedTable{true, Schema(table.value), cutoff};
  };
  Compact(options);
  EXPECT_EQ(Files()->files.size(), 3u) << "the row at 9 has not expired";
  cutoff = 10;
  const auto compactor = MakeCompactor(options);
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(compactor->stats().files_expired, 1u);
  EXPECT_EQ(StoredRows(), (Rows{Row("a", 12, "1"), Row("a", 20, "1"), Row("a", 30, "1")}));
  cutoff = 15;
  Compact(options);
  EXPECT_EQ(StoredRows().size(), 3u) << "nothing is rewritten for that";
  AddFile({Row("a", 20, "2")}, 4);
  Compact(options);
  EXPECT_EQ(StoredRows(), (Rows{Row("a", 20, "2"), Row("a", 30, "1")}));
}

TEST_F(CompactorTest, FilesOfDeletedTablesGo) {
  AddFile({Row("a", 1, "1")}, 1, 1);
  AddFile({Row("a", 1, "1")}, 1, 2);
  AddFile({Row("a", 2, "1")}, 2, 3);
  AddFile({Row("a", 2, "1")}, 3, 3);
  AddTombstone(9, {0, 5}, "a", 2);
  Cover(9);
  CompactorOptions options;
  options.table = [](DbId db, TableId table) {
    EXPECT_EQ(db, DbId(1));
    CompactedTable state{true, Schema(table.value), std::nullopt};
    if (table == TableId(2)) state.exists = false;
    if (table == TableId(3)) state.schema = nullptr;
    return state;
  };
  const auto compactor = MakeCompactor(options);
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(Files(1)->files.size(), 1u);
  EXPECT_EQ(Files(2)->files.size(), 0u);
  EXPECT_EQ(Files(3)->files.size(), 2u) << "left as they are";
  EXPECT_EQ(compactor->stats().files_of_deleted_tables, 1u);
  EXPECT_EQ(compactor->stats().files_expired, 0u);
  EXPECT_EQ(index_->stats().tombstones, 0u);
}

TEST_F(CompactorTest, OldFilesStayForAWhile) {
  util::FakeClock clock(1000);
  CompactorOptions options;
  options.clock = &clock;
  options.orphan_grace_ns = 100;
  AddFile({Row("a", 1, "1")}, 1);
  AddFile({Row("a", 1, "2")}, 2);
  const auto compactor = MakeCompactor(options);
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(Objects("n/dbs/"), 3u);
  clock.Advance(99);
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(Objects("n/dbs/"), 3u);
  clock.Advance(1);
  ASSERT_TRUE(compactor->RunOnce().ok());
  EXPECT_EQ(Objects("n/dbs/"), 1u);
  EXPECT_EQ(compactor->stats().objects_deleted, 2u);
  EXPECT_EQ(Contents(), (Rows{Row("a", 1, "2")}));
}

TEST_F(CompactorTest, RandomHistoriesKeepTheirRows) {
  for (uint64_t seed = 0; seed < 25; ++seed) {
    store_ = object_store::MakeMemoryStore();
    faulty_ = std::make_unique<object_store::testing::FaultyObjectStore>(
        std::shared_ptr<object_store::ObjectStore>(store_.get(), [](auto*) {}));
    Reopen();
    std::mt19937_64 random(seed);
    CompactorOptions options;
    options.rules.target_file_bytes = 4096 << random() % 6;
    options.rules.overlap_free_bytes = random() % 8192;
    options.rules.overlap_count = 2 + random() % 8;
    options.limits.inputs_max = 2 + random() % 4;
    for (uint64_t seq = 1; seq <= 40; ++seq) {
      if (random() % 5 == 0) {
        const auto begin = static_cast<int64_t>(random() % 200) * kMinute;
        AddTombstone(seq, {begin, begin + 20 * kMinute},
                     random() % 2 == 0 ? "" : "h" + std::to_string(random() % 3));
      } else {
        Rows rows;
        const auto chunk = static_cast<int64_t>(random() % 20) * 10 * kMinute;
        for (int64_t i = 0; i < 10; ++i) {
          if (random() % 2 == 0) continue;
          const std::string number = std::to_string(random() % 100);
          rows.push_back(Row("h" + std::to_string(random() % 3), chunk + i * kMinute,
                             random() % 2 == 0 ? std::nullopt : std::optional(number),
                             random() % 2 == 0 ? std::nullopt : std::optional("s" + number)));
        }
        if (!rows.empty()) AddFile(rows, seq);
      }
      if (random() % 4 == 0) Cover(seq);
      if (random() % 6 == 0) {
        const Rows before = Contents();
        Compact(options);
        ASSERT_EQ(Contents(), before) << "seed " << seed << " record " << seq;
      }
    }
    const Rows before = Contents();
    Cover(41);
    Compact(options);
    ASSERT_EQ(Contents(), before) << "seed " << seed;
    ASSERT_GE(StoredRows().size(), before.size()) << "seed " << seed;
    ASSERT_EQ(index_->stats().tombstones, 0u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace influxdb3::persist
