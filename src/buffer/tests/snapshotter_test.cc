#include "buffer/snapshotter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "buffer/catalog_history.h"
#include "buffer/testing/test_batch.h"
#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "persist/testing/file_rows.h"
#include "util/clock.h"

namespace influxdb3::buffer {
namespace {

using model::ColumnType;
using object_store::testing::FaultAction;
using object_store::testing::FaultyObjectStore;
using testing::TestRow;

constexpr int64_t kChunk = 1000;
constexpr util::DbId kDb{1};
constexpr util::TableId kTables[] = {util::TableId(1), util::TableId(2)};
constexpr catalog::CatalogLimits kLimits{10, 10, 10, 10};
const std::vector<ColumnType> kTypes = {ColumnType::kTag, ColumnType::kInt64, ColumnType::kUInt64};

/// A log that a test looks into.
class LogBook : public wal::Wal {
 public:
  util::Result<wal::ReplayStats> Replay(const std::vector<wal::Listener*>&) override {
    return wal::ReplayStats();
  }
  util::Status Submit(std::shared_ptr<const wal::Record>, std::string,
                      std::function<void(util::Status)>) override {
    return util::Status::Internal("not used");
  }
  util::Status Shutdown() override { return util::Status::Ok(); }
  util::Status Truncate(util::WalSeq covered_seq) override {
    EXPECT_GE(covered_seq, covered);
    covered = covered_seq;
    return util::Status::Ok();
  }
  wal::WalStats stats() const override {
    wal::WalStats stats;
    stats.last_durable_seq = records.size();
    stats.uncovered_intervals = uncovered_intervals;
    return stats;
  }

  std::vector<std::shared_ptr<const wal::Record>> records;  // all of them
  util::WalSeq covered{0};
  uint64_t uncovered_intervals = 0;
};

using RowKey = std::pair<std::string, int64_t>;  // tag, time
using Rows = std::map<RowKey, testing::FieldValues>;

std::shared_ptr<const wal::Record> SchemaRecord() {
  auto record = std::make_shared<wal::Record>();
  record->ops.push_back(model::CreateDatabaseOp{kDb, "db", std::nullopt, 0});
  for (util::TableId table : kTables) {
    record->ops.push_back(model::CreateTableOp{
        kDb,
        table,
        "t" + std::to_string(table.value),
        {{"tag", ColumnType::kTag}, {"i", ColumnType::kInt64}, {"u", ColumnType::kUInt64}}});
  }
  return record;
}

/// A node in small over a store that may fail, and the rows that must be read from it.
class Simulation {
 public:
  explicit Simulation(uint64_t seed, uint64_t buffer_bytes_max = 0)
      : random_(seed), buffer_bytes_max_(buffer_bytes_max) {
    Start();
    Append(SchemaRecord());
  }

  void Write() {
    std::vector<TestRow> rows;
    const util::TableId table = kTables[Pick(2)];
    for (uint64_t count = 1 + Pick(30); count > 0; --count) {
      constexpr const char* kValues[] = {"", "a", "b"};
      TestRow row{{kValues[Pick(3)]}, static_cast<int64_t>(Pick(5 * kChunk)), {}};
      if (Pick(2) == 0) row.fields[1] = static_cast<int64_t>(Pick(1000));
      if (row.fields.empty() || Pick(2) == 0) row.fields[2] = uint64_t{Pick(1000)};
      testing::FieldValues& fields = expected_[table][{row.tags[0], row.time_ns}];
      for (const auto& [id, value] : row.fields) fields[id] = value;
      rows.push_back(std::move(row));
    }
    auto record = std::make_shared<wal::Record>();
    record->batch = testing::MakeBatch(kDb, table, {util::ColumnId(0)}, rows);
    Append(std::move(record));
  }

  void WriteAt(int64_t time_ns) {
    auto record = std::make_shared<wal::Record>();
    expected_[kTables[0]][{"a", time_ns}][1] = time_ns;
    record->batch = testing::MakeBatch(kDb, kTables[0], {util::ColumnId(0)},
                                       {{{"a"}, time_ns, {{1, time_ns}}}});
    Append(std::move(record));
  }

