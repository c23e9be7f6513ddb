// A store that fails, answers late or answers wrongly: everything acknowledged is there once and in
// order, and the log goes on.

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "util/fault_point.h"
#include "wal/fault_points.h"
#include "wal/store_fault_points.h"
#include "wal/testing/object_wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using object_store::ObjectStore;
using object_store::Operation;
using object_store::PutMode;
using object_store::testing::FaultAction;
using object_store::testing::FaultRule;
using object_store::testing::FaultyObjectStore;
using util::Status;
using util::StatusCode;

constexpr int64_t kLong = int64_t{1} << 60;

const Status kErrors[] = {Status::Unavailable("injected"),
                          Status(StatusCode::kDeadlineExceeded, "injected"), Status::Io("injected"),
                          Status::Corruption("injected"),
                          Status(StatusCode::kPermissionDenied, "injected")};
constexpr FaultAction kActions[] = {FaultAction::kFailBefore, FaultAction::kFailAfter,
                                    FaultAction::kShortBody, FaultAction::kPreconditionConflict};

/// What a process that dies now leaves.
std::unique_ptr<ObjectStore> CopyOf(ObjectStore* store) {
  std::unique_ptr<ObjectStore> copy = object_store::MakeMemoryStore();
  for (const std::string& path : LogPaths(store)) {
    EXPECT_TRUE(copy->Put(path, store->Get(path).value(), PutMode::kCreate).ok());
  }
  return copy;
}

Names Without(Names names, const std::set<std::string>& left_out) {
  std::erase_if(names, [&](const std::string& name) { return left_out.contains(name); });
  return names;
}

struct Fault {
  FaultAction action;
  Status error;
  uint64_t count = 1;
  int64_t outage_wait_ns = 0;
};

/// Eight writes of which the calls from `call` on meet the fault; whether it happened.
bool WritesMeet(const Fault& fault, uint64_t call) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  Names acknowledged;
  std::set<std::string> refused;
  {
    const OpenedWal opened = OpenObjects(&store, {.outage_wait_ns = fault.outage_wait_ns});
    FaultRule rule;
    rule.first_match = call;
    rule.match_count = fault.count;
    rule.action = fault.action;
    rule.error = fault.error;
    store.AddRule(rule);
    for (int i = 0; i < 8; ++i) {
      const std::string name = "n" + std::to_string(i);
      const Status written = Write(opened.wal.get(), name);
      if (written.ok()) {
        acknowledged.push_back(name);
      } else {
        EXPECT_EQ(written.code(), StatusCode::kUnavailable) << written.message();
        refused.insert(name);
      }
    }
    EXPECT_LE(refused.size(), fault.count) << store.Log();
    EXPECT_EQ(Without(opened.listener->names(), refused), acknowledged) << store.Log();
  }
  const std::string log = store.Log();
  const bool happened = store.faults() > 0;
  store.ClearRules();
  OpenedWal again = OpenObjects(&store);
  if (fault.action == FaultAction::kShortBody && !again.status.ok()) {
    // The process ended before it could complete a part that the store had kept, which no later
    // start can tell from a loss. Without the part all is as it must be.
    EXPECT_EQ(again.status.code(), StatusCode::kCorruption);
    EXPECT_TRUE(store.Delete(LogPaths(&store).back()).ok());
    again = OpenObjects(&store);
  }
  EXPECT_TRUE(again.status.ok()) << again.status.ToString() << log;
  EXPECT_EQ(Without(again.listener->names(), refused), acknowledged) << log;
  EXPECT_TRUE(Write(again.wal.get(), "last").ok()) << log;
  return happened;
}

TEST(ObjectWalFault, SweepOfFailingCalls) {
  for (const FaultAction action : kActions) {
    for (const Status& error : kErrors) {
      for (uint64_t count : {1u, 2u, 3u, 4u}) {
        SCOPED_TRACE(std::to_string(static_cast<int>(action)) + " " + error.ToString() + " x" +
                     std::to_string(count));
        for (uint64_t call = 1; WritesMeet({action, error, count}, call); ++call) {
          ASSERT_LT(call, 100u);
        }
      }
    }
  }
}

// With time to wait, what may pass costs no writer anything.
TEST(ObjectWalFault, AnOutageThatPassesIsNotSeen) {
  for (const FaultAction action : {FaultAction::kFailBefore, FaultAction::kFailAfter}) {
    for (const Status& error : {kErrors[0], kErrors[1]}) {
      FaultyObjectStore store(object_store::MakeMemoryStore());
      const OpenedWal opened = OpenObjects(&store, {.outage_wait_ns = kLong});
      FaultRule rule;
      rule.match_count = 50;
      rule.action = action;
      rule.error = error;
      store.AddRule(rule);
      EXPECT_TRUE(Write(opened.wal.get(), "a").ok());
      EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
      EXPECT_EQ(store.faults(), 50u);
      EXPECT_EQ(opened.wal->stats().flush_failures, 0u);
      EXPECT_EQ(LogPaths(&store), ObjectPaths({1, 2}));
    }
  }
}

