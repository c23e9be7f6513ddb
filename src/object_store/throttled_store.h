#pragma once

#include <cstdint>
#include <memory>

#include "object_store/object_store.h"
#include "object_store/wait.h"

namespace influxdb3::object_store {

/// How slow a cloud store is, roughly: what `--object-store memory-throttled` shows.
struct ThrottleOptions {
  int64_t call_ns = 100'000'000;
  uint64_t list_entries_per_call = 1000;
  uint64_t bytes_per_second = 1'000'000'000;
};

/// Makes every call of `store` take longer. A call waits before it has an effect.
std::unique_ptr<ObjectStore> MakeThrottledStore(std::shared_ptr<ObjectStore> store,
                                                const ThrottleOptions& options = {},
                                                WaitFunction wait = SystemWait());

}  // namespace influxdb3::object_store
