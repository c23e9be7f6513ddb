#pragma once

#include <cstdint>
#include <functional>

namespace influxdb3::object_store {

/// Returns after the given number of nanoseconds. Tests pass one that moves their clock instead.
using WaitFunction = std::function<void(int64_t duration_ns)>;

/// Really waits.
WaitFunction SystemWait();

}  // namespace influxdb3::object_store
