#include "app/store_factory.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/store_metric_samples.h"
#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"
#include "object_store/testing/temporary_directory.h"

namespace influxdb3::app {
namespace {

using object_store::Operation;
using object_store::PutMode;
using object_store::testing::FaultAction;
using object_store::testing::FaultRule;
using object_store::testing::FaultyObjectStore;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using util::Status;
using util::StatusCode;

class CheckStoreTest : public ::testing::Test {
 protected:
  Status CheckWith(Operation operation, FaultAction action, Status error, uint64_t first = 1) {
    FaultRule rule;
    rule.operation = operation;
    rule.action = action;
    rule.error = std::move(error);
    rule.first_match = first;
    faulty_.ClearRules();
    faulty_.AddRule(rule);
    return CheckStore(faulty_, "n").status();
  }

  std::shared_ptr<object_store::ObjectStore> memory_ = object_store::MakeMemoryStore();
  FaultyObjectStore faulty_{memory_};
};

TEST_F(CheckStoreTest, LeavesNothingBehind) {
  const auto checked = CheckStore(faulty_, "n");
  ASSERT_TRUE(checked.ok()) << checked.status().ToString();
  EXPECT_TRUE(*checked);
  EXPECT_TRUE(memory_->List("")->empty());
  EXPECT_EQ(faulty_.calls(Operation::kDelete), 1u);
}

TEST_F(CheckStoreTest, SaysWhatAnOperatorCanDo) {
  const Status denied(StatusCode::kPermissionDenied, "403 SignatureDoesNotMatch");
  Status checked = CheckWith(Operation::kPut, FaultAction::kFailBefore, denied);
  EXPECT_EQ(checked.code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(checked.message(),
            "object store memory (faulty): the credentials are wrong or lack the right to create "
            "objects: 403 SignatureDoesNotMatch");
  checked = CheckWith(Operation::kPut, FaultAction::kFailBefore, Status::NotFound("NoSuchBucket"));
  EXPECT_THAT(checked.message(), HasSubstr("the bucket does not exist"));
  checked = CheckWith(Operation::kPut, FaultAction::kFailBefore,
                      Status::Io("404 ContainerNotFound: The specified container"));
  EXPECT_THAT(checked.message(), HasSubstr("the bucket does not exist"));
  checked = CheckWith(Operation::kPut, FaultAction::kFailBefore, Status::Unavailable("refused"));
  EXPECT_THAT(checked.message(), HasSubstr("it cannot be reached to create objects: refused"));
  checked = CheckWith(Operation::kGet, FaultAction::kFailBefore, denied);
  EXPECT_THAT(checked.message(), HasSubstr("lack the right to read objects"));
  checked = CheckWith(Operation::kList, FaultAction::kFailBefore, denied);
  EXPECT_THAT(checked.message(), HasSubstr("lack the right to list objects"));
  checked = CheckWith(Operation::kDelete, FaultAction::kFailBefore, denied);
  EXPECT_THAT(checked.message(), HasSubstr("lack the right to delete objects"));
}

TEST_F(CheckStoreTest, RefusesAStoreThatGivesBackSomethingElse) {
  EXPECT_EQ(CheckWith(Operation::kGet, FaultAction::kShortBody, {}).code(),
            StatusCode::kCorruption);
  EXPECT_EQ(CheckWith(Operation::kList, FaultAction::kMissingFromList, {}).code(),
            StatusCode::kCorruption);
  EXPECT_TRUE(memory_->List("")->empty());
}

/// Takes a conditional Put for an unconditional one, as some stores do.
class CarelessStore : public FaultyObjectStore {
 public:
  using FaultyObjectStore::FaultyObjectStore;
  Status Put(const std::string& path, std::string_view bytes, PutMode) override {
    return FaultyObjectStore::Put(path, bytes, PutMode::kOverwrite);
  }
};

TEST_F(CheckStoreTest, TellsAStoreThatIgnoresConditions) {
  CarelessStore careless(memory_);
  const auto checked = CheckStore(careless, "n");
  ASSERT_TRUE(checked.ok()) << checked.status().ToString();
  EXPECT_FALSE(*checked);
  EXPECT_TRUE(memory_->List("")->empty());
}

/// Answers a conditional Put as stores do that have never heard of conditions.
class UnconditionalStore : public FaultyObjectStore {
 public:
  using FaultyObjectStore::FaultyObjectStore;
  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    if (mode == PutMode::kCreate) return Status::Unsupported("501 NotImplemented");
    return FaultyObjectStore::Put(path, bytes, mode);
  }
};

TEST_F(CheckStoreTest, TellsAStoreThatKnowsNoConditions) {
  UnconditionalStore unconditional(memory_);
  const auto checked = CheckStore(unconditional, "n");
  ASSERT_TRUE(checked.ok()) << checked.status().ToString();
  EXPECT_FALSE(*checked);
}

TEST(ClusterUuid, IsMadeOnce) {
  const auto store = object_store::MakeMemoryStore();
  const auto first = LoadOrCreateClusterUuid(*store, "n");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), 36u);
  EXPECT_EQ(*LoadOrCreateClusterUuid(*store, "n"), *first);
  EXPECT_NE(*LoadOrCreateClusterUuid(*store, "m"), *first);
  ASSERT_TRUE(store->Put("x/cluster_uuid", "short", PutMode::kCreate).ok());
  EXPECT_EQ(LoadOrCreateClusterUuid(*store, "x").status().code(), StatusCode::kCorruption);
}

