#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "buffer/buffer_store.h"
#include "persist/file_index.h"
#include "persist/table_writer.h"
#include "util/clock.h"
#include "util/result.h"

namespace influxdb3::object_store {
class ObjectStore;
}

namespace influxdb3::buffer {

class CatalogHistory;

struct SnapshotOptions {
  int64_t chunk_duration_ns = 600'000'000'000;
  /// --wal-snapshot-size. A snapshot is due when the log holds one and a half times as many flush
  /// intervals that no file covers; everything is written at three times as many.
  uint64_t intervals = 600;
  /// Everything is written when the buffer takes this much memory; 0 = no limit.
  uint64_t buffer_bytes_max = 0;
  int thread_count = 1;  ///< files written at the same time
  persist::TableWriterOptions writer;
  int64_t check_interval_ns = 1'000'000'000;
  /// Between snapshots because of memory, and after a failed one.
  int64_t pause_ns = 10'000'000'000;
};

struct SnapshotStats {
  uint64_t snapshots = 0;
  uint64_t failures = 0;
  uint64_t files = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  int64_t duration_ns_total = 0;
};

/// What a snapshotter works on; all of it must live longer.
struct SnapshotParts {
  BufferStore* buffer = nullptr;
  CatalogHistory* history = nullptr;
  wal::Wal* wal = nullptr;
  persist::FileIndex* index = nullptr;
  object_store::ObjectStore* store = nullptr;
  const util::Clock* clock = nullptr;
};

/// Brings rows from the buffer into Parquet files and then cuts the log: freeze, write files,
/// commit the manifest and drop the rows in one moment, truncate. A crash between any two steps
/// loses and doubles nothing, as the manifest says which rows of the log are in files.
///
/// A chunk makes a file; small ones that follow each other share one, since late data makes many.
///
/// A snapshot that fails keeps its frozen chunks (they stay visible) and what it has written, and
/// goes on from there the next time. Thread-safe.
class Snapshotter {
 public:
  /// `replayed_records`: of the log at start; they count as intervals until they are covered.
  Snapshotter(const SnapshotParts& parts, const SnapshotOptions& options,
              uint64_t replayed_records);
  ~Snapshotter();

  /// Starts the thread that looks whether a snapshot is due. Once.
  void Start();
  /// Ends the thread; a running snapshot is finished. Idempotent.
  void Stop();

  /// Takes a snapshot now: of the chunks that begin before `before_ns`, none = of everything.
  /// One at a time; an earlier one that failed is finished first.
  util::Status Run(std::optional<int64_t> before_ns);
  /// Takes a snapshot if one is due.
  util::Status RunIfDue();
  /// Writers wait for memory: everything is written soon, however short ago the last snapshot was.
  void MakeRoom();
  /// Called after rows left the buffer, from the thread that took the snapshot. Set before Start.
  void set_on_dropped(std::function<void()> on_dropped) { on_dropped_ = std::move(on_dropped); }
  /// Called when a snapshot met Conflict: another process changes the index, so that this one can
  /// store nothing any more. Set before Start.
  void set_on_conflict(std::function<void(const util::Status&)> on_conflict) {
    on_conflict_ = std::move(on_conflict);
  }

  SnapshotStats stats() const;

 private:
  /// Consecutive chunks of a set that go into one file.
  struct FileRun {
    size_t begin = 0;
    size_t end = 0;
    bool written = false;
    std::shared_ptr<const persist::ParquetFile> file;  ///< null when there were no rows
  };
  /// A frozen set on its way.
  struct Pending {
    FrozenSet set;
    uint64_t order = 0;  ///< of its files
    std::vector<FileRun> files;
  };

  void Loop();
  bool IsMemoryShort();
  util::Status Finish();
  util::Status WriteFiles();
  std::vector<FileRun> PlanFiles(const FrozenSet& set) const;
  util::Status WriteFile(FileRun* run);
  util::Status Commit();
  std::vector<persist::PersistedChunk> PersistedBehind(util::WalSeq covered) const;

  const SnapshotParts parts_;
  const SnapshotOptions options_;
  std::function<void()> on_dropped_;
  std::function<void(const util::Status&)> on_conflict_;

  std::mutex run_mutex_;  ///< held for a whole snapshot; guards the next four
  std::unique_ptr<Pending> pending_;
  util::WalSeq covered_;
  std::vector<persist::PersistedChunk> persisted_;
  util::WalSeq replayed_until_;
  uint64_t replayed_records_;
  int64_t memory_snapshot_ns_;  // when the last one because of memory ended

  mutable std::mutex mutex_;  ///< guards all that follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool room_wanted_ = false;
  SnapshotStats stats_;
  std::thread thread_;
};

}  // namespace influxdb3::buffer
