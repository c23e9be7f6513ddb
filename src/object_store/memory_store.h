#pragma once

#include <memory>

#include "object_store/object_store.h"
#include "util/clock.h"

namespace influxdb3::object_store {

/// Objects in memory, gone with the store. Thread-safe. `clock` dates them and must live longer.
std::unique_ptr<ObjectStore> MakeMemoryStore(const util::Clock* clock = &util::Clock::System());

}  // namespace influxdb3::object_store
