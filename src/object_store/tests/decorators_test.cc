#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/limited_store.h"
#include "object_store/memory_store.h"
#include "object_store/metered_store.h"
#include "object_store/object_path.h"
#include "object_store/renewed_store.h"
#include "object_store/testing/faulty_store.h"
#include "object_store/throttled_store.h"

namespace influxdb3::object_store {
namespace {

using ::testing::ElementsAre;
using testing::FaultAction;
using testing::FaultRule;
using testing::FaultyObjectStore;
using util::Status;
using util::StatusCode;

TEST(ObjectPath, TakesWhatEveryStoreTakes) {
  for (const char* path : {"a", "a/b", "a.b/..c", "...", "ü/日本/😀", "a b", "a\\b", "%2e%2e"}) {
    EXPECT_TRUE(CheckPath(path).ok()) << path;
    EXPECT_TRUE(CheckPrefix(std::string(path) + "/").ok()) << path;
  }
  EXPECT_TRUE(CheckPrefix("").ok());
  std::string longest;
  while (longest.size() < kPathBytesMax) longest += longest.size() % 4 == 1 ? "/" : "x";
  EXPECT_TRUE(CheckPath(longest).ok());
  EXPECT_FALSE(CheckPath(longest + "y").ok());
  EXPECT_TRUE(CheckPath(std::string(kPathPartBytesMax, 'x')).ok());
  EXPECT_FALSE(CheckPath(std::string(kPathPartBytesMax + 1, 'x')).ok());
}

TEST(ObjectPath, RefusesWhatIsNotUtf8) {
  for (const char* path : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80",
                           "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_EQ(CheckPath(path).code(), StatusCode::kInvalidArgument);
  }
}

TEST(LimitedStore, LetsOnlySoManyIn) {
  constexpr size_t kLimit = 2;
  const auto faulty = std::make_shared<FaultyObjectStore>(MakeMemoryStore());
  FaultRule rule;
  rule.action = FaultAction::kHang;
  rule.match_count = UINT64_MAX;
  faulty->AddRule(rule);
  const auto store = MakeLimitedStore(faulty, kLimit);
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&]() { EXPECT_TRUE(store->Put("a", "x", PutMode::kOverwrite).ok()); });
  }
  faulty->WaitForHanging(kLimit);
  EXPECT_EQ(faulty->calls(), kLimit);
  faulty->Release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(faulty->calls(), 6u);
  EXPECT_LE(faulty->most_at_once(), kLimit);
}

TEST(LimitedStore, LetsAnIdleUploadHoldNoPlace) {
  const auto store = MakeLimitedStore(MakeMemoryStore(), 1);
  auto upload = store->StartUpload("a");
  ASSERT_TRUE(upload.ok());
  ASSERT_TRUE(store->Put("b", "x", PutMode::kCreate).ok());
  ASSERT_TRUE((*upload)->Append("y").ok());
  EXPECT_EQ(*store->Get("b"), "x");
  ASSERT_TRUE((*upload)->Finish().ok());
  EXPECT_EQ(*store->Get("a"), "y");
}

class MeteredStoreTest : public ::testing::Test {
 protected:
  util::FakeClock clock_{0};
  std::shared_ptr<StoreMetrics> metrics_ = std::make_shared<StoreMetrics>();
  std::shared_ptr<FaultyObjectStore> faulty_ = std::make_shared<FaultyObjectStore>(
      MakeMemoryStore(), 1, [this](int64_t duration_ns) { clock_.Advance(duration_ns); });
  std::unique_ptr<ObjectStore> store_ = MakeMeteredStore(faulty_, metrics_, &clock_);
};

