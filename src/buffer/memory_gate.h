#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "util/status.h"

namespace influxdb3::buffer {

class BufferStore;

/// Lets writers in while there is memory for their rows. When files are written slower than rows
/// come, writers wait here; those that waited long enough are turned away, so that they come back
/// later. Thread-safe.
class MemoryGate {
 public:
  /// `on_full` is called by each writer that must wait, to make room; it must not block. `buffer`
  /// must outlive the gate.
  MemoryGate(const BufferStore* buffer, uint64_t bytes_max, int64_t wait_ns,
             std::function<void()> on_full);

  /// Ok when the buffer takes less than `bytes_max`. Waits for that at most `wait_ns`, then
  /// Unavailable. Costs a few loads when there is room.
  util::Status Admit();
  /// Tells those who wait that rows left the buffer.
  void Changed();

 private:
  bool HasRoom() const;

  const BufferStore* const buffer_;
  const uint64_t bytes_max_;
  const int64_t wait_ns_;
  const std::function<void()> on_full_;
  std::mutex mutex_;  ///< only for waiting
  std::condition_variable changed_;
};

}  // namespace influxdb3::buffer
