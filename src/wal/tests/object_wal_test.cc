// A log of objects while it runs: what lies where, and who may write.

#include "wal/object_wal.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "object_store/memory_store.h"
#include "util/fault_point.h"
#include "wal/fault_points.h"
#include "wal/store_fault_points.h"
#include "wal/testing/gate.h"
#include "wal/testing/object_wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using object_store::ObjectStore;
using util::Status;
using util::StatusCode;
using util::WalSeq;

constexpr char kFencedText[] = "another process has written to the WAL ahead of this one";

class ObjectWalTest : public ::testing::Test {
 protected:
  ~ObjectWalTest() override { util::SetFaultHook({}); }

  ObjectHeader HeaderOf(uint64_t first_seq) {
    return DecodeObjectHeader(store_->Get(ObjectPath(first_seq)).value()).value();
  }

  const std::unique_ptr<ObjectStore> store_ = object_store::MakeMemoryStore();
};

TEST_F(ObjectWalTest, EachFlushIsAnObject) {
  {
    const OpenedWal opened = OpenObjects(store_.get());
    for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
    EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 2, 3}));
    const uint64_t bytes = opened.wal->stats().bytes_written;
    EXPECT_EQ(bytes, 3 * store_->Get(ObjectPath(2)).value().size());
  }
  const OpenedWal again = OpenObjects(store_.get());
  EXPECT_EQ(again.listener->names(), (Names{"a", "b", "c"}));
  EXPECT_EQ(again.stats.bytes, 3 * store_->Get(ObjectPath(2)).value().size());
  ASSERT_TRUE(Write(again.wal.get(), "d").ok());
  EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 2, 3, 4}));
}

TEST_F(ObjectWalTest, ObjectsTellWhoWroteThemAndWhichWasTheFirst) {
  for (int life = 0; life < 2; ++life) {
    const OpenedWal opened = OpenObjects(store_.get());
    for (const char* name : {"a", "b"}) ASSERT_TRUE(Write(opened.wal.get(), name).ok());
  }
  EXPECT_EQ(HeaderOf(1).flags, kObjectOpensWriter);
  EXPECT_EQ(HeaderOf(2).flags, 0u);
  EXPECT_EQ(HeaderOf(3).flags, kObjectOpensWriter);
  EXPECT_EQ(HeaderOf(4).flags, 0u);
  EXPECT_EQ(HeaderOf(1).writer_id, HeaderOf(2).writer_id);
  EXPECT_EQ(HeaderOf(3).writer_id, HeaderOf(4).writer_id);
  EXPECT_NE(HeaderOf(1).writer_id, HeaderOf(3).writer_id);
}

TEST_F(ObjectWalTest, RecordsThatWaitTogetherAreOneObject) {
  {
    const OpenedWal opened = OpenObjects(store_.get());
    Gate gate;
    util::SetFaultHook([&](std::string_view point) {
      if (point == fault_points::kBeforePut) gate.Pass();
      return Status::Ok();
    });
    std::thread first([&] { EXPECT_TRUE(Write(opened.wal.get(), "first").ok()); });
    gate.WaitForVisitor();
    const auto record = NamedRecord("more");
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(opened.wal->Submit(record, EncodeRecord(*record).value(), [](Status) {}).ok());
    }
    gate.Open();
    first.join();
    ASSERT_TRUE(opened.wal->Shutdown().ok());
    util::SetFaultHook({});
  }
  EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 2}));
  EXPECT_EQ(HeaderOf(2).last_seq, 11u);
  const OpenedWal again = OpenObjects(store_.get());
  EXPECT_EQ(again.stats.records, 11u);
  ASSERT_TRUE(Write(again.wal.get(), "next").ok());
  EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 2, 12}));
}

