#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>

#include "object_store/wait.h"
#include "util/clock.h"
#include "util/status.h"

namespace influxdb3::object_store {

struct RetryOptions {
  uint64_t retries_max = 10;  ///< attempts after the first
  /// No attempt begins later than this after the first one.
  int64_t total_ns = 180'000'000'000;
  int64_t first_backoff_ns = 100'000'000;
  int64_t backoff_max_ns = 15'000'000'000;
  uint64_t seed = 0;  ///< of the jitter; 0 = a random one
};

/// Whether trying again may help: Unavailable and DeadlineExceeded.
bool IsRetriable(const util::Status& status);

/// Tries again what failed for a passing reason, after pauses that double and vary by half of their
/// length, so that many callers do not come back together. Thread-safe.
class Retrier {
 public:
  /// `clock` must live longer.
  Retrier(const RetryOptions& options, const util::Clock* clock, WaitFunction wait);

  /// Calls `attempt` with 0, 1, 2, … until it succeeds, fails for good, or the limits are reached;
  /// then returns its last status, with the number of attempts where there were several.
  util::Status Run(const std::function<util::Status(uint64_t attempt)>& attempt);

  /// Attempts after the first, of all calls so far.
  uint64_t retries() const { return retries_.load(std::memory_order_relaxed); }

 private:
  int64_t BackoffNs(uint64_t attempt);

  const RetryOptions options_;
  const util::Clock* const clock_;
  const WaitFunction wait_;
  std::atomic<uint64_t> retries_{0};
  std::mutex mutex_;  // guards random_
  std::mt19937_64 random_;
};

}  // namespace influxdb3::object_store
