// A change of the index while the store fails, or the process dies, between any two steps: it is
// there as a whole or not at all, and what was reported as done stays.

#include <gtest/gtest.h>

#include <set>

#include "object_store/testing/faulty_store.h"
#include "persist/fault_points.h"
#include "persist/testing/index_fixture.h"
#include "util/fault_point.h"

namespace influxdb3::persist {
namespace {

using object_store::testing::FaultAction;
using object_store::testing::FaultyObjectStore;
using util::Status;
using util::StatusCode;
using util::TableId;

constexpr uint64_t kSteps = 103;  // one full manifest among them

/// Which steps' files are in the index: by ParquetFile::order, which is the step.
using Steps = std::set<uint64_t>;

Steps After(uint64_t step, Steps steps) {
  steps.insert(step);
  if (step % 3 == 2) steps.erase(step - 1);
  return steps;
}

Steps Found(const FileIndex& index) {
  Steps steps;
  for (const auto& file : index.AllFiles()) EXPECT_TRUE(steps.insert(file->order).second);
  return steps;
}

class FileIndexCrashTest : public testing::IndexFixture {
 protected:
  ~FileIndexCrashTest() override { util::SetFaultHook({}); }

  Status DoStep(FileIndex* index, uint64_t step) {
    IndexChange change;
    const auto file = testing::NewEntry(index, 1, {0, 9}, step);
    RETURN_IF_ERROR(faulty_->Put(file->path, "x", object_store::PutMode::kOverwrite));
    change.added = {file};
    if (step % 3 == 2) {
      for (const auto& each : index->AllFiles()) {
        if (each->order == step - 1) change.removed_file_ids = {each->file_id};
      }
    }
    if (step % 5 == 4) {
      change.wal_covered_seq = step;
      change.persisted_chunks = {{TableId(1), 0, step + 1}};
    }
    return index->Commit(change, nullptr);
  }

  /// It is written, but neither the answer nor the question after it comes through.
  void HideTheNextManifest() {
    object_store::testing::FaultRule put;
    put.operation = object_store::Operation::kPut;
    put.path_glob = "n/manifests/*";
    put.action = FaultAction::kFailAfter;
    faulty_->AddRule(put);
    object_store::testing::FaultRule get;
    get.operation = object_store::Operation::kGet;
    faulty_->AddRule(get);
  }

  void ExpectStepsAndObjects(const FileIndex& index, const Steps& steps) {
    EXPECT_EQ(Found(index), steps) << faulty_->Log();
    for (const auto& file : index.AllFiles()) EXPECT_TRUE(store_->Head(file->path).ok());
  }

  /// Runs all steps with a store that fails once. After an error the process is over and another
  /// one goes on. False when nothing failed.
  bool RunWithCrashes() {
    Steps done;
    uint64_t step = 0;
    bool failed = false;
    while (step < kSteps) {
      auto opened = FileIndex::Open(faulty_.get(), "n");
      if (!opened.ok()) {
        failed = true;
        continue;
      }
      const std::unique_ptr<FileIndex> index = std::move(*opened);
      const Steps found = Found(*index);
      if (found == After(step, done)) done = After(step++, done);
      ExpectStepsAndObjects(*index, done);
      (void)index->RemoveOrphans(0, 0);
      while (step < kSteps && DoStep(index.get(), step).ok()) {
        done = After(step++, done);
        ExpectStepsAndObjects(*index, done);
      }
      failed |= step < kSteps;
      if (HasFailure()) return failed;
    }
    util::SetFaultHook({});
    const auto index = Open();
    EXPECT_TRUE(index->RemoveOrphans(0, 0).ok());
    ExpectStepsAndObjects(*index, done);
    EXPECT_EQ(Objects("n/dbs/"), done.size());
    EXPECT_EQ(index->recovered().wal_covered_seq, 99u);
    return failed;
  }

  /// The same with one process that tries each step again until it is done.
  void RunWithRetries() {
    std::unique_ptr<FileIndex> index;
    while (index == nullptr) {
      auto opened = FileIndex::Open(faulty_.get(), "n");
      if (opened.ok()) index = std::move(*opened);
    }
    Steps done;
    for (uint64_t step = 0; step < kSteps && !HasFailure(); ++step) {
      for (int attempt = 0;; ++attempt) {
        const Status status = DoStep(index.get(), step);
        if (status.ok()) break;
        ASSERT_NE(status.code(), StatusCode::kConflict) << status.message() << faulty_->Log();
        ASSERT_LT(attempt, 3);
        ExpectStepsAndObjects(*index, done);
      }
      done = After(step, done);
      ExpectStepsAndObjects(*index, done);
    }
    ExpectStepsAndObjects(*Open(), done);
  }

