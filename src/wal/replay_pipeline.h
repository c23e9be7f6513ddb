#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "util/result.h"
#include "wal/wal.h"

namespace influxdb3::wal {

struct DecodedRecord {
  uint64_t seq = 0;
  size_t unpacked_bytes = 0;
  uint64_t log_bytes_read = 0;  ///< up to the end of this record, over the whole log
  Record record;
};

/// Hand-over from the thread that reads and decodes to the one that applies. Holds a few records,
/// and together no more than 128 MiB unless a single one is larger.
class DecodedQueue {
 public:
  /// Waits for room.
  void Push(DecodedRecord record);
  void Finish(util::Status status);
  /// Waits; nothing at the end, then status() tells how it ended.
  std::optional<DecodedRecord> Pop();
  const util::Status& status() const { return status_; }

 private:
  std::mutex mutex_;  ///< guards all members
  std::condition_variable changed_;
  std::deque<DecodedRecord> records_;
  size_t bytes_ = 0;
  bool finished_ = false;
  util::Status status_;
};

/// Runs `scan` on a thread of its own, gives what it pushes to the listeners on this one, and tells
/// the application log how far it is. Returns the records and rows given, or the error of `scan`.
util::Result<ReplayStats> RunReplay(const std::function<util::Status(DecodedQueue*)>& scan,
                                    uint64_t log_bytes, const std::vector<Listener*>& listeners);

}  // namespace influxdb3::wal
