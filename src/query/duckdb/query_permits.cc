#include "query/duckdb/query_permits.h"

#include <chrono>

namespace influxdb3::query {

bool QueryPermits::Acquire(int64_t timeout_ns) {
  if (!limited_) return true;
  std::unique_lock lock(mutex_);
  const auto available = [&] { return left_ > 0; };
  if (timeout_ns == 0) {
    returned_.wait(lock, available);
  } else if (!returned_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), available)) {
    return false;
  }
  --left_;
  return true;
}

void QueryPermits::Release() {
  if (!limited_) return;
  std::lock_guard lock(mutex_);
  ++left_;
  returned_.notify_one();
}

}  // namespace influxdb3::query
