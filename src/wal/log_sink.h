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

/// A segment or object that takes no more records; it holds at least one.
struct StoredRun {
  std::string path;
  uint64_t first_seq = 0;
  uint64_t last_seq = 0;
};

/// Where groups of records become durable: segments of a file, or an object per flush. Write is
/// called by one thread at a time, the rest from any.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// Ok: all records are durable. Error: none of them will ever be seen by a replay, and the next
  /// call may use the same sequence numbers again; unless OutcomeUnknown() or Fenced().
  virtual util::Status Write(const std::vector<EncodedRecord>& group) = 0;
  /// After a failed Write: the group may be there all the same, so the next call must bring the
  /// same group again.
  virtual bool OutcomeUnknown() const { return false; }
  /// After a failed Write: another process owns the log, and no Write can succeed any more.
  virtual bool Fenced() const { return false; }
  /// Tries to write from now on do not wait for a store that is away.
  virtual void StopWaiting() {}
  /// Gives up storage that holds only records up to `covered_seq`. May run beside Write.
  virtual util::Status Truncate(uint64_t covered_seq) = 0;
  /// Total bytes written and nanoseconds spent in syncing, for metrics.
  virtual uint64_t bytes_written() const = 0;
  virtual uint64_t sync_ns_total() const = 0;
};

}  // namespace influxdb3::wal
