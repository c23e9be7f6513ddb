#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "util/clock.h"
#include "util/status.h"

namespace influxdb3::persist {

/// Spreads the transfer of bytes over time, and ends it. Thread-safe.
class Pacer {
 public:
  /// 0 = as fast as can be. `clock` must outlive the pacer.
  Pacer(uint64_t bytes_per_second, const util::Clock* clock);

  /// Before `bytes` are transferred: waits until those before them have had their time. Cancelled
  /// after Cancel, also while it waits.
  util::Status Spend(uint64_t bytes);
  void Cancel();

  /// The part of Spend without the wait: how long it takes.
  int64_t Reserve(uint64_t bytes);

 private:
  const uint64_t bytes_per_second_;
  const util::Clock* const clock_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable cancelled_changed_;
  bool cancelled_ = false;
  int64_t free_at_ns_ = 0;  // when all bytes so far have had their time
};

}  // namespace influxdb3::persist