  /// A column that the log does not know yet, and may never know.
  void AddUnloggedColumn() {
    const model::AddColumnsOp op{kDb, kTables[0], {{"late", ColumnType::kTag}}};
    ASSERT_TRUE(catalog_->ApplyLogged({op}).ok());
  }
  void DropUnloggedTable() {
    const model::DeleteTableOp op{kDb, kTables[0], "t1-deleted", 1, {}};
    ASSERT_TRUE(catalog_->ApplyLogged({op}).ok());
  }

  void DeleteRows() {
    model::DeleteRowsOp op{kDb, kTables[Pick(2)], {}, {}};
    op.range.min_ns = static_cast<int64_t>(Pick(5 * kChunk));
    op.range.max_ns = op.range.min_ns + static_cast<int64_t>(Pick(kChunk));
    std::optional<std::string> tag;
    if (Pick(2) == 0) tag = Pick(2) == 0 ? "a" : "";
    if (tag) op.tags.emplace_back(util::ColumnId(0), *tag);
    std::erase_if(expected_[op.table_id], [&](const auto& row) {
      return row.first.second >= op.range.min_ns && row.first.second <= op.range.max_ns &&
             (!tag || row.first.first == *tag);
    });
    auto record = std::make_shared<wal::Record>();
    record->ops.push_back(op);
    Append(std::move(record));
  }

  util::Status Snapshot() {
    std::optional<int64_t> before;
    if (Pick(3) != 0) before = static_cast<int64_t>(Pick(6)) * kChunk;
    return snapshotter_->Run(before);
  }
  util::Status SnapshotAll() { return snapshotter_->Run(std::nullopt); }

  /// A crash and a start. A change of the index that failed may turn out to be done.
  void Restart() {
    faulty_->ClearRules();
    Start();
    for (uint64_t seq = book_.covered.value + 1; seq <= book_.records.size(); ++seq) {
      Apply(seq, true);
    }
  }

  void FailCall(uint64_t n, FaultAction action) { faulty_->FailCall(n, action); }
  void Mend() { faulty_->ClearRules(); }
  uint64_t calls() const { return faulty_->calls(); }

  void Check() {
    faulty_->ClearRules();
    for (util::TableId table : kTables) {
      Rows read;
      std::shared_ptr<const TableSnapshot> snapshot;
      const auto files = index_->View(table, model::TimeRange::All(),
                                      [&] { snapshot = buffer_->Snapshot(table, {}); });
      ReadFiles(table, *files, &read);
      if (snapshot != nullptr) {
        for (const ChunkView& chunk : snapshot->chunks()) {
          for (const TestRow& row : testing::ReadChunk(snapshot->series(), chunk, kTypes)) {
            const std::string tag = row.tags.empty() ? "" : row.tags[0];
            for (const auto& [id, value] : row.fields) read[{tag, row.time_ns}][id] = value;
          }
        }
      }
      ASSERT_EQ(read, expected_[table]) << "table " << table.value;
    }
  }

  uint64_t Pick(uint64_t count) { return random_() % count; }
  util::Status RunIfDue() { return snapshotter_->RunIfDue(); }
  void MakeRoom() { snapshotter_->MakeRoom(); }
  LogBook& book() { return book_; }
  BufferStore& buffer() { return *buffer_; }
  persist::FileIndex& index() { return *index_; }

 private:
  void Start() {
    snapshotter_.reset();
    index_ = persist::FileIndex::Open(faulty_.get(), "node").value();
    const persist::RecoveredState& recovered = index_->recovered();
    const util::WalSeq covered(recovered.wal_covered_seq);
    ASSERT_GE(covered, book_.covered) << "the log was cut too early";
    book_.covered = covered;
    catalog_ = std::make_unique<catalog::Catalog>(kLimits);
    ASSERT_TRUE(catalog_->ApplyLogged(recovered.catalog_ops).ok());
    history_ = std::make_unique<CatalogHistory>(kLimits);
    ASSERT_TRUE(history_->Restore(covered, recovered.catalog_ops).ok());
    buffer_ = std::make_unique<BufferStore>(catalog_.get(), kChunk);
    buffer_->Restore(covered, recovered.persisted_chunks);
    SnapshotOptions options;
    options.chunk_duration_ns = kChunk;
    options.thread_count = 2;
    options.intervals = 10;
    options.buffer_bytes_max = buffer_bytes_max_;
    options.writer.row_group_rows_max = 16;
    snapshotter_ = std::make_unique<Snapshotter>(
        SnapshotParts{buffer_.get(), history_.get(), &book_, index_.get(), faulty_.get(),
                      &util::Clock::System()},
        options, 0);
  }

