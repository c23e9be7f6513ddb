#include "persist/pacer.h"

#include <algorithm>
#include <chrono>

namespace influxdb3::persist {

using util::Status;

Pacer::Pacer(uint64_t bytes_per_second, const util::Clock* clock)
    : bytes_per_second_(bytes_per_second), clock_(clock) {}

int64_t Pacer::Reserve(uint64_t bytes) {
  if (bytes_per_second_ == 0) return 0;
  std::lock_guard lock(mutex_);
  const int64_t now = clock_->SteadyNs();
  free_at_ns_ = std::max(free_at_ns_, now);
  const int64_t wait_ns = free_at_ns_ - now;
  free_at_ns_ += static_cast<int64_t>(static_cast<double>(bytes) * 1e9 /
                                      static_cast<double>(bytes_per_second_));
  return wait_ns;
}

Status Pacer::Spend(uint64_t bytes) {
  const int64_t wait_ns = Reserve(bytes);
  std::unique_lock lock(mutex_);
  cancelled_changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns),
                              [this] { return cancelled_; });
  if (cancelled_) return Status(util::StatusCode::kCancelled, "compaction is being stopped");
  return Status::Ok();
}

void Pacer::Cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  cancelled_changed_.notify_all();
}

}  // namespace influxdb3::persist
