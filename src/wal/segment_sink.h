#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "util/clock.h"
#include "wal/file_system.h"
#include "wal/log_sink.h"

namespace influxdb3::wal {

/// Segment files in one directory, written from front to back. Space is reserved ahead of the
/// records, so that syncing a group does not have to make a new file length durable too; a segment
/// is cut to its records when it is closed. After a failure the segment in use is cut back to what
/// was synced and given up, and the next write begins a new one: after a failed sync the file's
/// unsynced bytes cannot be trusted.
class SegmentSink : public LogSink {
 public:
  SegmentSink(FileSystem* files, std::string directory, size_t segment_bytes_max);

  ~SegmentSink() override;

  /// Segments of earlier runs, in order; before the first Write.
  void AddClosed(const std::vector<StoredRun>& runs);

  util::Status Write(const std::vector<EncodedRecord>& group) override;
  /// Also closes the segment in use when it is entirely covered, or partly and large, so that this
  /// or a later call can remove it.
  util::Status Truncate(uint64_t covered_seq) override;
  uint64_t bytes_written() const override { return bytes_written_.load(std::memory_order_relaxed); }
  uint64_t sync_ns_total() const override { return sync_ns_.load(std::memory_order_relaxed); }

 private:
  util::Status OpenSegment(uint64_t first_seq);
  util::Status RemoveEmptySegment(const std::string& path);
  util::Status AppendAndSync(const std::vector<EncodedRecord>& group);
  /// Reserves the next stretch of the segment when `end` lies behind what is reserved.
  void ReserveUpTo(uint64_t end);
  /// Gives up the segment after a failed group, of which nothing may stay in it. On error it stays
  /// open, to be tried again.
  util::Status AbandonSegment();
  /// Gives up the segment after a complete group: what is still reserved may stay, as zeros.
  void FinishSegment();
  void RegisterSegment();
  /// Takes the runs out of closed_ that hold only records up to `covered_seq`.
  std::deque<StoredRun> TakeCovered(uint64_t covered_seq);

  FileSystem* files_;
  std::string directory_;
  size_t segment_bytes_max_;
  std::mutex truncate_mutex_;  ///< one Truncate at a time; taken before mutex_
  std::mutex mutex_;           ///< guards all that follows but the counters
  std::deque<StoredRun> closed_;
  std::unique_ptr<File> segment_;
  StoredRun segment_run_;        ///< of segment_; last_seq below first_seq while it is empty
  uint64_t synced_bytes_ = 0;    ///< length of segment_ that is known to be durable
  uint64_t reserved_bytes_ = 0;  ///< length of segment_ with what is reserved
  bool group_failed_ = false;    ///< segment_ may hold bytes of a failed group
  bool reserving_works_ = true;  ///< false once the file system said that it cannot
  std::string scratch_;          ///< frames of the group being written
  std::atomic<uint64_t> bytes_written_{0};
  std::atomic<uint64_t> sync_ns_{0};
};

}  // namespace influxdb3::wal
