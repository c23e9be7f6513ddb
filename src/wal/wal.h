#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "util/clock.h"
#include "util/result.h"
#include "wal/record.h"

namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::wal {

/// Receives every record once, in log order, from one thread at a time: at start from replay, then
/// each time the record is durable and before its writer is acknowledged. The query buffer and the
/// caches are listeners; the log does not know them.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Must not fail: everything that can be wrong with a record was checked before it was logged.
  virtual void OnRecord(util::WalSeq seq, const Record& record, bool replay) = 0;
};

struct Options {
  /// At most this much encoded data waits to be written; beyond it Submit answers Unavailable.
  size_t queue_bytes_max = 0;
  /// How long records are gathered before a flush. The append-only file log ignores it and flushes
  /// as soon as the previous flush is done; a log of one object per flush waits that long.
  int64_t flush_interval_ns = 1'000'000'000;
  /// A file segment is closed and the next one started beyond this size.
  size_t segment_bytes_max = size_t{256} << 20;
  /// Start-up refuses any damage, also a torn tail and damage that could be skipped.
  bool replay_fail_on_error = false;
  /// Records up to this one are no longer needed (persist::RecoveredState): they are not replayed,
  /// the log may lack them, and numbering goes on behind it. 0 = all are needed.
  uint64_t covered_seq = 0;
  /// From LockNodeDirectory, for those who must have the lock before they know the rest; a log of
  /// segments takes the lock itself when it is empty. Kept until the log is gone.
  std::shared_ptr<void> directory_lock = nullptr;
  /// A log of objects: how long a flush goes on trying while the store is away; then its writers
  /// get Unavailable.
  int64_t outage_wait_ns = 30'000'000'000;
  /// A log of objects: called once, from a thread of the log, when another process was found to
  /// write with this node id. The log takes no record any more; the node should stop. Must not
  /// block. May be empty.
  std::function<void(const util::Status&)> on_fenced = nullptr;
};

struct ReplayStats {
  uint64_t records = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  uint64_t torn_tail_bytes = 0;  ///< cut off the end of the last segment
};

/// Counters for /metrics; a consistent copy.
struct WalStats {
  uint64_t flushes = 0;
  uint64_t records = 0;
  uint64_t bytes_written = 0;
  uint64_t flush_failures = 0;
  uint64_t sync_ns_total = 0;
  size_t queue_bytes = 0;
  uint64_t last_durable_seq = 0;  ///< also of replayed records; 0 = none yet
  uint64_t covered_seq = 0;       ///< of Options, then of the last Truncate
  /// Of the stretches of Options::flush_interval_ns since the start, how many saw a record written
  /// that is not covered: what decides when a snapshot is due. Replayed records do not count.
  uint64_t uncovered_intervals = 0;
};

/// The write-ahead log of one node. Thread-safe.
///
/// Contract, in this order: written → checksummed → synced → given to the listeners (visible) →
/// acknowledged. What was acknowledged is there after a crash at any moment; a record is there
/// whole or not at all.
///
/// A failed flush (disk full, store away) fails the rows waiting in it with Unavailable or Io;
/// their catalog operations, which are already visible, are carried over to the next flush so that
/// no later record can refer to something the log does not know. Where the store cannot tell
/// whether a flush happened, its writers get the error as well, and the records are written again,
/// in their place, before any later ones: then they are visible although they were refused.
class Wal {
 public:
  virtual ~Wal() = default;

  /// Reads the log behind Options::covered_seq, gives every record to the listeners, cuts a torn
  /// tail and makes the log ready for Submit. Progress goes to the application log. Called once,
  /// before any Submit.
  virtual util::Result<ReplayStats> Replay(const std::vector<Listener*>& listeners) = 0;

  /// Queues a record; returns at once. `payload` is EncodeRecord(record). `done` is called exactly
  /// once, from a thread of the log: with ok when the record is durable and visible, else with the
  /// error. It must not block. When Submit itself returns an error, `done` is never called.
  virtual util::Status Submit(std::shared_ptr<const Record> record, std::string payload,
                              std::function<void(util::Status)> done) = 0;

  /// Flushes what is queued, then refuses further records. Blocks until done. Idempotent.
  virtual util::Status Shutdown() = 0;

  /// Records up to `covered_seq` will not be needed by any later start, whatever happens: gives up
  /// the storage that holds only such. From any thread after Replay, without delaying writers for
  /// long. After an error some of it is left and the next call tries again; nothing is lost.
  virtual util::Status Truncate(util::WalSeq covered_seq) = 0;

  virtual WalStats stats() const = 0;
};

/// Creates the node's directory and takes its lock file, so that no other process writes there.
/// Conflict when another one has it.
util::Result<std::shared_ptr<void>> LockNodeDirectory(const std::string& node_directory);

/// A log of append-only segments `{directory}/wal/{first seq:011}.wal`, synced with fdatasync per
/// group of records. Creates the directory; refuses (Conflict) when another process holds the lock
/// file of the node's directory.
util::Result<std::unique_ptr<Wal>> OpenFileWal(const std::string& node_directory,
                                               const Options& options);

/// A log of objects `{node_prefix}/wal/{first seq:020}.wal`, one per flush, created conditionally
/// so that of two processes with one node id only one can write. `store` must outlive the log.
util::Result<std::unique_ptr<Wal>> OpenObjectWal(object_store::ObjectStore* store,
                                                 const std::string& node_prefix,
                                                 const Options& options);

/// A log that keeps nothing: `--object-store=memory`. Records are visible and acknowledged at once.
util::Result<std::unique_ptr<Wal>> OpenMemoryWal(const Options& options);

}  // namespace influxdb3::wal