// The first flush comes at once; what follows within the interval waits, here until the end.
TEST_F(ObjectWalTest, RecordsAreGatheredForTheFlushInterval) {
  {
    const OpenedWal opened = OpenObjects(store_.get(), {.flush_interval_ns = 3'600'000'000'000});
    ASSERT_TRUE(Write(opened.wal.get(), "first").ok());
    const auto record = NamedRecord("more");
    std::atomic<int> acknowledged{0};
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(opened.wal
                      ->Submit(record, EncodeRecord(*record).value(),
                               [&](Status status) { acknowledged += status.ok() ? 1 : 0; })
                      .ok());
    }
    EXPECT_EQ(acknowledged, 0);
    ASSERT_TRUE(opened.wal->Shutdown().ok());
    EXPECT_EQ(acknowledged, 5);
  }
  EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 2}));
}

// At each step of a record's way: what a crash would leave, what queries see.
TEST_F(ObjectWalTest, DurableThenVisibleThenAcknowledged) {
  const OpenedWal opened = OpenObjects(store_.get());
  ASSERT_TRUE(Write(opened.wal.get(), "first").ok());
  std::vector<std::string> passed;
  util::SetFaultHook([&](std::string_view point) {
    passed.emplace_back(point);
    const bool durable = OpenObjects(store_.get()).listener->names().size() == 2;
    const bool visible = opened.listener->names().size() == 2;
    EXPECT_EQ(durable, point != fault_points::kBeforePut) << point;
    EXPECT_EQ(visible, point == fault_points::kBeforeAck) << point;
    return Status::Ok();
  });
  ASSERT_TRUE(Write(opened.wal.get(), "second").ok());
  util::SetFaultHook({});
  EXPECT_EQ(passed, (std::vector<std::string>{fault_points::kBeforePut, fault_points::kAfterPut,
                                              fault_points::kAfterSync, fault_points::kBeforeApply,
                                              fault_points::kBeforeAck}));
}

/// A process with its log, and how often it was told that it lost.
struct Process {
  explicit Process(ObjectStore* store, uint64_t covered_seq = 0)
      : opened(OpenObjects(store,
                           {.covered_seq = covered_seq, .on_fenced = [this](const Status& status) {
                              ++fenced;
                              EXPECT_EQ(status.code(), StatusCode::kUnavailable);
                              EXPECT_EQ(status.message(), kFencedText);
                            }})) {}
  Wal* wal() const { return opened.wal.get(); }
  void ExpectFenced() {
    const Status first = Write(wal(), "lost");
    EXPECT_EQ(first.code(), StatusCode::kUnavailable);
    EXPECT_NE(first.message().find(kFencedText), std::string::npos) << first.message();
    const Status later = Write(wal(), "lost too");
    EXPECT_EQ(later.code(), StatusCode::kUnavailable);
    EXPECT_EQ(later.message(), kFencedText);
    EXPECT_EQ(wal()->Truncate(WalSeq(1)).code(), StatusCode::kUnavailable);
    EXPECT_EQ(wal()->Shutdown().message(), kFencedText);
    EXPECT_EQ(fenced, 1);
  }

  std::atomic<int> fenced{0};
  OpenedWal opened;
};

Names NamesIn(ObjectStore* store, uint64_t covered_seq = 0) {
  const OpenedWal opened = OpenObjects(store, {.covered_seq = covered_seq});
  EXPECT_TRUE(opened.status.ok()) << opened.status.ToString();
  return opened.listener->names();
}

TEST_F(ObjectWalTest, OfTwoProcessesTheOneThatWritesSecondLoses) {
  Process a(store_.get());
  ASSERT_TRUE(Write(a.wal(), "a1").ok());
  Process b(store_.get());
  EXPECT_EQ(b.opened.listener->names(), Names{"a1"});
  ASSERT_TRUE(Write(b.wal(), "b1").ok());
  a.ExpectFenced();
  ASSERT_TRUE(Write(b.wal(), "b2").ok());
  EXPECT_EQ(b.fenced, 0);
  EXPECT_EQ(NamesIn(store_.get()), (Names{"a1", "b1", "b2"}));
}

