#include "buffer/memory_gate.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "buffer/buffer_store.h"

namespace influxdb3::buffer {

MemoryGate::MemoryGate(const BufferStore* buffer, uint64_t bytes_max, int64_t wait_ns,
                       std::function<void()> on_full)
    : buffer_(buffer), bytes_max_(bytes_max), wait_ns_(wait_ns), on_full_(std::move(on_full)) {}

bool MemoryGate::HasRoom() const {
  return buffer_->stats().bytes < bytes_max_;
}

util::Status MemoryGate::Admit() {
  if (HasRoom()) return util::Status::Ok();
  on_full_();
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns_), [this] { return HasRoom(); })) {
    return util::Status::Ok();
  }
  return util::Status::Unavailable(fmt::format(
      "there is no memory for more rows: {} bytes of them are waiting to be stored and at most {} "
      "may; try again later",
      buffer_->stats().bytes, bytes_max_));
}

void MemoryGate::Changed() {
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

}  // namespace influxdb3::buffer