TEST(ObjectWalFault, ARefusalThatWillNotPassIsNotRepeated) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  const OpenedWal opened = OpenObjects(&store, {.outage_wait_ns = kLong});
  FaultRule rule;
  rule.error = Status(StatusCode::kPermissionDenied, "the key may not write");
  store.AddRule(rule);
  const Status refused = Write(opened.wal.get(), "a");
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  EXPECT_EQ(refused.message(), "error from wal: error writing wal file: the key may not write");
  EXPECT_EQ(store.calls(Operation::kPut), 1u);
}

// The store took the group and did not say so. While that is open, nothing else is written.
TEST(ObjectWalFault, AGroupInDoubtStaysInItsPlace) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  const OpenedWal opened = OpenObjects(&store);
  ASSERT_TRUE(Write(opened.wal.get(), "a").ok());
  FaultRule rule;
  rule.operation = Operation::kPut;
  rule.match_count = 3;
  rule.action = FaultAction::kFailAfter;
  rule.error = Status(StatusCode::kDeadlineExceeded, "late");
  store.AddRule(rule);
  FaultRule unreadable;
  unreadable.operation = Operation::kGet;
  unreadable.match_count = 2;
  store.AddRule(unreadable);
  for (const char* name : {"doubt", "no", "no again"}) {
    EXPECT_EQ(Write(opened.wal.get(), name).code(), StatusCode::kUnavailable);
    EXPECT_EQ(opened.listener->names(), Names{"a"}) << "refused is not visible";
  }
  EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
  // The operations of the writes that were not tried are carried.
  EXPECT_EQ(opened.listener->names(), (Names{"a", "doubt", "no", "no again", "b"}));
  EXPECT_EQ(LogPaths(&store), ObjectPaths({1, 2, 3}));
  EXPECT_EQ(OpenObjects(&store).listener->names(), opened.listener->names());
}

TEST(ObjectWalFault, AGroupInDoubtIsSettledAtShutdown) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  {
    const OpenedWal opened = OpenObjects(&store);
    store.FailCall(1, FaultAction::kFailAfter);
    EXPECT_FALSE(Write(opened.wal.get(), "doubt").ok());
    EXPECT_TRUE(opened.wal->Shutdown().ok());
    EXPECT_EQ(opened.listener->names(), Names{"doubt"});
  }
  EXPECT_EQ(OpenObjects(&store).listener->names(), Names{"doubt"});
}

TEST(ObjectWalFault, AnotherProcessMayHaveTakenThePlaceOfAGroupInDoubt) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  Status fenced;
  const OpenedWal a =
      OpenObjects(&store, {.on_fenced = [&](const Status& status) { fenced = status; }});
  store.FailCall(1, FaultAction::kFailBefore);
  EXPECT_FALSE(Write(a.wal.get(), "a").ok());
  EXPECT_TRUE(fenced.ok());
  {
    const OpenedWal b = OpenObjects(&store);
    ASSERT_TRUE(Write(b.wal.get(), "b").ok());
  }
  EXPECT_FALSE(Write(a.wal.get(), "again").ok());
  EXPECT_EQ(fenced.code(), StatusCode::kUnavailable);
  EXPECT_EQ(OpenObjects(&store).listener->names(), Names{"b"});
}

// A part of an object of ours is completed; one that is too short to tell whose it is, is not
// touched.
TEST(ObjectWalFault, APartOfAnObject) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  const OpenedWal opened = OpenObjects(&store);
  store.FailCall(1, FaultAction::kShortBody);
  EXPECT_FALSE(Write(opened.wal.get(), "a").ok());
  const size_t part_bytes = store.Get(ObjectPath(1)).value().size();
  EXPECT_EQ(OpenObjects(CopyOf(&store).get()).status.code(), StatusCode::kCorruption);
  EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
  EXPECT_EQ(store.Get(ObjectPath(1)).value().size(), 2 * part_bytes);

  ASSERT_TRUE(store.Put(ObjectPath(3), "IDB3", PutMode::kCreate).ok());
  const Status refused = Write(opened.wal.get(), "c");
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  EXPECT_NE(refused.message().find("does not tell who wrote it"), std::string::npos)
      << refused.message();
  EXPECT_EQ(store.Get(ObjectPath(3)).value(), "IDB3");
  ASSERT_TRUE(store.Delete(ObjectPath(3)).ok());
  EXPECT_TRUE(Write(opened.wal.get(), "d").ok());
}