  void NewStore() {
    store_ = object_store::MakeMemoryStore();
    // The wrapper does not own it: the fixture looks at what is really there.
    const std::shared_ptr<object_store::ObjectStore> seen(store_.get(), [](auto*) {});
    faulty_ = std::make_unique<FaultyObjectStore>(seen);
  }

  std::unique_ptr<FaultyObjectStore> faulty_;
};

TEST_F(FileIndexCrashTest, TheStoreFailsAtAnyCallAndTheProcessDies) {
  for (const FaultAction action : {FaultAction::kFailBefore, FaultAction::kFailAfter}) {
    for (uint64_t call = 1;; ++call) {
      NewStore();
      faulty_->FailCall(call, action);
      RunWithCrashes();
      ASSERT_FALSE(HasFailure()) << "call " << call;
      if (faulty_->faults() == 0) break;
    }
  }
}

TEST_F(FileIndexCrashTest, TheStoreFailsAtAnyCallAndTheChangeIsTriedAgain) {
  for (const FaultAction action : {FaultAction::kFailBefore, FaultAction::kFailAfter}) {
    for (uint64_t call = 1;; ++call) {
      NewStore();
      faulty_->FailCall(call, action);
      RunWithRetries();
      ASSERT_FALSE(HasFailure()) << "call " << call;
      if (faulty_->faults() == 0) break;
    }
  }
}

TEST_F(FileIndexCrashTest, ManyFaultsInOneRun) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    store_ = object_store::MakeMemoryStore();
    const std::shared_ptr<object_store::ObjectStore> seen(store_.get(), [](auto*) {});
    faulty_ = std::make_unique<FaultyObjectStore>(seen, seed);
    for (const FaultAction action : {FaultAction::kFailBefore, FaultAction::kFailAfter}) {
      object_store::testing::FaultRule rule;
      rule.match_count = UINT64_MAX;
      rule.probability = 0.02;
      rule.action = action;
      faulty_->AddRule(rule);
    }
    RunWithCrashes();
    ASSERT_FALSE(HasFailure()) << "seed " << seed << faulty_->Log();
  }
}

TEST_F(FileIndexCrashTest, TheProcessDiesAtAnyFaultPoint) {
  for (uint64_t pass = 1;; ++pass) {
    NewStore();
    uint64_t passed = 0;
    std::string died_at;
    util::SetFaultHook([&](std::string_view name) {
      if (++passed != pass) return Status::Ok();
      died_at = name;
      return Status::Unavailable("the process dies here");
    });
    RunWithCrashes();
    util::SetFaultHook({});
    ASSERT_FALSE(HasFailure()) << "pass " << pass << " " << died_at;
    if (died_at.empty()) break;
  }
}

TEST_F(FileIndexCrashTest, AManifestThatTurnsUpLaterIsUndone) {
  NewStore();
  auto index = FileIndex::Open(faulty_.get(), "n");
  ASSERT_TRUE(index.ok());
  HideTheNextManifest();
  EXPECT_EQ(DoStep(index->get(), 0).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Found(**index).empty());
  EXPECT_EQ(Found(*Open()), Steps{0}) << "a crash now would find it";
}

TEST_F(FileIndexCrashTest, AProcessThatGoesOnUndoesWhatItReportedAsFailed) {
  NewStore();
  auto index = FileIndex::Open(faulty_.get(), "n");
  ASSERT_TRUE(index.ok());
  HideTheNextManifest();
  EXPECT_EQ(DoStep(index->get(), 0).code(), StatusCode::kUnavailable);
  ASSERT_TRUE(DoStep(index->get(), 1).ok());
  EXPECT_EQ(Found(**index), Steps{1});
  EXPECT_EQ(Found(*Open()), Steps{1});
}

TEST_F(FileIndexCrashTest, TheChangeIsDurableBeforeItIsShown) {
  NewStore();
  const auto index = Open();
  const size_t manifests = Objects("n/manifests/");
  IndexChange change;
  change.added = {testing::NewEntry(index.get(), 1, {0, 9}, 1)};
  bool published = false;
  util::SetFaultHook([&](std::string_view name) {
    if (name == fault_points::kBeforeManifest) {
      EXPECT_EQ(Objects("n/manifests/"), manifests);
    }
    if (name == fault_points::kAfterManifest) {
      EXPECT_EQ(Objects("n/manifests/"), manifests + 1);
      EXPECT_FALSE(published);
      EXPECT_TRUE(index->AllFiles().empty());
    }
    if (name == fault_points::kAfterPublish) {
      EXPECT_TRUE(published);
      EXPECT_EQ(index->AllFiles().size(), 1u);
    }
    return Status::Ok();
  });
  EXPECT_TRUE(index->Commit(change, [&] { published = true; }).ok());
}

}  // namespace
}  // namespace influxdb3::persist
