#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/status.h"

namespace influxdb3::wal {

/// A record on its way to storage.
struct EncodedRecord {
  uint64_t seq = 0;
  std::string payload;
  uint64_t payload_hash = 0;
};

/// Where groups of records become durable: segments of a file, or an object per flush. Used by one
/// thread at a time.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// Ok: all records are durable. Error: none of them will ever be seen by a replay, and the next
  /// call may use the same sequence numbers again.
  virtual util::Status Write(const std::vector<EncodedRecord>& group) = 0;
  /// Total bytes written and nanoseconds spent in syncing, for metrics.
  virtual uint64_t bytes_written() const = 0;
  virtual uint64_t sync_ns_total() const = 0;
};

}  // namespace influxdb3::wal
