// How much is fetched ahead, and in which order it is given.

#include "wal/object_prefetch.h"

#include <gtest/gtest.h>

#include <thread>

#include "object_store/memory_store.h"
#include "object_store/testing/faulty_store.h"

namespace influxdb3::wal::testing {
namespace {

using object_store::ObjectMeta;
using object_store::Operation;
using object_store::PutMode;
using object_store::testing::FaultAction;
using object_store::testing::FaultRule;
using object_store::testing::FaultyObjectStore;

class ObjectPrefetchTest : public ::testing::Test {
 protected:
  /// Objects a, b, c, … of the given sizes, filled with their names.
  std::vector<ObjectMeta> MakeObjects(std::initializer_list<size_t> sizes) {
    char name = 'a';
    for (size_t size : sizes) {
      EXPECT_TRUE(store_.Put({name}, std::string(size, name), PutMode::kCreate).ok());
      ++name;
    }
    return store_.List("").value();
  }
  void HangGets() {
    FaultRule rule;
    rule.operation = Operation::kGet;
    rule.match_count = UINT64_MAX;
    rule.action = FaultAction::kHang;
    store_.AddRule(rule);
  }

  FaultyObjectStore store_{object_store::MakeMemoryStore()};
};

TEST_F(ObjectPrefetchTest, GivesObjectsInOrder) {
  const std::vector<ObjectMeta> objects = MakeObjects({3, 0, 5, 1});
  for (size_t requests : {1u, 2u, 100u}) {
    for (size_t bytes : {0u, 1u, 4u, 100u}) {
      ObjectPrefetch prefetch(&store_, objects, {requests, bytes});
      for (const char* expected : {"aaa", "", "ccccc", "d"}) {
        EXPECT_EQ(prefetch.Take().value(), expected);
      }
    }
  }
}

TEST_F(ObjectPrefetchTest, AsManyRequestsAtOnceAsAllowed) {
  const std::vector<ObjectMeta> objects = MakeObjects({1, 1, 1, 1, 1, 1});
  HangGets();
  ObjectPrefetch prefetch(&store_, objects, {3, 100});
  store_.WaitForHanging(3);
  store_.Release();
  for (size_t i = 0; i < objects.size(); ++i) EXPECT_TRUE(prefetch.Take().ok());
  EXPECT_EQ(store_.most_at_once(), 3u);
}

TEST_F(ObjectPrefetchTest, NoMoreBytesAtOnceThanAllowed) {
  // Two of them fit, also while the first is in use; a larger one comes alone.
  const std::vector<ObjectMeta> objects = MakeObjects({10, 10, 10, 50, 10});
  FaultyObjectStore& store = store_;
  ObjectPrefetch prefetch(&store, objects, {5, 20});
  const auto gets = [&] { return store.calls(Operation::kGet); };
  EXPECT_TRUE(prefetch.Take().ok());
  EXPECT_LE(gets(), 2u);
  EXPECT_TRUE(prefetch.Take().ok());
  EXPECT_LE(gets(), 3u);
  EXPECT_TRUE(prefetch.Take().ok());
  EXPECT_LE(gets(), 3u) << "the large one waits for the one in use";
  EXPECT_TRUE(prefetch.Take().ok());
  EXPECT_EQ(gets(), 4u);
  EXPECT_TRUE(prefetch.Take().ok());
}

TEST_F(ObjectPrefetchTest, AnErrorBelongsToItsObject) {
  const std::vector<ObjectMeta> objects = MakeObjects({1, 1, 1});
  ASSERT_TRUE(store_.Delete("b").ok());
  ObjectPrefetch prefetch(&store_, objects, {2, 100});
  EXPECT_EQ(prefetch.Take().value(), "a");
  EXPECT_EQ(prefetch.Take().status().code(), util::StatusCode::kNotFound);
  EXPECT_EQ(prefetch.Take().value(), "c");
}

TEST_F(ObjectPrefetchTest, MayEndBeforeAllIsTaken) {
  const std::vector<ObjectMeta> objects = MakeObjects({1, 1, 1, 1});
  HangGets();
  std::thread releasing([&] {
    store_.WaitForHanging(2);
    store_.Release();
  });
  {
    ObjectPrefetch prefetch(&store_, objects, {2, 100});
    EXPECT_EQ(prefetch.Take().value(), "a");
  }
  releasing.join();
  ObjectPrefetch nothing(&store_, {}, {2, 100});
}

}  // namespace
}  // namespace influxdb3::wal::testing
