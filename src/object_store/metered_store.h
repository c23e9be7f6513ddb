#pragma once

#include <memory>

#include "object_store/object_store.h"
#include "object_store/store_metrics.h"
#include "util/clock.h"

namespace influxdb3::object_store {

/// Counts and times every call of `store` in `metrics`. `clock` must live longer.
std::unique_ptr<ObjectStore> MakeMeteredStore(std::shared_ptr<ObjectStore> store,
                                              std::shared_ptr<StoreMetrics> metrics,
                                              const util::Clock* clock = &util::Clock::System());

}  // namespace influxdb3::object_store
