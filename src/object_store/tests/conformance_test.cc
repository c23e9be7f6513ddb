#include "object_store/testing/store_conformance.h"

#include <cstdlib>
#include <filesystem>

#include "object_store/file_store.h"
#include "object_store/limited_store.h"
#include "object_store/locked_store.h"
#include "object_store/memory_store.h"
#include "object_store/metered_store.h"
#include "object_store/retrying_store.h"
#include "object_store/testing/careless_store.h"
#include "object_store/testing/faulty_store.h"
#include "object_store/testing/temporary_directory.h"
#include "object_store/throttled_store.h"

namespace influxdb3::object_store::testing {
namespace {

std::shared_ptr<ObjectStore> Memory() {
  return MakeMemoryStore();
}

std::shared_ptr<ObjectStore> Files() {
  static const auto& directory = *new TemporaryDirectory();
  util::Result<std::unique_ptr<ObjectStore>> store = OpenFileStore(directory.path());
  EXPECT_TRUE(store.ok()) << store.status().ToString();
  return store.ok() ? std::move(store).value() : nullptr;
}

/// A server's stack of decorators, over a store in which a fifth of the calls fails.
std::shared_ptr<ObjectStore> Decorated() {
  auto faulty = std::make_shared<FaultyObjectStore>(Memory(), 7);
  for (const FaultAction action : {FaultAction::kFailBefore, FaultAction::kFailAfter}) {
    FaultRule rule;
    rule.match_count = UINT64_MAX;
    rule.probability = 0.1;
    rule.action = action;
    faulty->AddRule(rule);
  }
  std::shared_ptr<ObjectStore> metered =
      MakeMeteredStore(std::move(faulty), std::make_shared<StoreMetrics>());
  std::shared_ptr<ObjectStore> limited = MakeLimitedStore(std::move(metered), 2);
  RetryOptions retries;
  retries.retries_max = 40;
  return MakeRetryingStore(std::move(limited), retries, &util::Clock::System(), [](int64_t) {});
}

std::shared_ptr<ObjectStore> Throttled() {
  return MakeThrottledStore(Memory(), {}, [](int64_t) {});
}

std::shared_ptr<ObjectStore> Locked() {
  auto locked = MakeLockedStore(std::make_shared<CarelessStore>(Memory()),
                                {.lock_path = "held/lock"}, [](int64_t) {});
  EXPECT_TRUE(locked.ok()) << locked.status().ToString();
  return locked.ok() ? std::move(locked).value() : nullptr;
}

std::string NameOf(const ::testing::TestParamInfo<StoreUnderTest>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Local, StoreConformance,
                         ::testing::Values(StoreUnderTest{"memory", Memory},
                                           StoreUnderTest{"file", Files, true},
                                           StoreUnderTest{"decorated", Decorated},
                                           StoreUnderTest{"throttled", Throttled},
                                           StoreUnderTest{"locked", Locked}),
                         NameOf);

}  // namespace
}  // namespace influxdb3::object_store::testing
