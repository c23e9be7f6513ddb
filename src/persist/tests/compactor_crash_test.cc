// Compaction while the store fails, the process dies or is stopped, and beside other changes.

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "persist/fault_points.h"
#include "persist/pacer.h"
#include "persist/testing/compaction_fixture.h"
#include "util/fault_point.h"

namespace influxdb3::persist {
namespace {

using object_store::testing::FaultAction;
using object_store::testing::FaultyObjectStore;
using testing::TextRow;
using util::DbId;
using util::Status;
using util::StatusCode;
using util::TableId;

using Rows = std::vector<TextRow>;

/// An event that one thread waits for.
class Event {
 public:
  void Set() {
    std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

class CompactorCrashTest : public testing::CompactionFixture {
 protected:
  ~CompactorCrashTest() override { util::SetFaultHook({}); }

  void NewStore() {
    index_ = nullptr;
    store_ = object_store::MakeMemoryStore();
    faulty_ = std::make_unique<FaultyObjectStore>(
        std::shared_ptr<object_store::ObjectStore>(store_.get(), [](auto*) {}));
    Reopen();
  }

  /// Two tables with files that overlap, one with a deletion, expired files, a deleted table.
  void AddHistory() {
    for (uint64_t order = 1; order <= 5; ++order) {
      const std::string number = std::to_string(order);
      AddFile({Row("a", 100, number, "x" + number), Row("b", 100 + static_cast<int64_t>(order))},
              order, 1);
      AddFile({Row("a", 100 + static_cast<int64_t>(order), number)}, order, 2);
    }
    AddFile({Row("a", 1, "1")}, 6, 2);
    AddFile({Row("a", 1, "1")}, 6, 3);
    const std::vector<std::pair<util::ColumnId, std::string>> tags = {{util::ColumnId(0), "a"}};
    index_->AddTombstone(
        std::make_shared<const Tombstone>(Tombstone{TableId(2), 3, {101, 102}, tags}));
    Cover(6);
  }

  CompactorOptions Options() const {
    CompactorOptions options;
    options.limits.inputs_max = 2;
    options.orphan_grace_ns = 0;
    options.table = [](DbId, TableId table) {
      return CompactedTable{table != TableId(3), Schema(table.value), int64_t{50}};
    };
    return options;
  }

  void ExpectHistory(const std::string& when) {
    Rows first = {Row("a", 100, "5", "x5")};
    for (int64_t i = 1; i <= 5; ++i) first.push_back(Row("b", 100 + i));
    EXPECT_EQ(Contents(1), first) << when;
    Rows second;
    for (int64_t i = 3; i <= 5; ++i) second.push_back(Row("a", 100 + i, std::to_string(i)));
    if (!Contents(2).empty() && Contents(2).front().time_ns == 1) {
      second.insert(second.begin(), Row("a", 1, "1"));  // expired, still there
    }
    EXPECT_EQ(Contents(2), second) << when;
  }

  void ExpectFinished(const std::string& when) {
    ExpectHistory(when);
    EXPECT_EQ(Files(1)->files.size(), 1u) << when;
    EXPECT_LE(Files(2)->files.size(), 3u) << when;
    EXPECT_TRUE(Files(3)->files.empty()) << when;
    EXPECT_EQ(index_->stats().tombstones, 0u) << when;
    EXPECT_EQ(Objects("n/dbs/"), index_->stats().files) << when;
  }
};

TEST_F(CompactorCrashTest, TheStoreFailsAtAnyCall) {
  for (const FaultAction action : {FaultAction::kFailBefore, FaultAction::kFailAfter}) {
    for (uint64_t call = 1;; ++call) {
      NewStore();
      AddHistory();
      faulty_->FailCall(call, action);
      const std::string when = fmt::format("call {} fails", call);
      const auto compactor = MakeCompactor(Options());
      (void)compactor->RunOnce();
      faulty_->ClearRules();
      ExpectHistory(when);
      const Status again = compactor->RunOnce();
      EXPECT_TRUE(again.ok()) << again.ToString() << faulty_->Log();
      Reopen();
      Compact(Options());
      ExpectFinished(when);
      ASSERT_FALSE(HasFailure()) << when << faulty_->Log();
      if (faulty_->faults() == 0) break;
    }
  }
}

TEST_F(CompactorCrashTest, TheProcessDiesAtAnyFaultPoint) {
  for (uint64_t pass = 1;; ++pass) {
    NewStore();
    AddHistory();
    uint64_t passed = 0;
    std::string died_at;
    // From there on nothing works any more: what the dead process would have cleaned up stays.
    util::SetFaultHook([&](std::string_view name) {
      if (++passed < pass) return Status::Ok();
      if (died_at.empty()) {
        died_at = name;
        object_store::testing::FaultRule all;
        all.match_count = UINT64_MAX;
        faulty_->AddRule(all);
      }
      return Status::Io("the process is dead");
    });
    (void)MakeCompactor(Options())->RunOnce();
    util::SetFaultHook({});
    faulty_->ClearRules();
    const std::string when = fmt::format("dead at {}", died_at);
    Reopen();
    ExpectHistory(when);
    Compact(Options());
    ExpectFinished(when);
    ASSERT_FALSE(HasFailure()) << when;
    if (died_at.empty()) break;
  }
}

TEST_F(CompactorCrashTest, ADamagedFileHoldsUpItsOwnMergeOnly) {
  AddFile({Row("a", 1, "1")}, 1, 1);
  AddFile({Row("a", 1, "2")}, 2, 1);
  AddFile({Row("a", 1000, "1")}, 3, 1);
  AddFile({Row("a", 1000, "2")}, 4, 1);
  AddFile({Row("a", 1, "1")}, 1, 2);
  AddFile({Row("a", 1, "2")}, 2, 2);
  const std::string path = Files(1)->files[0]->path;
  std::string bytes = store_->Get(path).value();
  bytes[20] ^= 1;
  ASSERT_TRUE(store_->Put(path, bytes, object_store::PutMode::kOverwrite).ok());
  const auto compactor = MakeCompactor();
  const Status status = compactor->RunOnce();
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_NE(status.message().find(path), std::string::npos) << status.message();
  EXPECT_EQ(Files(1)->files.size(), 3u);
  EXPECT_EQ(Files(2)->files.size(), 1u);
  EXPECT_EQ(compactor->stats().failures, 1u);
}

TEST_F(CompactorCrashTest, AnotherProcessEndsIt) {
  AddFile({Row("a", 1, "1")}, 1);
  AddFile({Row("a", 1, "2")}, 2);
  const auto compactor = MakeCompactor();
  const auto other = Open();
  EXPECT_EQ(compactor->RunOnce().code(), StatusCode::kConflict);
  EXPECT_EQ(Files()->files.size(), 2u);
  compactor->Start();  // its thread ends by itself
  compactor->Stop();
}

TEST_F(CompactorCrashTest, StopEndsARunInTheMiddle) {
  AddHistory();
  const size_t objects = Objects("n/dbs/");
  CompactorOptions options = Options();
  options.table = [](DbId, TableId table) {
    return CompactedTable{true, Schema(table.value), std::nullopt};
  };
  const auto compactor = MakeCompactor(options);
  Event writing;
  Event stopped;
  util::SetFaultHook([&](std::string_view name) {
    if (name == fault_points::kFileStarted) {
      writing.Set();
      stopped.Wait();
    }
    return Status::Ok();
  });
  Status status;
  std::thread runner([&] { status = compactor->RunOnce(); });
  writing.Wait();
  compactor->Stop();
  stopped.Set();
  runner.join();
  util::SetFaultHook({});
  EXPECT_EQ(status.code(), StatusCode::kCancelled) << status.ToString();
  EXPECT_EQ(compactor->RunOnce().code(), StatusCode::kCancelled);
  EXPECT_EQ(compactor->stats().failures, 0u);
  EXPECT_EQ(Objects("n/dbs/"), objects) << "nothing of the run is left";
  ExpectHistory("stopped");
}

TEST_F(CompactorCrashTest, TheBackgroundCompactsAtTheStartAndWhenWoken) {
  AddFile({Row("a", 1, "1")}, 1);
  AddFile({Row("a", 1, "2")}, 2);
  Event first;
  Event second;
  CompactorOptions options;
  options.interval_ns = int64_t{3600} * 1'000'000'000;
  const auto compactor = MakeCompactor(options);
  util::SetFaultHook([&](std::string_view name) {
    if (name == fault_points::kAfterPublish) first.Set();
    return Status::Ok();
  });
  compactor->Start();
  first.Wait();
  util::SetFaultHook({});
  EXPECT_EQ(Files()->files.size(), 1u);
  AddFile({Row("a", 1, "3")}, 3);
  util::SetFaultHook([&](std::string_view name) {
    if (name == fault_points::kAfterPublish) second.Set();
    return Status::Ok();
  });
  compactor->Wake();
  second.Wait();
  compactor->Stop();
  EXPECT_EQ(Contents(), (Rows{Row("a", 1, "3")}));
  EXPECT_EQ(Files()->files.size(), 1u);
}

TEST_F(CompactorCrashTest, ReadersSeeTheSameRowsAllTheTime) {
  for (uint64_t order = 1; order <= 60; ++order) {
    AddFile({Row("a", static_cast<int64_t>(order % 7), std::to_string(order))}, order);
  }
  const Rows before = Contents();
  const auto compactor = MakeCompactor();
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) EXPECT_EQ(Contents(), before);
  });
  EXPECT_TRUE(compactor->RunOnce().ok());
  stop = true;
  reader.join();
  EXPECT_EQ(Files()->files.size(), 1u);
}

TEST(Pacer, GivesBytesTheirTime) {
  util::FakeClock clock(0);
  Pacer pacer(1000, &clock);
  EXPECT_EQ(pacer.Reserve(500), 0);
  EXPECT_EQ(pacer.Reserve(250), 500'000'000);
  clock.Advance(500'000'000);
  EXPECT_EQ(pacer.Reserve(0), 250'000'000);
  clock.Advance(2'000'000'000);
  EXPECT_EQ(pacer.Reserve(1000), 0) << "time that was not used is gone";
  EXPECT_EQ(pacer.Reserve(1), 1'000'000'000);
}

TEST(Pacer, UnlimitedAndCancelled) {
  util::FakeClock clock(0);
  Pacer pacer(0, &clock);
  EXPECT_TRUE(pacer.Spend(uint64_t{1} << 60).ok());
  EXPECT_TRUE(pacer.Spend(uint64_t{1} << 60).ok());
  pacer.Cancel();
  EXPECT_EQ(pacer.Spend(0).code(), StatusCode::kCancelled);
}

TEST(Pacer, CancelEndsTheWait) {
  util::FakeClock clock(0);
  Pacer pacer(1, &clock);
  ASSERT_TRUE(pacer.Spend(1'000'000).ok());
  Status status;
  std::thread waiter([&] { status = pacer.Spend(1); });
  pacer.Cancel();
  waiter.join();
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace influxdb3::persist
