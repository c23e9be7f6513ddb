// What is covered goes, except what keeps other processes out, whatever fails in between.

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "util/fault_point.h"
#include "wal/object_sink.h"
#include "wal/store_fault_points.h"
#include "wal/testing/object_wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using object_store::Operation;
using object_store::PutMode;
using object_store::testing::FaultAction;
using object_store::testing::FaultRule;
using object_store::testing::FaultyObjectStore;
using util::Status;
using util::StatusCode;
using util::WalSeq;

class ObjectWalTruncateTest : public ::testing::Test {
 protected:
  ~ObjectWalTruncateTest() override { util::SetFaultHook({}); }

  void FailDeletes(const std::string& glob, FaultAction action) {
    FaultRule rule;
    rule.operation = Operation::kDelete;
    rule.path_glob = glob;
    rule.match_count = UINT64_MAX;
    rule.action = action;
    store_.AddRule(rule);
  }
  std::vector<std::string> Paths() { return LogPaths(&store_); }

  FaultyObjectStore store_{object_store::MakeMemoryStore()};
};

void WriteRecords(Wal* wal, int first, int last) {
  for (int i = first; i <= last; ++i) ASSERT_TRUE(Write(wal, std::to_string(i)).ok());
}

TEST_F(ObjectWalTruncateTest, KeepsTheFirstAndTheNewest) {
  const OpenedWal opened = OpenObjects(&store_);
  WriteRecords(opened.wal.get(), 1, 6);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(0)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 4, 5, 6}));
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(2)).ok()) << "going back does nothing";
  EXPECT_EQ(Paths(), ObjectPaths({1, 4, 5, 6}));
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(6)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 6}));
  WriteRecords(opened.wal.get(), 7, 7);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(7)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 7}));
}

TEST_F(ObjectWalTruncateTest, AnObjectThatIsPartlyCoveredStays) {
  ASSERT_TRUE(
      store_.Put(ObjectPath(1), MakeObject(1, {"a", "b", "c"}, NewWriterId()), PutMode::kCreate)
          .ok());
  const OpenedWal opened = OpenObjects(&store_);
  WriteRecords(opened.wal.get(), 4, 4);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(2)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 4}));
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(3)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({4}));
}

TEST_F(ObjectWalTruncateTest, ObjectsThatAStartDidNotReadAreKnownByTheirHeaders) {
  {
    const OpenedWal opened = OpenObjects(&store_);
    WriteRecords(opened.wal.get(), 1, 4);
  }
  const OpenedWal opened = OpenObjects(&store_, {.covered_seq = 3});
  EXPECT_EQ(Paths(), ObjectPaths({1, 2, 3, 4})) << "a process that has not written deletes nothing";
  WriteRecords(opened.wal.get(), 5, 6);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(5)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 5, 6}));
}

TEST_F(ObjectWalTruncateTest, FirstObjectsOfTheNewestProcessesAreKept) {
  constexpr uint64_t kLives = ObjectSink::kFirstObjectsKept + 3;
  for (uint64_t life = 1; life <= kLives; ++life) {
    const OpenedWal opened = OpenObjects(&store_);
    WriteRecords(opened.wal.get(), 1, 2);
  }
  std::vector<std::string> expected;
  for (uint64_t life = 4; life <= kLives; ++life) expected.push_back(ObjectPath(2 * life - 1));
  expected.push_back(ObjectPath(2 * kLives));
  const OpenedWal opened = OpenObjects(&store_, {.covered_seq = 2 * kLives});
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(2 * kLives)).ok());
  EXPECT_EQ(Paths(), expected);
  // This process's own first object takes the place of the oldest one.
  WriteRecords(opened.wal.get(), 1, 2);
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(2 * kLives + 2)).ok());
  expected.erase(expected.begin());
  expected.pop_back();
  expected.push_back(ObjectPath(2 * kLives + 1));
  expected.push_back(ObjectPath(2 * kLives + 2));
  EXPECT_EQ(Paths(), expected);
}

TEST_F(ObjectWalTruncateTest, WhatCannotBeDeletedIsTriedAgain) {
  const OpenedWal opened = OpenObjects(&store_);
  WriteRecords(opened.wal.get(), 1, 6);
  FailDeletes("*3.wal", FaultAction::kFailBefore);
  EXPECT_EQ(opened.wal->Truncate(WalSeq(5)).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Paths(), ObjectPaths({1, 3, 6}));
  EXPECT_EQ(opened.wal->Truncate(WalSeq(5)).code(), StatusCode::kUnavailable);
  WriteRecords(opened.wal.get(), 7, 7);
  store_.ClearRules();
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(5)).ok());
  EXPECT_EQ(Paths(), ObjectPaths({1, 6, 7}));
}

