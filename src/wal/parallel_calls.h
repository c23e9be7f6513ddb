#pragma once

#include <cstddef>
#include <functional>

namespace influxdb3::wal {

/// Calls `call` once with each number below `count`, up to `parallel_max` at a time, and returns
/// when all have returned.
void CallInParallel(size_t count, size_t parallel_max, const std::function<void(size_t)>& call);

}  // namespace influxdb3::wal
