#include "persist/file_index.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "object_store/memory_store.h"
#include "object_store/object_store.h"
#include "persist/testing/index_fixture.h"

namespace influxdb3::persist {
namespace {

using object_store::PutMode;
using testing::IndexFixture;
using util::ColumnId;
using util::DbId;
using util::Status;
using util::StatusCode;
using util::TableId;

constexpr int64_t kHour = 3'600'000'000'000;

class FileIndexTest : public IndexFixture {};

std::shared_ptr<const Tombstone> Deletion(uint32_t table, uint64_t wal_seq,
                                          model::TimeRange range) {
  return std::make_shared<Tombstone>(
      Tombstone{TableId(table), wal_seq, range, {{ColumnId(0), "a"}}});
}

TEST_F(FileIndexTest, ANewNodeIsEmpty) {
  const auto index = Open();
  EXPECT_TRUE(index->AllFiles().empty());
  EXPECT_EQ(index->recovered().wal_covered_seq, 0u);
  EXPECT_TRUE(index->View(TableId(1), model::TimeRange::All(), nullptr)->files.empty());
  EXPECT_EQ(index->stats().files, 0u);
  EXPECT_EQ(Objects("n/manifests/"), 1u);
}

TEST_F(FileIndexTest, PathsSayTableAndChunk) {
  const auto index = Open();
  EXPECT_EQ(index->PathOf(DbId(3), TableId(14), 0, 5),
            "n/dbs/3/14/1970-01-01/00-00/0000000005.parquet");
  EXPECT_EQ(index->PathOf(DbId(3), TableId(14), 1'700'000'000'000'000'000, 12'345'678'901),
            "n/dbs/3/14/2023-11-14/22-13/12345678901.parquet");
  EXPECT_EQ(index->PathOf(DbId(1), TableId(1), -1, 1),
            "n/dbs/1/1/1969-12-31/23-59/0000000001.parquet");
  EXPECT_EQ(index->PathOf(DbId(1), TableId(1), INT64_MIN, 1),
            "n/dbs/1/1/1677-09-21/00-12/0000000001.parquet");
  EXPECT_EQ(index->PathOf(DbId(1), TableId(1), INT64_MAX, 1),
            "n/dbs/1/1/2262-04-11/23-47/0000000001.parquet");
}

TEST_F(FileIndexTest, AChangeIsSeenAndComesBack) {
  auto index = Open();
  IndexChange change;
  change.added = {NewFile(index.get(), 1, {0, 9}, 5), NewFile(index.get(), 2, {0, 9}, 5)};
  change.wal_covered_seq = 4;
  change.catalog_ops = {model::CreateDatabaseOp{DbId(1), "a", std::nullopt, 0}};
  change.persisted_chunks = {{TableId(1), 0, 5}};
  bool published = false;
  ASSERT_TRUE(index->Commit(change, [&] { published = true; }).ok());
  EXPECT_TRUE(published);
  EXPECT_EQ(index->stats().files, 2u);
  EXPECT_EQ(index->stats().rows, 2u);
  EXPECT_EQ(index->stats().bytes, 2u);
  EXPECT_EQ(index->stats().wal_covered_seq, 4u);
  EXPECT_EQ(index->recovered().wal_covered_seq, 0u) << "as it was at the start";

  index = Open();
  ASSERT_EQ(index->AllFiles().size(), 2u);
  EXPECT_EQ(*index->AllFiles()[0], *change.added[0]);
  EXPECT_EQ(index->recovered().wal_covered_seq, 4u);
  EXPECT_EQ(index->recovered().catalog_ops, change.catalog_ops);
  EXPECT_EQ(index->recovered().persisted_chunks, change.persisted_chunks);
  EXPECT_EQ(index->stats().rows, 2u);
}

TEST_F(FileIndexTest, OnlySnapshotsChangeTheLogPosition) {
  auto index = Open();
  IndexChange snapshot;
  snapshot.wal_covered_seq = 4;
  snapshot.catalog_ops = {model::CreateDatabaseOp{DbId(1), "a", std::nullopt, 0}};
  snapshot.persisted_chunks = {{TableId(1), 0, 5}};
  ASSERT_TRUE(index->Commit(snapshot, nullptr).ok());
  IndexChange compaction;
  compaction.added = {NewFile(index.get(), 1, {0, 9}, 5)};
  ASSERT_TRUE(index->Commit(compaction, nullptr).ok());
  index = Open();
  EXPECT_EQ(index->recovered().wal_covered_seq, 4u);
  EXPECT_EQ(index->recovered().catalog_ops, snapshot.catalog_ops);
  EXPECT_EQ(index->recovered().persisted_chunks, snapshot.persisted_chunks);

  IndexChange later;
  later.wal_covered_seq = 6;
  ASSERT_TRUE(index->Commit(later, nullptr).ok());
  index = Open();
  EXPECT_EQ(index->recovered().wal_covered_seq, 6u);
  EXPECT_TRUE(index->recovered().catalog_ops.empty());
  EXPECT_TRUE(index->recovered().persisted_chunks.empty());

  IndexChange back;
  back.wal_covered_seq = 5;
  EXPECT_EQ(index->Commit(back, nullptr).code(), StatusCode::kInternal);
}

TEST_F(FileIndexTest, PersistedChunksCountBeforeAnyRecordIsCovered) {
  auto index = Open();
  IndexChange change;
  change.added = {NewFile(index.get(), 1, {0, 9}, 5)};
  change.persisted_chunks = {{TableId(1), 0, 5}};
  ASSERT_TRUE(index->Commit(change, nullptr).ok());
  index = Open();
  EXPECT_EQ(index->recovered().wal_covered_seq, 0u);
  EXPECT_EQ(index->recovered().persisted_chunks, change.persisted_chunks);
}

TEST_F(FileIndexTest, FilesAreReplaced) {
  auto index = Open();
  const auto a = NewFile(index.get(), 1, {0, 9}, 1);
  const auto b = NewFile(index.get(), 1, {5, 19}, 2);
  const auto merged = NewFile(index.get(), 1, {0, 19}, 2);
  ASSERT_TRUE(index->Commit({{a, b}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  ASSERT_TRUE(index->Commit({{merged}, {a->file_id, b->file_id}, {}, {}, 0, {}, {}}, nullptr).ok());
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(index->AllFiles().size(), 1u);
    EXPECT_EQ(*index->AllFiles()[0], *merged);
    EXPECT_EQ(index->stats().rows, 1u);
    index = Open();
  }
}

TEST_F(FileIndexTest, ChangesThatDoNotFitChangeNothing) {
  const auto index = Open();
  const auto a = NewFile(index.get(), 1, {0, 9}, 1);
  ASSERT_TRUE(index->Commit({{a}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  const auto b = NewFile(index.get(), 1, {0, 9}, 2);
  const auto code = [&](const IndexChange& change) {
    bool published = false;
    const Status status = index->Commit(change, [&] { published = true; });
    EXPECT_FALSE(published);
    return status.code();
  };
  EXPECT_EQ(code({{b}, {a->file_id, 77}, {}, {}, 0, {}, {}}), StatusCode::kNotFound);
  EXPECT_EQ(code({{b}, {a->file_id, a->file_id}, {}, {}, 0, {}, {}}), StatusCode::kNotFound);
  EXPECT_EQ(code({{a}, {}, {}, {}, 0, {}, {}}), StatusCode::kInternal);
  EXPECT_EQ(code({{b, b}, {}, {}, {}, 0, {}, {}}), StatusCode::kInternal);
  auto foreign = std::make_shared<ParquetFile>(*b);
  foreign->file_id = 1000;
  EXPECT_EQ(code({{foreign}, {}, {}, {}, 0, {}, {}}), StatusCode::kInternal);
  auto empty = std::make_shared<ParquetFile>(*b);
  empty->row_count = 0;
  EXPECT_EQ(code({{empty}, {}, {}, {}, 0, {}, {}}), StatusCode::kInternal);
  EXPECT_EQ(index->AllFiles().size(), 1u);
  EXPECT_EQ(Objects("n/manifests/"), 2u);
}

TEST_F(FileIndexTest, ViewGivesWhatOverlapsInOrder) {
  const auto index = Open();
  const auto late = NewFile(index.get(), 1, {100, 199}, 1);
  const auto newer = NewFile(index.get(), 1, {0, 99}, 3);
  const auto older = NewFile(index.get(), 1, {0, 49}, 2);
  const auto other = NewFile(index.get(), 2, {0, 99}, 4);
  ASSERT_TRUE(index->Commit({{late, newer, older, other}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  const auto ids = [&](model::TimeRange range) {
    std::vector<uint64_t> orders;
    const auto view = index->View(TableId(1), range, nullptr);
    for (const auto& file : view->files) {
      orders.push_back(file->order);
    }
    return orders;
  };
  EXPECT_EQ(ids(model::TimeRange::All()), (std::vector<uint64_t>{2, 3, 1}));
  EXPECT_EQ(ids({49, 49}), (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(ids({50, 99}), (std::vector<uint64_t>{3}));
  EXPECT_EQ(ids({99, 100}), (std::vector<uint64_t>{3, 1}));
  EXPECT_EQ(ids({200, 300}), (std::vector<uint64_t>{}));
  EXPECT_EQ(ids({-10, -1}), (std::vector<uint64_t>{}));
  EXPECT_TRUE(index->View(TableId(9), model::TimeRange::All(), nullptr)->files.empty());
}

TEST_F(FileIndexTest, TombstonesAreShownWhereTheyMatter) {
  auto index = Open();
  const auto a = NewFile(index.get(), 1, {0, 9}, 5);
  const auto b = NewFile(index.get(), 1, {100, 109}, 8);
  ASSERT_TRUE(index->Commit({{a, b}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  const auto early = Deletion(1, 5, {0, 9});   // not newer than a
  const auto both = Deletion(1, 9, {0, 200});  // newer than both
  const auto first = Deletion(1, 7, {0, 200});
  index->AddTombstone(both);
  index->AddTombstone(first);
  index->AddTombstone(early);
  index->AddTombstone(Deletion(1, 9, {0, 200}));  // again
  const auto seqs = [&](model::TimeRange range) {
    std::vector<uint64_t> found;
    const auto view = index->View(TableId(1), range, nullptr);
    for (const auto& each : view->tombstones) {
      found.push_back(each->wal_seq);
    }
    return found;
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(seqs(model::TimeRange::All()), (std::vector<uint64_t>{7, 9}));
    EXPECT_EQ(seqs({0, 9}), (std::vector<uint64_t>{7, 9}));
    EXPECT_EQ(seqs({100, 109}), (std::vector<uint64_t>{9}));
    EXPECT_EQ(seqs({50, 60}), (std::vector<uint64_t>{})) << "no file";
    EXPECT_EQ(index->stats().tombstones, 3u);
    ASSERT_TRUE(index->Commit({}, nullptr).ok());
    index = Open();
  }
  ASSERT_TRUE(index->Commit({{}, {}, {}, {7, 5}, 0, {}, {}}, nullptr).ok());
  index = Open();
  EXPECT_EQ(seqs(model::TimeRange::All()), (std::vector<uint64_t>{9}));
  EXPECT_EQ(index->stats().tombstones, 1u);
}

TEST_F(FileIndexTest, ATombstoneIsDurableWithTheNextChangeOnly) {
  auto index = Open();
  index->AddTombstone(Deletion(1, 9, {0, 200}));
  index = Open();
  EXPECT_EQ(index->stats().tombstones, 0u);
  index->AddTombstone(Deletion(1, 9, {0, 200}));
  IndexChange removal;
  removal.removed_tombstone_seqs = {9};
  ASSERT_TRUE(index->Commit(removal, nullptr).ok());
  EXPECT_EQ(index->stats().tombstones, 0u);
  ASSERT_TRUE(index->Commit({}, nullptr).ok());
  index = Open();
  EXPECT_EQ(index->stats().tombstones, 0u);
}

TEST_F(FileIndexTest, AReaderSeesAllOfAChangeOrNothing) {
  const auto index = Open();
  std::atomic<bool> stop = false;
  uint64_t buffered = 50;  // guarded by the index's lock
  std::thread reader([&] {
    while (!stop) {
      uint64_t seen = 0;
      const auto view = index->View(TableId(1), model::TimeRange::All(), [&] { seen = buffered; });
      EXPECT_EQ(seen + view->files.size(), 50u);
    }
  });
  for (int i = 0; i < 50; ++i) {
    IndexChange change;
    change.added = {NewFile(index.get(), 1, {i, i}, 1)};
    ASSERT_TRUE(index->Commit(change, [&] { --buffered; }).ok());
  }
  stop = true;
  reader.join();
}

TEST_F(FileIndexTest, FileIdsAreNeverUsedTwice) {
  std::set<uint64_t> ids;
  for (int start = 0; start < 4; ++start) {
    const auto index = Open();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(ids.insert(index->NextFileId()).second);
    if (start % 2 == 0) {
      ASSERT_TRUE(index->Commit({}, nullptr).ok());
    }
    EXPECT_TRUE(ids.insert(index->NextFileId()).second);
  }
  EXPECT_EQ(*ids.begin(), 1u);
}

TEST_F(FileIndexTest, FullManifestsReplaceOlderOnes) {
  auto index = Open();
  std::vector<uint64_t> expected;
  for (int i = 0; i < 250; ++i) {
    IndexChange change;
    change.added = {NewFile(index.get(), 1, {i, i}, 1)};
    expected.push_back(change.added[0]->file_id);
    if (i % 3 == 2) {
      change.removed_file_ids = {expected[expected.size() - 2]};
      expected.erase(expected.end() - 2);
    }
    ASSERT_TRUE(index->Commit(change, nullptr).ok());
    EXPECT_LE(Objects("n/manifests/"), 100u);
  }
  EXPECT_EQ(Objects("n/manifests/"), 51u) << "201 is full";
  index = Open();
  std::vector<uint64_t> found;
  for (const auto& file : index->AllFiles()) found.push_back(file->file_id);
  EXPECT_EQ(found, expected);
}

// Also where the full one is written by a start, a compaction or a deletion of rows.
TEST_F(FileIndexTest, FullManifestsKeepTheLogPosition) {
  IndexChange snapshot;
  snapshot.wal_covered_seq = 4;
  snapshot.catalog_ops = {model::CreateDatabaseOp{DbId(1), "a", std::nullopt, 0}};
  snapshot.persisted_chunks = {{TableId(1), 0, 5}};
  ASSERT_TRUE(Open()->Commit(snapshot, nullptr).ok());
  const auto expect_it = [&](const FileIndex& index) {
    EXPECT_EQ(index.recovered().wal_covered_seq, 4u);
    EXPECT_EQ(index.recovered().catalog_ops, snapshot.catalog_ops);
    EXPECT_EQ(index.recovered().persisted_chunks, snapshot.persisted_chunks);
  };
  for (int start = 0; start < 210; ++start) expect_it(*Open());
  EXPECT_LT(Objects("n/manifests/"), 100u) << "there was a full one";
  for (int i = 0; i < 210; ++i) {
    const auto index = Open();
    expect_it(*index);
    IndexChange compaction;
    compaction.added = {NewFile(index.get(), 1, {i, i}, 1)};
    if (i % 2 == 0) index->AddTombstone(Deletion(1, static_cast<uint64_t>(i) + 10, {0, 9}));
    ASSERT_TRUE(index->Commit(compaction, nullptr).ok());
  }
  const auto index = Open();
  expect_it(*index);
  EXPECT_EQ(index->stats().files, 210u);
  EXPECT_EQ(index->stats().tombstones, 105u);
}

TEST_F(FileIndexTest, ASecondProcessShutsTheFirstOut) {
  const auto first = Open();
  const auto file = NewFile(first.get(), 1, {0, 9}, 1);
  const auto second = Open();
  const Status refused = first->Commit({{file}, {}, {}, {}, 0, {}, {}}, nullptr);
  EXPECT_EQ(refused.code(), StatusCode::kConflict);
  EXPECT_NE(refused.message().find("n/manifests/00000000000000000002.manifest"), std::string::npos)
      << refused.message();
  EXPECT_EQ(first->Commit({}, nullptr).code(), StatusCode::kConflict) << "for ever";
  EXPECT_TRUE(second->Commit({}, nullptr).ok());
  EXPECT_TRUE(first->AllFiles().empty());
}

TEST_F(FileIndexTest, AProcessLongOvertakenIsShutOutAsWell) {
  const auto first = Open();
  const auto second = Open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(second->Commit({}, nullptr).ok());
  ASSERT_FALSE(store_->Head("n/manifests/00000000000000000002.manifest").ok());
  EXPECT_EQ(first->Commit({}, nullptr).code(), StatusCode::kConflict);
  EXPECT_EQ(Open()->stats().files, 0u);
}

TEST_F(FileIndexTest, OrphansAreRemoved) {
  auto index = Open();
  const auto named = NewFile(index.get(), 1, {0, 9}, 1);
  ASSERT_TRUE(index->Commit({{named}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  const auto unfinished = NewFile(index.get(), 1, {0, 9}, 2);
  EXPECT_EQ(index->RemoveOrphans(0, 0).value(), 0u) << "a change that still runs";
  ASSERT_TRUE(store_->Put("n/dbs/notes.txt", "x", PutMode::kOverwrite).ok());
  ASSERT_TRUE(store_->Put("m/dbs/1/1/0000000002.parquet", "x", PutMode::kOverwrite).ok());

  index = Open();
  const auto running = NewFile(index.get(), 1, {0, 9}, 2);
  EXPECT_EQ(index->RemoveOrphans(0, kHour).value(), 1u);
  EXPECT_FALSE(store_->Head(unfinished->path).ok());
  EXPECT_TRUE(store_->Head(named->path).ok());
  EXPECT_TRUE(store_->Head(running->path).ok());
  EXPECT_TRUE(store_->Head("n/dbs/notes.txt").ok());
  EXPECT_TRUE(store_->Head("m/dbs/1/1/0000000002.parquet").ok());
}

TEST_F(FileIndexTest, RemovedFilesStayForThoseWhoReadThem) {
  auto index = Open();
  const auto old = NewFile(index.get(), 1, {0, 9}, 1);
  ASSERT_TRUE(index->Commit({{old}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  index = Open();
  ASSERT_TRUE(index->Commit({{}, {old->file_id}, {}, {}, 0, {}, {}}, nullptr).ok());
  EXPECT_EQ(index->RemoveOrphans(100, 50).value(), 0u);
  EXPECT_EQ(index->RemoveOrphans(149, 50).value(), 0u);
  EXPECT_TRUE(store_->Head(old->path).ok());
  EXPECT_EQ(index->RemoveOrphans(150, 50).value(), 1u);
  EXPECT_FALSE(store_->Head(old->path).ok());
  EXPECT_EQ(index->RemoveOrphans(200, 50).value(), 0u);
}

TEST_F(FileIndexTest, DamageIsRefusedByName) {
  struct Case {
    const char* what;
    std::function<void(object_store::ObjectStore*, const std::string&)> damage;
    StatusCode code;
  };
  const std::string prefix = "n/manifests/0000000000000000000";
  const std::vector<Case> cases = {
      {"nothing", [](auto*, const std::string&) {}, StatusCode::kOk},
      {"missing", [](auto* s, const std::string& p) { ASSERT_TRUE(s->Delete(p).ok()); },
       StatusCode::kCorruption},
      {"empty",
       [](auto* s, const std::string& p) { ASSERT_TRUE(s->Put(p, "", PutMode::kOverwrite).ok()); },
       StatusCode::kCorruption},
      {"cut",
       [](auto* s, const std::string& p) {
         const std::string bytes = s->Get(p).value();
         ASSERT_TRUE(s->Put(p, bytes.substr(0, bytes.size() - 1), PutMode::kOverwrite).ok());
       },
       StatusCode::kCorruption},
      {"another one's contents",
       [](auto* s, const std::string& p) {
         ASSERT_TRUE(s->Put(p, s->Get("other").value(), PutMode::kOverwrite).ok());
       },
       StatusCode::kCorruption},
  };
  for (const Case& each : cases) {
    for (const char* number : {"1", "2", "3"}) {
      store_ = object_store::MakeMemoryStore();
      {
        const auto index = Open();
        for (int i = 0; i < 2; ++i) ASSERT_TRUE(index->Commit({}, nullptr).ok());
      }
      const std::string path = prefix + number + ".manifest";
      const std::string other = prefix + (number[0] == '1' ? "3" : "1") + ".manifest";
      ASSERT_TRUE(store_->Put("other", store_->Get(other).value(), PutMode::kOverwrite).ok());
      each.damage(store_.get(), path);
      const auto index = FileIndex::Open(store_.get(), "n");
      if (each.code == StatusCode::kOk || (number[0] == '3' && each.what == cases[1].what)) {
        EXPECT_TRUE(index.ok()) << index.status().ToString();
        continue;
      }
      ASSERT_FALSE(index.ok()) << each.what << " " << number;
      EXPECT_EQ(index.status().code(), each.code) << each.what << " " << number;
      EXPECT_NE(index.status().message().find(path), std::string::npos) << index.status().message();
    }
  }
}

TEST_F(FileIndexTest, ManifestsOfTwoHistoriesDoNotMix) {
  std::string other_history;
  {
    const auto index = Open();
    ASSERT_TRUE(index->Commit({}, nullptr).ok());
    ASSERT_TRUE(index->Commit({}, nullptr).ok());
    other_history = store_->Get("n/manifests/00000000000000000002.manifest").value();
  }
  store_ = object_store::MakeMemoryStore();
  {
    const auto index = Open();
    ASSERT_TRUE(index->Commit({}, nullptr).ok());
    ASSERT_TRUE(index->Commit({}, nullptr).ok());
  }
  ASSERT_TRUE(
      store_->Put("n/manifests/00000000000000000002.manifest", other_history, PutMode::kOverwrite)
          .ok());
  EXPECT_EQ(FileIndex::Open(store_.get(), "n").status().code(), StatusCode::kCorruption);
}

TEST_F(FileIndexTest, LostManifestsDoNotLoseFiles) {
  {
    const auto index = Open();
    ASSERT_TRUE(
        index->Commit({{NewFile(index.get(), 1, {0, 9}, 1)}, {}, {}, {}, 0, {}, {}}, nullptr).ok());
  }
  const auto manifests = store_->List("n/manifests/").value();
  for (const auto& object : manifests) {
    ASSERT_TRUE(store_->Delete(object.path).ok());
  }
  const auto index = FileIndex::Open(store_.get(), "n");
  ASSERT_EQ(index.status().code(), StatusCode::kCorruption);
  EXPECT_NE(index.status().message().find("no manifest in 'n/manifests/'"), std::string::npos)
      << index.status().message();
}

TEST_F(FileIndexTest, OtherNamesInTheFolderAreIgnored) {
  ASSERT_TRUE(store_->Put("n/manifests/notes.txt", "x", PutMode::kOverwrite).ok());
  ASSERT_TRUE(
      store_->Put("n/manifests/0000000000000000000x.manifest", "x", PutMode::kOverwrite).ok());
  EXPECT_TRUE(Open()->Commit({}, nullptr).ok());
  EXPECT_TRUE(Open()->Commit({}, nullptr).ok());
}

}  // namespace
}  // namespace influxdb3::persist