TEST(Gen1Duration, TheFirstStartFixesIt) {
  const auto store = object_store::MakeMemoryStore();
  EXPECT_EQ(LoadOrCreateGen1Duration(*store, "n", 60).value(), 60);
  EXPECT_EQ(LoadOrCreateGen1Duration(*store, "n", 600).value(), 60);
  EXPECT_EQ(LoadOrCreateGen1Duration(*store, "m", 600).value(), 600);
  ASSERT_TRUE(store->Put("x/gen1_duration", "soon", PutMode::kCreate).ok());
  EXPECT_EQ(LoadOrCreateGen1Duration(*store, "x", 600).status().code(), StatusCode::kCorruption);
}

TEST(OpenObjectStore, OpensTheLocalKinds) {
  const object_store::testing::TemporaryDirectory directory;
  ServeOptions options;
  options.node_id = "n";
  options.data_dir = directory.path() + "/data";
  for (const ObjectStoreKind kind : {ObjectStoreKind::kMemory, ObjectStoreKind::kFile}) {
    options.object_store = kind;
    const auto opened = OpenObjectStore(options);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    ASSERT_TRUE(opened->store->Put("n/a", "123", PutMode::kCreate).ok());
    EXPECT_EQ(*opened->store->Get("n/a"), "123");
    EXPECT_EQ(opened->metrics->totals(Operation::kPut, false).bytes, 3u);
  }
  EXPECT_TRUE(std::filesystem::exists(options.data_dir + "/n/a"));
  options.object_store = ObjectStoreKind::kMemoryThrottled;
  const auto throttled = OpenObjectStore(options);
  ASSERT_TRUE(throttled.ok());
  EXPECT_EQ(throttled->store->Describe(), "memory (throttled)");
}

TEST(OpenObjectStore, NeedsABucketForRemoteKinds) {
  ServeOptions options;
  options.node_id = "n";
  for (const ObjectStoreKind kind :
       {ObjectStoreKind::kS3, ObjectStoreKind::kGoogle, ObjectStoreKind::kAzure}) {
    options.object_store = kind;
    const Status status = OpenObjectStore(options).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), StartsWith("--object-store="));
  }
}

TEST(StoreMetricSamples, ShowsCallsByOperationAndResult) {
  object_store::StoreMetrics metrics;
  metrics.Record(Operation::kPut, Status::Ok(), 1, 10, 2'000'000);
  metrics.Record(Operation::kPut, Status::Ok(), 1, 5, 20'000'000'000);
  metrics.Record(Operation::kPut, Status::Unavailable("away"), 0, 0, 1'000'000);
  server::http::ServerMetrics server;
  server.AddSource([&]() { return StoreMetricSamples(metrics); });
  const std::string text = server.Format();
  for (const char* line :
       {"# TYPE object_store_op_duration_seconds histogram\n",
        "object_store_op_duration_seconds_count{op=\"put\",result=\"success\"} 2\n",
        "object_store_op_duration_seconds_bucket{op=\"put\",result=\"success\",le=\"0.001\"} 0\n",
        "object_store_op_duration_seconds_bucket{op=\"put\",result=\"success\",le=\"10\"} 1\n",
        "object_store_op_duration_seconds_bucket{op=\"put\",result=\"success\",le=\"+Inf\"} 2\n",
        "object_store_op_duration_seconds_count{op=\"put\",result=\"error\"} 1\n",
        "object_store_transfer_bytes_total{op=\"put\",result=\"success\"} 15\n",
        "object_store_transfer_objects_total{op=\"put\",result=\"success\"} 2\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  const std::string type = "# TYPE object_store_transfer_bytes_total counter\n";
  EXPECT_EQ(text.find(type), text.rfind(type));
}

}  // namespace
}  // namespace influxdb3::app