TEST(ObjectWalFault, AListingWithoutTheFirstObjectIsNotBelieved) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  const OpenedWal opened = OpenObjects(&store);
  FaultRule rule;
  rule.action = FaultAction::kMissingFromList;
  store.AddRule(rule);
  EXPECT_FALSE(Write(opened.wal.get(), "a").ok());
  EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
  EXPECT_EQ(opened.listener->names(), (Names{"a", "b"}));
}

// While the store hangs the queue fills up, and then refuses; nothing is lost.
TEST(ObjectWalFault, AStoreThatHangs) {
  const auto record = NamedRecord("0123456789");
  const std::string payload = EncodeRecord(*record).value();
  FaultyObjectStore store(object_store::MakeMemoryStore());
  const OpenedWal opened = OpenObjects(&store, {.queue_bytes_max = 3 * payload.size()});
  FaultRule rule;
  rule.action = FaultAction::kHang;
  store.AddRule(rule);
  ASSERT_TRUE(opened.wal->Submit(record, payload, [](Status) {}).ok());
  store.WaitForHanging();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(opened.wal->Submit(record, payload, [](Status) {}).ok());
  }
  EXPECT_EQ(opened.wal->Submit(record, payload, [](Status) {}).code(), StatusCode::kUnavailable);
  store.Release();
  ASSERT_TRUE(opened.wal->Shutdown().ok());
  EXPECT_EQ(opened.listener->names().size(), 3u);
}

TEST(ObjectWalFault, ShutdownDoesNotWaitForAStoreThatIsAway) {
  FaultyObjectStore store(object_store::MakeMemoryStore());
  const OpenedWal opened = OpenObjects(&store, {.outage_wait_ns = kLong});
  FaultRule rule;
  rule.match_count = UINT64_MAX;
  store.AddRule(rule);
  std::thread writer(
      [&] { EXPECT_EQ(Write(opened.wal.get(), "a").code(), StatusCode::kUnavailable); });
  while (store.faults() == 0) std::this_thread::yield();
  EXPECT_FALSE(opened.wal->Shutdown().ok());
  writer.join();
}

// The process dies at each fault point of a write in turn: what was acknowledged is there, and the
// next process goes on.
TEST(ObjectWalFault, ACrashAtEachFaultPoint) {
  for (const char* point :
       {fault_points::kBeforePut, fault_points::kAfterPut, fault_points::kAfterSync,
        fault_points::kBeforeApply, fault_points::kBeforeAck}) {
    SCOPED_TRACE(point);
    const std::unique_ptr<ObjectStore> store = object_store::MakeMemoryStore();
    const OpenedWal opened = OpenObjects(store.get());
    Names acknowledged;
    std::vector<std::unique_ptr<ObjectStore>> left;
    std::vector<size_t> acknowledged_then;
    util::SetFaultHook([&](std::string_view passed) {
      if (passed == point) {
        left.push_back(CopyOf(store.get()));
        acknowledged_then.push_back(acknowledged.size());
      }
      return Status::Ok();
    });
    for (const char* name : {"a", "b", "c"}) {
      ASSERT_TRUE(Write(opened.wal.get(), name).ok());
      acknowledged.push_back(name);
    }
    util::SetFaultHook({});
    ASSERT_EQ(left.size(), 3u);
    for (size_t i = 0; i < left.size(); ++i) {
      const OpenedWal next = OpenObjects(left[i].get());
      ASSERT_TRUE(next.status.ok()) << next.status.ToString();
      const Names names = next.listener->names();
      EXPECT_GE(names.size(), acknowledged_then[i]);
      EXPECT_LE(names.size(), acknowledged_then[i] + 1);
      EXPECT_TRUE(std::equal(names.begin(), names.end(), acknowledged.begin()));
      EXPECT_TRUE(Write(next.wal.get(), "next").ok());
    }
  }
}

// An error at the points before and after the store was asked.
TEST(ObjectWalFault, FaultPointsMayFail) {
  for (const char* point : {fault_points::kBeforePut, fault_points::kAfterPut}) {
    SCOPED_TRACE(point);
    const std::unique_ptr<ObjectStore> store = object_store::MakeMemoryStore();
    const OpenedWal opened = OpenObjects(store.get());
    bool failed = false;
    util::SetFaultHook([&](std::string_view passed) {
      if (passed != point || std::exchange(failed, true)) return Status::Ok();
      return Status::Io("injected");
    });
    EXPECT_FALSE(Write(opened.wal.get(), "a").ok());
    EXPECT_TRUE(Write(opened.wal.get(), "b").ok());
    util::SetFaultHook({});
    EXPECT_EQ(OpenObjects(store.get()).listener->names(), (Names{"a", "b"}));
  }
}

}  // namespace
}  // namespace influxdb3::wal::testing
