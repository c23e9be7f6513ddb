#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "object_store/object_store.h"
#include "wal/log_sink.h"

namespace influxdb3::wal {

/// An object of the log that is known to be there.
struct StoredObject {
  StoredRun run;
  /// Whether it is the first one its process wrote; unknown until its header was read.
  std::optional<bool> opens_writer;
};

struct ObjectSinkOptions {
  int64_t outage_wait_ns = 0;  ///< wal::Options
  int64_t first_backoff_ns = 100'000'000;
};

/// One object per group of records, created conditionally under the number behind the last known
/// record: of several processes that know the same log only one can go on with it.
///
/// For this to hold against a process that wakes up long after, a name that it may try next must
/// not become free again: the first object of each process, which is what shuts out the one before,
/// survives Truncate (of the newest kFirstObjectsKept processes), and so does the newest object. A
/// process that has not written yet knows a name in the middle of another's objects; so after its
/// first creation it looks for later objects.
class ObjectSink : public LogSink {
 public:
  static constexpr size_t kFirstObjectsKept = 16;

  /// Objects are named `{directory}/{first seq:020}.wal`. `store` must outlive the sink.
  ObjectSink(object_store::ObjectStore* store, std::string directory,
             const ObjectSinkOptions& options);

  /// Objects of earlier processes, in order; before the first Write.
  void AddStored(std::vector<StoredObject> objects);

  /// Tries again for `outage_wait_ns` what may pass. PermissionDenied and the like come at once.
  util::Status Write(const std::vector<EncodedRecord>& group) override;
  bool OutcomeUnknown() const override { return in_doubt_.load(); }
  bool Fenced() const override { return fenced_.load(); }
  void StopWaiting() override;
  util::Status Truncate(uint64_t covered_seq) override;
  uint64_t bytes_written() const override { return bytes_written_.load(std::memory_order_relaxed); }
  uint64_t sync_ns_total() const override { return sync_ns_.load(std::memory_order_relaxed); }

  /// What writers get once another process owns the log: Unavailable.
  static util::Status FencedStatus();

 private:
  /// One try to have `bytes` as object `path`.
  util::Status Create(const std::string& path, const std::string& bytes);
  /// There is an object `path` already, as `refused` says: is it ours?
  util::Status Settle(const std::string& path, const std::string& bytes,
                      const util::Status& refused);
  /// After the first object: there must be none behind it.
  util::Status CheckNewest(const std::string& path);
  util::Status Fence(const std::string& path);
  /// Remembers that the group may be there, and passes `status` on.
  util::Status InDoubt(const util::Status& status);
  /// False when there is no time left to try again, else true after a pause.
  bool PauseBefore(int64_t deadline_ns, int64_t backoff_ns);

  std::deque<StoredObject> TakeCovered(uint64_t covered_seq);
  /// Whether each was its process's first, where that is not known yet.
  util::Status ReadHeaders(std::deque<StoredObject>* objects);
  /// Those that are deleted or to be kept go out of `objects`; the first error.
  util::Status DeleteCovered(std::deque<StoredObject>* objects);

  object_store::ObjectStore* const store_;
  const std::string directory_;
  const ObjectSinkOptions options_;
  const std::string writer_id_;

  std::mutex truncate_mutex_;              ///< one Truncate at a time; guards first_objects_
  std::deque<std::string> first_objects_;  ///< paths of covered ones that are kept, oldest first

  std::mutex mutex_;  ///< guards the members below
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  std::deque<StoredObject> stored_;

  // Written by Write only.
  bool opened_ = false;  ///< the first object is there, and is the newest
  std::atomic<bool> in_doubt_{false};
  std::atomic<bool> fenced_{false};
  std::atomic<uint64_t> bytes_written_{0};
  std::atomic<uint64_t> sync_ns_{0};
};

}  // namespace influxdb3::wal