  void Append(std::shared_ptr<const wal::Record> record) {
    ASSERT_TRUE(record->ops.empty() || catalog_->ApplyLogged(record->ops).ok());
    book_.records.push_back(std::move(record));
    Apply(book_.records.size(), false);
  }

  void Apply(uint64_t number, bool replay) {
    const util::WalSeq seq(number);
    const wal::Record& record = *book_.records[number - 1];
    if (replay) {
      ASSERT_TRUE(catalog_->ApplyLogged(record.ops).ok());
    }
    history_->OnRecord(seq, record, replay);
    buffer_->OnRecord(seq, record, replay);
    for (const model::CatalogOp& op : record.ops) {
      if (const auto* rows = std::get_if<model::DeleteRowsOp>(&op)) {
        index_->AddTombstone(std::make_shared<const persist::Tombstone>(
            persist::Tombstone{rows->table_id, number, rows->range, rows->tags}));
      }
    }
  }

  void ReadFiles(util::TableId table, const persist::TableFiles& files, Rows* read) {
    auto by_order = files.files;
    std::sort(by_order.begin(), by_order.end(),
              [](const auto& a, const auto& b) { return a->order < b->order; });
    const auto schema = catalog_->state()->FindTable(kDb, table);
    for (const auto& file : by_order) {
      auto reader = persist::TableReader::Open(faulty_.get(), *schema, *file, 100);
      ASSERT_TRUE(reader.ok()) << reader.status().ToString();
      auto rows = persist::testing::ReadAll(reader->get());
      ASSERT_TRUE(rows.ok()) << rows.status().ToString();
      for (const auto& row : *rows) {
        const std::string tag = row.values[0].value_or("");
        bool deleted = false;
        for (const auto& tombstone : files.tombstones) {
          deleted = deleted || (tombstone->wal_seq > file->max_wal_seq &&
                                tombstone->range.min_ns <= row.time_ns &&
                                row.time_ns <= tombstone->range.max_ns &&
                                (tombstone->tags.empty() || tombstone->tags[0].second == tag));
        }
        if (deleted) continue;
        testing::FieldValues& fields = (*read)[{tag, row.time_ns}];
        if (row.values[1]) fields[1] = int64_t{std::stoll(*row.values[1])};
        if (row.values[2]) fields[2] = uint64_t{std::stoull(*row.values[2])};
      }
    }
  }

  std::mt19937_64 random_;
  const uint64_t buffer_bytes_max_;
  LogBook book_;
  std::map<util::TableId, Rows> expected_;
  std::unique_ptr<FaultyObjectStore> faulty_ = std::make_unique<FaultyObjectStore>(
      std::shared_ptr<object_store::ObjectStore>(object_store::MakeMemoryStore()));
  std::unique_ptr<persist::FileIndex> index_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<CatalogHistory> history_;
  std::unique_ptr<BufferStore> buffer_;
  std::unique_ptr<Snapshotter> snapshotter_;
};

TEST(SnapshotterTest, EverythingIsInFilesAndTheLogIsCut) {
  Simulation node(1);
  for (int i = 0; i < 5; ++i) node.Write();
  ASSERT_TRUE(node.SnapshotAll().ok());
  EXPECT_EQ(node.buffer().stats().rows, 0u);
  EXPECT_EQ(node.buffer().stats().bytes, 0u);
  EXPECT_EQ(node.book().covered.value, node.book().records.size());
  node.Check();
  const uint64_t files = node.index().stats().files;
  EXPECT_GT(files, 0u);
  ASSERT_TRUE(node.SnapshotAll().ok());
  EXPECT_EQ(node.index().stats().files, files) << "nothing new, nothing written";
  node.Restart();
  EXPECT_EQ(node.buffer().stats().rows, 0u);
  node.Check();
}

TEST(SnapshotterTest, IsDueAtOneAndAHalfTimesTheIntervalsAndKeepsTheNewestChunk) {
  Simulation node(1);
  node.WriteAt(100);
  node.WriteAt(2'500);
  node.book().uncovered_intervals = 14;
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.index().stats().files, 0u);
  node.book().uncovered_intervals = 15;
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.index().stats().files, 1u);
  EXPECT_EQ(node.buffer().stats().rows, 1u) << "2,500 lies in the chunk of the newest row";
  node.Check();
}

TEST(SnapshotterTest, LateRowsAloneAreNotDueBeforeThreeTimesTheIntervals) {
  Simulation node(1);
  node.WriteAt(2'500);
  node.WriteAt(100);
  node.book().uncovered_intervals = 29;
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.index().stats().files, 0u);
  node.book().uncovered_intervals = 30;
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.index().stats().files, 1u) << "of both chunks";
  EXPECT_EQ(node.buffer().stats().rows, 0u);
  node.Check();
}