TEST_F(ObjectWalTruncateTest, DeletesAFewAtATimeAndDoesNotStopWriters) {
  const OpenedWal opened = OpenObjects(&store_);
  WriteRecords(opened.wal.get(), 1, 30);
  FailDeletes("*", FaultAction::kHang);
  std::thread truncating([&] { EXPECT_TRUE(opened.wal->Truncate(WalSeq(29)).ok()); });
  store_.WaitForHanging(8);
  WriteRecords(opened.wal.get(), 31, 32);
  store_.Release();
  truncating.join();
  EXPECT_EQ(store_.most_at_once(), 8u);
  EXPECT_EQ(Paths(), ObjectPaths({1, 30, 31, 32}));
}

TEST_F(ObjectWalTruncateTest, TheFaultPointIsPassedOncePerObject) {
  const OpenedWal opened = OpenObjects(&store_);
  WriteRecords(opened.wal.get(), 1, 6);
  std::atomic<int> passed{0};
  util::SetFaultHook([&](std::string_view point) {
    passed += point == fault_points::kRunRemoved ? 1 : 0;
    return Status::Ok();
  });
  EXPECT_TRUE(opened.wal->Truncate(WalSeq(5)).ok());
  EXPECT_EQ(passed, 4);
}

// A crash may leave any of the covered objects.
TEST_F(ObjectWalTruncateTest, AnyCoveredObjectsMayBeLeft) {
  Names all;
  {
    const OpenedWal opened = OpenObjects(&store_);
    WriteRecords(opened.wal.get(), 1, 6);
  }
  for (unsigned gone = 0; gone < 16; ++gone) {
    SCOPED_TRACE(gone);
    const std::unique_ptr<object_store::ObjectStore> store = object_store::MakeMemoryStore();
    for (uint64_t seq = 1; seq <= 6; ++seq) {
      if (seq <= 4 && ((gone >> (seq - 1)) & 1) != 0) continue;
      const std::string bytes = store_.Get(ObjectPath(seq)).value();
      ASSERT_TRUE(store->Put(ObjectPath(seq), bytes, PutMode::kCreate).ok());
    }
    const OpenedWal again = OpenObjects(store.get(), {.covered_seq = 4});
    ASSERT_TRUE(again.status.ok()) << again.status.ToString();
    EXPECT_EQ(again.listener->names(), (Names{"5", "6"}));
    WriteRecords(again.wal.get(), 7, 7);
    EXPECT_TRUE(again.wal->Truncate(WalSeq(4)).ok());
    EXPECT_EQ(LogPaths(store.get()),
              (gone & 1) != 0 ? ObjectPaths({5, 6, 7}) : ObjectPaths({1, 5, 6, 7}));
  }
}

// Each call fails in turn, also those of truncation; then the process ends and the next one starts.
void SweepTruncation(FaultAction action) {
  for (uint64_t call = 1;; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    FaultyObjectStore store(object_store::MakeMemoryStore());
    std::set<std::string> refused;
    Names kept;
    {
      const OpenedWal opened = OpenObjects(&store);
      WriteRecords(opened.wal.get(), 1, 4);
      store.FailCall(call, action);
      (void)opened.wal->Truncate(WalSeq(3));
      for (int i = 5; i <= 7; ++i) {
        const std::string name = std::to_string(i);
        if (Write(opened.wal.get(), name).ok()) {
          kept.push_back(name);
        } else {
          refused.insert(name);
        }
      }
      (void)opened.wal->Truncate(WalSeq(4));
    }
    const bool fired = store.faults() > 0;
    const std::string log = store.Log();
    store.ClearRules();
    const OpenedWal again = OpenObjects(&store, {.covered_seq = 4});
    ASSERT_TRUE(again.status.ok()) << again.status.ToString() << log;
    Names names = again.listener->names();
    std::erase_if(names, [&](const std::string& name) { return refused.contains(name); });
    EXPECT_EQ(names, kept) << log;
    EXPECT_TRUE(Write(again.wal.get(), "last").ok());
    const uint64_t last_seq = again.listener->last_seq();
    EXPECT_TRUE(again.wal->Truncate(WalSeq(last_seq)).ok());
    EXPECT_EQ(LogPaths(&store).size(), 2u) << "nothing is forgotten" << log;
    if (!fired) return;
  }
}

TEST_F(ObjectWalTruncateTest, SweepOfFailingCalls) {
  SweepTruncation(FaultAction::kFailBefore);
  SweepTruncation(FaultAction::kFailAfter);
  SweepTruncation(FaultAction::kShortBody);
  SweepTruncation(FaultAction::kPreconditionConflict);
}

}  // namespace
}  // namespace influxdb3::wal::testing
