#include "object_store/locked_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/memory_store.h"
#include "object_store/testing/careless_store.h"
#include "object_store/testing/faulty_store.h"

namespace influxdb3::object_store {
namespace {

using object_store::testing::CarelessStore;
using object_store::testing::FaultAction;
using object_store::testing::FaultyObjectStore;
using ::testing::HasSubstr;
using util::Status;
using util::StatusCode;

TEST(HasConditionalPut, TellsStoresApart) {
  const std::shared_ptr<ObjectStore> memory = MakeMemoryStore();
  EXPECT_TRUE(*HasConditionalPut(*memory, "n/try"));
  CarelessStore careless(memory);
  EXPECT_FALSE(*HasConditionalPut(careless, "n/try"));
  careless.RefuseConditions(Status::Unsupported("501 NotImplemented"));
  EXPECT_FALSE(*HasConditionalPut(careless, "n/try"));
  EXPECT_TRUE(memory->List("")->empty());
  careless.RefuseConditions(Status(StatusCode::kPermissionDenied, "403"));
  EXPECT_EQ(HasConditionalPut(careless, "n/try").status().code(), StatusCode::kPermissionDenied);
}

class LockedStoreTest : public ::testing::Test {
 protected:
  util::Result<std::unique_ptr<ObjectStore>> Open() {
    return MakeLockedStore(careless_, {.lock_path = "n/lock", .settle_ns = 7},
                           [this](int64_t duration_ns) { waited_ns_ += duration_ns; });
  }

  std::shared_ptr<ObjectStore> memory_ = MakeMemoryStore();
  std::shared_ptr<CarelessStore> careless_ = std::make_shared<CarelessStore>(memory_);
  int64_t waited_ns_ = 0;
};

TEST_F(LockedStoreTest, TheLastOneHasTheLock) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(waited_ns_, 7);
  ASSERT_TRUE((*first)->Put("n/1", "first", PutMode::kCreate).ok());
  const auto second = Open();
  ASSERT_TRUE(second.ok());
  const Status refused = (*first)->Put("n/2", "first", PutMode::kCreate);
  EXPECT_EQ(refused.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(refused.message(), HasSubstr("another server has taken the lock 'n/lock'"));
  EXPECT_EQ(memory_->Head("n/2").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE((*second)->Put("n/2", "second", PutMode::kCreate).ok());
  EXPECT_EQ((*second)->Put("n/1", "second", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(*memory_->Get("n/1"), "first");
  // Lost is lost, also when the lock object comes back.
  ASSERT_TRUE(memory_->Delete("n/lock").ok());
  EXPECT_EQ((*first)->Put("n/3", "x", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ((*second)->Put("n/3", "x", PutMode::kCreate).code(), StatusCode::kAlreadyExists);
}

TEST_F(LockedStoreTest, DoesNotReportWhatItWroteAfterLosingTheLock) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  careless_->BeforePut("n/1", [this] { ASSERT_TRUE(Open().ok()); });
  const Status late = (*first)->Put("n/1", "first", PutMode::kCreate);
  EXPECT_EQ(late.code(), StatusCode::kIo);
  EXPECT_THAT(late.message(), HasSubstr("another server has taken the lock"));
}

TEST_F(LockedStoreTest, OneOfTwoThatOpenAtOnceGivesUp) {
  auto later = std::make_unique<std::unique_ptr<ObjectStore>>();
  const auto first = MakeLockedStore(careless_, {.lock_path = "n/lock"}, [&](int64_t) {
    auto opened = Open();
    ASSERT_TRUE(opened.ok());
    *later = std::move(opened).value();
  });
  EXPECT_EQ(first.status().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE((*later)->Put("n/1", "x", PutMode::kCreate).ok());
}

TEST_F(LockedStoreTest, CreatesNothingWhileTheLockCannotBeRead) {
  const auto faulty = std::make_shared<FaultyObjectStore>(memory_);
  const auto store = MakeLockedStore(faulty, {.lock_path = "n/lock"}, [](int64_t) {});
  ASSERT_TRUE(store.ok());
  faulty->FailCall(1, FaultAction::kFailBefore);
  EXPECT_EQ((*store)->Put("n/1", "x", PutMode::kCreate).code(), StatusCode::kUnavailable);
  EXPECT_EQ(memory_->Head("n/1").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE((*store)->Put("n/1", "x", PutMode::kCreate).ok());
}

}  // namespace
}  // namespace influxdb3::object_store
