#include "object_store/retrying_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"

namespace influxdb3::object_store {
namespace {

using testing::FaultAction;
using testing::FaultRule;
using testing::FaultyObjectStore;
using ::testing::HasSubstr;
using util::Status;
using util::StatusCode;

constexpr int64_t kMs = 1'000'000;

class RetryingStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<ObjectStore> Make(RetryOptions options = {}) {
    options.seed = 1;
    return MakeRetryingStore(faulty_, options, &clock_, [this](int64_t duration_ns) {
      waits_.push_back(duration_ns);
      clock_.Advance(duration_ns);
    });
  }
  void Fail(Operation operation, FaultAction action, uint64_t count,
            Status error = Status::Unavailable("away")) {
    FaultRule rule;
    rule.operation = operation;
    rule.action = action;
    rule.match_count = count;
    rule.error = std::move(error);
    faulty_->AddRule(rule);
  }

  util::FakeClock clock_{0};
  std::vector<int64_t> waits_;
  std::shared_ptr<ObjectStore> memory_ = MakeMemoryStore();
  std::shared_ptr<FaultyObjectStore> faulty_ = std::make_shared<FaultyObjectStore>(memory_);
};

TEST_F(RetryingStoreTest, RepeatsWhatFailsInPassing) {
  const auto store = Make();
  Fail(Operation::kPut, FaultAction::kFailBefore, 2);
  Fail(Operation::kGet, FaultAction::kFailBefore, 1, Status(StatusCode::kDeadlineExceeded, "slow"));
  ASSERT_TRUE(store->Put("a", "x", PutMode::kCreate).ok());
  EXPECT_EQ(*store->Get("a"), "x");
  EXPECT_EQ(faulty_->calls(Operation::kPut), 3u);
  EXPECT_EQ(faulty_->calls(Operation::kGet), 2u);
  EXPECT_EQ(waits_.size(), 3u);
}

TEST_F(RetryingStoreTest, PassesOnWhatIsFinal) {
  const auto store = Make();
  EXPECT_EQ(store->Get("a").status().code(), StatusCode::kNotFound);
  Fail(Operation::kPut, FaultAction::kFailBefore, 1,
       Status(StatusCode::kPermissionDenied, "wrong key"));
  EXPECT_EQ(store->Put("a", "x", PutMode::kCreate).message(), "wrong key");
  Fail(Operation::kHead, FaultAction::kFailBefore, 1, Status::Corruption("nonsense"));
  EXPECT_EQ(store->Head("a").status().code(), StatusCode::kCorruption);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(RetryingStoreTest, EndsAfterTheLastAttempt) {
  RetryOptions options;
  options.retries_max = 3;
  const auto store = Make(options);
  Fail(Operation::kDelete, FaultAction::kFailBefore, 4);
  const Status failed = store->Delete("a");
  EXPECT_EQ(failed.code(), StatusCode::kUnavailable);
  EXPECT_THAT(failed.message(), HasSubstr("after 4 attempts"));
  EXPECT_EQ(faulty_->calls(Operation::kDelete), 4u);
  EXPECT_TRUE(store->Delete("a").ok());
}

TEST_F(RetryingStoreTest, MakesOneAttemptWithoutRetries) {
  RetryOptions options;
  options.retries_max = 0;
  const auto store = Make(options);
  Fail(Operation::kList, FaultAction::kFailBefore, 1);
  EXPECT_EQ(store->List("").status().message(), "away");
  EXPECT_TRUE(waits_.empty());
}

TEST_F(RetryingStoreTest, EndsWhenTheTimeIsUp) {
  RetryOptions options;
  options.retries_max = UINT64_MAX;
  options.total_ns = 60'000 * kMs;
  const auto store = Make(options);
  Fail(Operation::kDelete, FaultAction::kFailBefore, UINT64_MAX);
  EXPECT_EQ(store->Delete("a").code(), StatusCode::kUnavailable);
  EXPECT_LE(clock_.SteadyNs(), options.total_ns);
  EXPECT_GE(clock_.SteadyNs(), options.total_ns - options.backoff_max_ns);
}

TEST_F(RetryingStoreTest, DoublesThePausesUpToTheLimit) {
  RetryOptions options;
  options.retries_max = 12;
  options.first_backoff_ns = 100 * kMs;
  options.backoff_max_ns = 1'000 * kMs;
  const auto store = Make(options);
  Fail(Operation::kDelete, FaultAction::kFailBefore, UINT64_MAX);
  EXPECT_FALSE(store->Delete("a").ok());
  ASSERT_EQ(waits_.size(), 12u);
  for (size_t i = 0; i < waits_.size(); ++i) {
    const int64_t longest = i < 4 ? (100 * kMs) << i : 1'000 * kMs;
    EXPECT_LE(waits_[i], longest) << i;
    EXPECT_GE(waits_[i], longest / 2) << i;
  }
}

TEST_F(RetryingStoreTest, RecognisesItsOwnObject) {
  const auto store = Make();
  Fail(Operation::kPut, FaultAction::kFailAfter, 1);
  EXPECT_TRUE(store->Put("a", "mine", PutMode::kCreate).ok());
  EXPECT_EQ(faulty_->calls(Operation::kPut), 2u);
  EXPECT_EQ(*memory_->Get("a"), "mine");
}

TEST_F(RetryingStoreTest, RecognisesSomebodyElsesObject) {
  const auto store = Make();
  for (const char* theirs : {"else", "much longer than mine"}) {
    ASSERT_TRUE(memory_->Put("a", theirs, PutMode::kOverwrite).ok());
    Fail(Operation::kPut, FaultAction::kFailBefore, 1);
    EXPECT_EQ(store->Put("a", "mine", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
    EXPECT_EQ(*memory_->Get("a"), theirs);
  }
}

TEST_F(RetryingStoreTest, DoesNotTakeAnEqualObjectForItsOwnAtTheFirstAttempt) {
  const auto store = Make();
  ASSERT_TRUE(memory_->Put("a", "same", PutMode::kCreate).ok());
  EXPECT_EQ(store->Put("a", "same", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(faulty_->calls(Operation::kGet), 0u);
}

TEST_F(RetryingStoreTest, LeavesTheDoubtWhenItCannotRead) {
  RetryOptions options;
  options.retries_max = 2;
  const auto store = Make(options);
  Fail(Operation::kPut, FaultAction::kFailAfter, 1);
  Fail(Operation::kHead, FaultAction::kFailBefore, UINT64_MAX,
       Status(StatusCode::kPermissionDenied, "may not read"));
  const Status doubtful = store->Put("a", "mine", PutMode::kCreate);
  EXPECT_EQ(doubtful.code(), StatusCode::kUnavailable);
  EXPECT_THAT(doubtful.message(), HasSubstr("may not read"));
}

TEST_F(RetryingStoreTest, RepeatsTheCallsOfUploads) {
  const auto store = Make();
  Fail(Operation::kStartUpload, FaultAction::kFailBefore, 1);
  auto upload = store->StartUpload("a");
  ASSERT_TRUE(upload.ok());
  Fail(Operation::kAppend, FaultAction::kFailBefore, 1);
  Fail(Operation::kAppend, FaultAction::kFailAfter, 1);
  Fail(Operation::kFinish, FaultAction::kFailAfter, 1);
  ASSERT_TRUE((*upload)->Append("one ").ok());
  ASSERT_TRUE((*upload)->Append("two ").ok());
  ASSERT_TRUE((*upload)->Append("three").ok());
  ASSERT_TRUE((*upload)->Finish().ok());
  EXPECT_EQ(*memory_->Get("a"), "one two three");
  EXPECT_EQ(faulty_->faults(), 4u) << faulty_->Log();
}

}  // namespace
}  // namespace influxdb3::object_store
