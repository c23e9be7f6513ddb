#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wal/log_sink.h"
#include "wal/wal.h"

namespace influxdb3::wal {

/// Queue, threads and ordering of a log, whatever stores it. One thread takes everything that is
/// queued and makes it durable as a group; a second one hands the records of durable groups to the
/// listeners and acknowledges them, while the first is already writing the next group.
///
/// A group whose outcome the sink does not know is kept, without its writers, and written again
/// before anything else: order and numbers stay what the storage may hold already.
class GroupCommitLog {
 public:
  /// With `gather_ns`, flushes begin at least that far apart unless much is waiting.
  GroupCommitLog(const Options& options, LogSink* sink, int64_t gather_ns = 0);
  ~GroupCommitLog();

  /// Begins accepting records, numbered from `next_seq`. Once.
  void Start(uint64_t next_seq, std::vector<Listener*> listeners);
  util::Status Submit(std::shared_ptr<const Record> record, std::string payload,
                      std::function<void(util::Status)> done);
  util::Status Shutdown();
  util::Status Truncate(uint64_t covered_seq);
  WalStats stats() const;

 private:
  struct Pending {
    std::shared_ptr<const Record> record;
    EncodedRecord encoded;
    std::function<void(util::Status)> done;  ///< empty for carried-over catalog operations
  };
  using Group = std::vector<Pending>;

  void FlushLoop();
  void ApplyLoop();
  /// Waits for work. Empty when the log was shut down and nothing is queued.
  Group TakeQueued();
  /// Writes what must come first, then `group`.
  util::Status FlushGroup(Group* group);
  util::Status WriteUnsettled();
  /// Puts the catalog operations of failed groups in front of `group`.
  util::Status PrependCarriedOps(Group* group);
  util::Status WriteGroup(Group* group);
  void HandOverDurable(Group group);
  void FailGroup(Group group, const util::Status& status);
  /// Refuses everything from now on.
  void Fence(const util::Status& status);
  void ApplyGroup(Group* group);

  /// Records of one stretch of Options::flush_interval_ns.
  struct Interval {
    int64_t number = 0;
    uint64_t last_seq = 0;
  };

  const Options options_;
  LogSink* const sink_;
  const int64_t gather_ns_;
  std::vector<Listener*> listeners_;

  mutable std::mutex mutex_;  ///< guards all that follows
  std::condition_variable queue_changed_;
  std::condition_variable durable_changed_;
  std::deque<Pending> queue_;
  std::deque<Group> durable_;
  size_t queue_bytes_ = 0;  ///< payload bytes submitted and not yet acknowledged
  bool started_ = false;
  bool stopping_ = false;
  bool flushing_ended_ = false;
  util::Status fenced_;
  uint64_t last_durable_seq_ = 0;
  uint64_t covered_seq_ = 0;
  std::deque<Interval> uncovered_intervals_;
  uint64_t flushes_ = 0;
  uint64_t records_ = 0;
  uint64_t flush_failures_ = 0;

  // Used by the flush thread only.
  uint64_t next_seq_ = 1;
  std::vector<model::CatalogOp> carried_ops_;
  Group unsettled_;
  int64_t last_flush_ns_ = 0;
  util::Status last_flush_;

  std::thread flush_thread_;
  std::thread apply_thread_;
};

}  // namespace influxdb3::wal