TEST(SnapshotterTest, ShortMemoryWritesEverythingButNotAtOnceAgainUnlessWritersWait) {
  Simulation node(1, 1);
  node.WriteAt(100);
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.buffer().stats().rows, 0u);
  node.WriteAt(200);
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.buffer().stats().rows, 1u);
  node.MakeRoom();
  ASSERT_TRUE(node.RunIfDue().ok());
  EXPECT_EQ(node.buffer().stats().rows, 0u);
  node.Check();
}

TEST(SnapshotterTest, SmallChunksThatFollowEachOtherShareAFile) {
  Simulation node(1);
  for (int64_t chunk = 0; chunk < 10; ++chunk) node.WriteAt(chunk * kChunk);
  for (int64_t chunk = 16; chunk < 19; ++chunk) node.WriteAt(chunk * kChunk);  // seven later
  ASSERT_TRUE(node.SnapshotAll().ok());
  EXPECT_EQ(node.index().stats().files, 2u);
  node.Check();
  for (int64_t chunk = 0; chunk < 17; ++chunk) node.WriteAt(chunk * kChunk + 1);
  ASSERT_TRUE(node.SnapshotAll().ok());
  EXPECT_EQ(node.index().stats().files, 4u) << "16 rows are the most of a row group here";
  node.Check();
}

TEST(SnapshotterTest, FilesAreOfTheCatalogThatTheLogHas) {
  Simulation node(1);
  node.WriteAt(1);
  node.AddUnloggedColumn();
  ASSERT_TRUE(node.SnapshotAll().ok());
  node.Restart();
  node.Check();
  node.WriteAt(2);
  node.DropUnloggedTable();
  ASSERT_TRUE(node.SnapshotAll().ok());
  node.Restart();
  node.Check();
}

TEST(SnapshotterTest, NoRowIsLostOrDoubled) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation node(seed);
    for (int step = 0; step < 40; ++step) {
      switch (node.Pick(8)) {
        case 0: ASSERT_TRUE(node.Snapshot().ok()); break;
        case 1: node.Restart(); break;
        case 2: node.DeleteRows(); break;
        default: node.Write(); break;
      }
      ASSERT_NO_FATAL_FAILURE(node.Check());
    }
  }
}

TEST(SnapshotterTest, AStoreThatFailsCostsNothing) {
  constexpr FaultAction kActions[] = {FaultAction::kFailBefore, FaultAction::kFailAfter};
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation node(seed);
    for (int step = 0; step < 30; ++step) {
      for (uint64_t writes = node.Pick(4); writes > 0; --writes) node.Write();
      if (node.Pick(3) == 0) node.DeleteRows();
      node.FailCall(1 + node.Pick(8), kActions[node.Pick(2)]);
      (void)node.Snapshot().ok();
      if (node.Pick(3) == 0) node.Restart();
      ASSERT_NO_FATAL_FAILURE(node.Check());
    }
    node.Mend();
    ASSERT_TRUE(node.SnapshotAll().ok());
    EXPECT_EQ(node.buffer().stats().rows, 0u);
    ASSERT_NO_FATAL_FAILURE(node.Check());
  }
}

}  // namespace
}  // namespace influxdb3::buffer
