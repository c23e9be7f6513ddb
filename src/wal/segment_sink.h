#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "util/clock.h"
#include "wal/file_system.h"
#include "wal/log_sink.h"

namespace influxdb3::wal {

/// Append-only segment files in one directory. After a failure the segment in use is cut back to
/// what was synced and given up, and the next write begins a new one: after a failed sync the
/// file's unsynced bytes cannot be trusted.
class SegmentSink : public LogSink {
 public:
  SegmentSink(FileSystem* files, std::string directory, size_t segment_bytes_max);

  util::Status Write(const std::vector<EncodedRecord>& group) override;
  uint64_t bytes_written() const override { return bytes_written_.load(std::memory_order_relaxed); }
  uint64_t sync_ns_total() const override { return sync_ns_.load(std::memory_order_relaxed); }

 private:
  util::Status OpenSegment(uint64_t first_seq);
  util::Status AppendAndSync(const std::vector<EncodedRecord>& group);
  /// Makes sure that nothing of a failed group stays in the file.
  util::Status DropUnsynced();

  FileSystem* files_;
  std::string directory_;
  size_t segment_bytes_max_;
  std::unique_ptr<File> segment_;
  std::string segment_path_;
  uint64_t synced_bytes_ = 0;   ///< length of segment_ that is known to be durable
  bool unsynced_tail_ = false;  ///< segment_ holds bytes of a failed group
  std::string scratch_;         ///< frames of the group being written
  std::atomic<uint64_t> bytes_written_{0};
  std::atomic<uint64_t> sync_ns_{0};
};

}  // namespace influxdb3::wal