TEST_F(MeteredStoreTest, CountsCallsObjectsAndBytes) {
  ASSERT_TRUE(store_->Put("a", "12345", PutMode::kCreate).ok());
  ASSERT_TRUE(store_->Put("b", "123", PutMode::kCreate).ok());
  EXPECT_EQ(store_->Put("b", "1234567", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
  ASSERT_TRUE(store_->Get("a").ok());
  ASSERT_TRUE(store_->GetRange("a", 1, 2).ok());
  ASSERT_FALSE(store_->Get("none").ok());
  ASSERT_TRUE(store_->List("").ok());
  auto upload = store_->StartUpload("c");
  ASSERT_TRUE(upload.ok());
  ASSERT_TRUE((*upload)->Append("1234").ok());
  ASSERT_TRUE((*upload)->Finish().ok());

  const OperationTotals puts = metrics_->totals(Operation::kPut, false);
  EXPECT_EQ(puts.calls, 3u);
  EXPECT_EQ(puts.objects, 2u);
  EXPECT_EQ(puts.bytes, 8u);
  EXPECT_EQ(metrics_->totals(Operation::kPut, true).calls, 0u);
  EXPECT_EQ(metrics_->totals(Operation::kGet, false).calls, 2u);
  EXPECT_EQ(metrics_->totals(Operation::kGet, false).bytes, 5u);
  EXPECT_EQ(metrics_->totals(Operation::kGetRange, false).bytes, 2u);
  EXPECT_EQ(metrics_->totals(Operation::kList, false).objects, 2u);
  EXPECT_EQ(metrics_->totals(Operation::kStartUpload, false).calls, 1u);
  EXPECT_EQ(metrics_->totals(Operation::kAppend, false).bytes, 4u);
  EXPECT_EQ(metrics_->totals(Operation::kFinish, false).objects, 1u);
}

TEST_F(MeteredStoreTest, CountsErrorsAndTime) {
  FaultRule slow;
  slow.operation = Operation::kHead;
  slow.action = FaultAction::kDelay;
  slow.delay_ns = kLatencyBoundsNs[3];
  faulty_->AddRule(slow);
  FaultRule slower = slow;
  slower.action = FaultAction::kDelay;
  slower.delay_ns = kLatencyBoundsNs.back() + 1;
  faulty_->AddRule(slower);
  FaultRule failing;
  failing.operation = Operation::kDelete;
  faulty_->AddRule(failing);
  EXPECT_FALSE(store_->Head("a").ok());
  EXPECT_FALSE(store_->Head("a").ok());
  EXPECT_EQ(store_->Delete("a").code(), StatusCode::kUnavailable);

  const OperationTotals heads = metrics_->totals(Operation::kHead, false);
  EXPECT_EQ(heads.duration_ns, kLatencyBoundsNs[3] + kLatencyBoundsNs.back() + 1);
  EXPECT_EQ(heads.latency[3], 1u);
  EXPECT_EQ(heads.latency.back(), 1u);
  EXPECT_EQ(metrics_->totals(Operation::kDelete, true).calls, 1u);
  EXPECT_EQ(metrics_->totals(Operation::kDelete, false).calls, 0u);
}

TEST(ThrottledStore, TakesTheTimeOfACloudStore) {
  std::vector<int64_t> waits;
  ThrottleOptions options;
  options.call_ns = 100;
  options.list_entries_per_call = 2;
  options.bytes_per_second = 1'000'000'000;
  const auto store = MakeThrottledStore(MakeMemoryStore(), options,
                                        [&](int64_t duration_ns) { waits.push_back(duration_ns); });
  ASSERT_TRUE(store->Put("a", "12345", PutMode::kCreate).ok());
  EXPECT_THAT(waits, ElementsAre(105));
  waits.clear();
  ASSERT_TRUE(store->Get("a").ok());
  EXPECT_THAT(waits, ElementsAre(100, 5));
  ASSERT_TRUE(store->Put("b", "", PutMode::kCreate).ok());
  ASSERT_TRUE(store->Put("c", "", PutMode::kCreate).ok());
  waits.clear();
  ASSERT_TRUE(store->List("").ok());
  EXPECT_THAT(waits, ElementsAre(100, 100));
}

class RenewedStoreTest : public ::testing::Test {
 protected:
  static constexpr int64_t kSecond = 1'000'000'000;

  /// Each opened store holds an object that tells which it is.
  util::Result<ExpiringStore> Open() {
    ++opened_;
    if (!failure_.ok()) return failure_;
    ExpiringStore opened{MakeMemoryStore(), clock_.NowNs() + 600 * kSecond};
    EXPECT_TRUE(opened.store->Put("n", std::to_string(opened_), PutMode::kCreate).ok());
    return opened;
  }

  util::FakeClock clock_{1'000 * kSecond};
  int opened_ = 0;
  Status failure_;
};

TEST_F(RenewedStoreTest, OpensAnotherBeforeTheEnd) {
  const auto store = MakeRenewedStore([this]() { return Open(); }, &clock_);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->Describe(), "memory");
  clock_.Advance(539 * kSecond);
  EXPECT_EQ(*(*store)->Get("n"), "1");
  clock_.Advance(kSecond);
  EXPECT_EQ(*(*store)->Get("n"), "2");
  EXPECT_EQ(*(*store)->GetRange("n", 0, 1), "2");
  EXPECT_EQ(opened_, 2);
}

TEST_F(RenewedStoreTest, UsesTheOldOneToItsEndAndRecovers) {
  const auto store = MakeRenewedStore([this]() { return Open(); }, &clock_);
  ASSERT_TRUE(store.ok());
  failure_ = Status::InvalidArgument("half a file");
  clock_.Advance(540 * kSecond);
  EXPECT_EQ(*(*store)->Get("n"), "1");
  EXPECT_EQ(*(*store)->Get("n"), "1");
  EXPECT_EQ(opened_, 2);
  clock_.Advance(60 * kSecond);
  EXPECT_EQ((*store)->Get("n").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(opened_, 3);
  failure_ = Status::Ok();
  clock_.Advance(kSecond);
  EXPECT_EQ(*(*store)->Get("n"), "4");
}

TEST_F(RenewedStoreTest, FailsToOpenAtAll) {
  failure_ = Status::InvalidArgument("no file");
  EXPECT_EQ(MakeRenewedStore([this]() { return Open(); }, &clock_).status().message(), "no file");
}

TEST(FaultyObjectStore, MatchesGlobs) {
  using testing::GlobMatches;
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("*", "a/b"));
  EXPECT_TRUE(GlobMatches("n/*/x.?", "n/a/b/x.1"));
  EXPECT_TRUE(GlobMatches("*ab", "aab"));
  EXPECT_FALSE(GlobMatches("*ab", "aba"));
  EXPECT_FALSE(GlobMatches("?", ""));
  EXPECT_FALSE(GlobMatches("a", "ab"));
}

TEST(FaultyObjectStore, FailsTheCallsItWasToldTo) {
  FaultyObjectStore store(MakeMemoryStore());
  FaultRule rule;
  rule.operation = Operation::kPut;
  rule.path_glob = "wal/*";
  rule.first_match = 2;
  rule.match_count = 2;
  store.AddRule(rule);
  EXPECT_TRUE(store.Put("wal/1", "x", PutMode::kCreate).ok());
  EXPECT_TRUE(store.Put("other", "x", PutMode::kCreate).ok());
  EXPECT_FALSE(store.Put("wal/2", "x", PutMode::kCreate).ok());
  EXPECT_FALSE(store.Put("wal/3", "x", PutMode::kCreate).ok());
  EXPECT_TRUE(store.Put("wal/4", "x", PutMode::kCreate).ok());
  EXPECT_EQ(store.Log(), "3 put wal/2: fail before\n4 put wal/3: fail before\n");
  EXPECT_EQ(store.calls(Operation::kPut), 5u);
  EXPECT_EQ(store.Get("wal/2").status().code(), StatusCode::kNotFound);
}

TEST(FaultyObjectStore, DoesWhatEachActionSays) {
  const std::shared_ptr<ObjectStore> memory = MakeMemoryStore();
  FaultyObjectStore store(memory);
  const auto next = [&](FaultAction action, const char* glob = "*") {
    FaultRule rule;
    rule.action = action;
    rule.path_glob = glob;
    store.ClearRules();
    store.AddRule(rule);
  };
  next(FaultAction::kFailAfter);
  EXPECT_FALSE(store.Put("a", "1234", PutMode::kCreate).ok());
  EXPECT_EQ(*memory->Get("a"), "1234");
  next(FaultAction::kShortBody);
  EXPECT_EQ(*store.Get("a"), "12");
  next(FaultAction::kShortBody);
  EXPECT_FALSE(store.Put("b", "1234", PutMode::kCreate).ok());
  EXPECT_EQ(*memory->Get("b"), "12");
  next(FaultAction::kPreconditionConflict);
  EXPECT_EQ(store.Put("c", "x", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
  EXPECT_FALSE(memory->Get("c").ok());
  next(FaultAction::kMissingFromList, "a*");
  ASSERT_EQ(store.List("")->size(), 1u);
  EXPECT_EQ(store.List("")->size(), 2u);
}

TEST(FaultyObjectStore, ReplaysFromItsSeed) {
  const auto run = [](uint64_t seed) {
    FaultyObjectStore store(MakeMemoryStore(), seed);
    FaultRule rule;
    rule.probability = 0.5;
    rule.match_count = UINT64_MAX;
    store.AddRule(rule);
    for (int i = 0; i < 50; ++i) static_cast<void>(store.Delete("a"));
    return store.Log();
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
  EXPECT_NE(run(3), "");
}

}  // namespace
}  // namespace influxdb3::object_store