TEST_F(ObjectWalTest, AProcessThatHasNotWrittenLosesToo) {
  Process a(store_.get());
  Process b(store_.get());
  ASSERT_TRUE(Write(a.wal(), "a1").ok());
  b.ExpectFenced();
  EXPECT_EQ(NamesIn(store_.get()), Names{"a1"});
}

// Both write for the first time at once: one of them wins, and all that it acknowledged is there.
TEST_F(ObjectWalTest, ARaceHasOneWinner) {
  for (int round = 0; round < 50; ++round) {
    const std::unique_ptr<ObjectStore> store = object_store::MakeMemoryStore();
    Process processes[2] = {Process(store.get()), Process(store.get())};
    Names acknowledged[2];
    std::vector<std::thread> threads;
    for (int i : {0, 1}) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 5; ++n) {
          const std::string name = std::to_string(i) + "/" + std::to_string(n);
          if (Write(processes[i].wal(), name).ok()) acknowledged[i].push_back(name);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(processes[0].fenced + processes[1].fenced, 1);
    const int winner = processes[0].fenced ? 1 : 0;
    EXPECT_EQ(acknowledged[winner].size(), 5u);
    EXPECT_EQ(acknowledged[1 - winner].size(), 0u);
    EXPECT_EQ(NamesIn(store.get()), acknowledged[winner]);
  }
}

// A process was stopped for so long that the name it tries next is covered and could be free again.
TEST_F(ObjectWalTest, TruncationDoesNotLetAnOldProcessIn) {
  Process a(store_.get());
  ASSERT_TRUE(Write(a.wal(), "a1").ok());
  uint64_t covered = 0;
  for (int life = 0; life < 3; ++life) {
    Process b(store_.get(), covered);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(Write(b.wal(), "b").ok());
    covered = b.opened.listener->last_seq() - 2;
    ASSERT_TRUE(b.wal()->Truncate(WalSeq(covered)).ok());
    ASSERT_TRUE(Write(b.wal(), "b").ok());
  }
  EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 2, 8, 14, 17, 18, 19}));
  a.ExpectFenced();
  EXPECT_EQ(NamesIn(store_.get(), covered), Names({"b", "b", "b"}));
}

// A process read another's log up to the middle and slept while that middle was covered.
TEST_F(ObjectWalTest, TruncationDoesNotLetALateReaderIn) {
  Process b(store_.get());
  for (const char* name : {"b1", "b2", "b3"}) ASSERT_TRUE(Write(b.wal(), name).ok());
  Process c(store_.get());
  for (const char* name : {"b4", "b5", "b6"}) ASSERT_TRUE(Write(b.wal(), name).ok());
  ASSERT_TRUE(b.wal()->Truncate(WalSeq(5)).ok());
  ASSERT_EQ(LogPaths(store_.get()), ObjectPaths({1, 6}));
  c.ExpectFenced();
  EXPECT_EQ(LogPaths(store_.get()), ObjectPaths({1, 4, 6})) << "what it wrote is covered";
  ASSERT_TRUE(Write(b.wal(), "b7").ok());
  EXPECT_EQ(NamesIn(store_.get(), 5), Names({"b6", "b7"}));
}

TEST_F(ObjectWalTest, OtherObjectsBesideTheLogDoNotDisturb) {
  for (const char* path : {"node/wal/readme", "node/wal/00000000001.wal", "node/wall/x",
                           "node/wal/x/00000000000000000009.wal.tmp"}) {
    ASSERT_TRUE(store_->Put(path, "x", object_store::PutMode::kCreate).ok());
  }
  Process a(store_.get());
  ASSERT_TRUE(Write(a.wal(), "a1").ok());
  EXPECT_EQ(NamesIn(store_.get()), Names{"a1"});
}

}  // namespace
}  // namespace influxdb3::wal::testing
