#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace influxdb3::query {

/// Permits to run queries at the same time. Thread-safe.
class QueryPermits {
 public:
  /// 0 = as many as are asked for.
  explicit QueryPermits(size_t count_max) : left_(count_max), limited_(count_max != 0) {}

  /// Waits for a permit; false when `timeout_ns` (0 = for ever) passes first.
  bool Acquire(int64_t timeout_ns);
  void Release();

 private:
  std::mutex mutex_;  ///< guards left_
  std::condition_variable returned_;
  size_t left_;
  const bool limited_;
};

}  // namespace influxdb3::query
