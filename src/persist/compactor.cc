#include "persist/compactor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "object_store/object_store.h"
#include "persist/file_index.h"
#include "persist/paced_store.h"
#include "persist/pacer.h"
#include "util/log.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;
using util::StatusCode;

namespace {

using FilePtr = std::shared_ptr<const ParquetFile>;
using Files = std::vector<FilePtr>;
using TombstonePtr = std::shared_ptr<const Tombstone>;

constexpr int kNiceness = 10;
// Rounds over one table before the next table's turn.
constexpr int kRoundsMax = 8;

bool EndsTheRun(const Status& status) {
  return status.code() == StatusCode::kCancelled || status.code() == StatusCode::kConflict;
}

std::map<util::TableId, Files> ByTable(const Files& files) {
  std::map<util::TableId, Files> by_table;
  for (const FilePtr& file : files) by_table[file->table_id].push_back(file);
  return by_table;
}

class BackgroundCompactor : public Compactor {
 public:
  BackgroundCompactor(FileIndex* index, object_store::ObjectStore* store, CompactorOptions options)
      : index_(index),
        options_(std::move(options)),
        pacer_(options_.bytes_per_second, options_.clock),
        store_(store, &pacer_) {}

  ~BackgroundCompactor() override { Stop(); }

  void Start() override {
    thread_ = std::thread([this] { Loop(); });
  }

  void Stop() override {
    pacer_.Cancel();
    {
      std::lock_guard lock(wake_mutex_);
      stopping_ = true;
      wake_.notify_all();
    }
    std::lock_guard lock(stop_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  Status RunOnce() override { return Run(true); }

  void Wake() override {
    std::lock_guard lock(wake_mutex_);
    woken_ = true;
    wake_.notify_all();
  }

  CompactorStats stats() const override {
    std::lock_guard lock(stats_mutex_);
    CompactorStats stats = stats_;
    stats.bytes_read = store_.bytes_read();
    stats.bytes_written = store_.bytes_written();
    return stats;
  }

 private:
  void Loop() {
    // Writers and queries come first. Without the right to it, it runs as any other thread.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
    int64_t retention_at_ns = options_.clock->SteadyNs();
    bool asked = false;
    while (true) {
      const bool retention = asked || options_.clock->SteadyNs() >= retention_at_ns;
      if (retention) {
        retention_at_ns = options_.clock->SteadyNs() + options_.retention_interval_ns;
      }
      const Status status = Run(retention);
      if (status.code() == StatusCode::kConflict) {
        util::LogError("Compaction ends: {}", status.message());
        return;
      }
      std::unique_lock lock(wake_mutex_);
      wake_.wait_for(lock, std::chrono::nanoseconds(options_.interval_ns),
                     [this] { return stopping_ || woken_; });
      if (stopping_) return;
      asked = std::exchange(woken_, false);
    }
  }

  Status Run(bool with_retention) {
    std::lock_guard lock(run_mutex_);
    Status first_error;
    // True when the run must end.
    const auto failed = [&](const char* what, const Status& status) {
      if (status.ok()) return false;
      if (status.code() != StatusCode::kCancelled) {
        util::LogError("Could not {}: {}", what, status.message());
        Count([](CompactorStats* stats) { ++stats->failures; });
      }
      if (first_error.ok() || EndsTheRun(status)) first_error = status;
      return EndsTheRun(status);
    };
    if (failed("go on compacting", pacer_.Spend(0))) return first_error;
    if (with_retention && failed("remove expired files", RemoveExpired())) return first_error;
    const IndexStats before = index_->stats();
    commits_ = 0;
    if (with_retention || before.manifests_written != compacted_manifests_ ||
        before.tombstones != compacted_tombstones_) {
      const Status status = CompactTables();
      if (failed("compact", status)) return first_error;
      if (failed("drop deletions that were applied", DropTombstones())) return first_error;
      // Other manifests than our own have news.
      compacted_manifests_ = status.ok() ? before.manifests_written + commits_ : 0;
      compacted_tombstones_ = index_->stats().tombstones;
    }
    if (with_retention) failed("delete unused files", DeleteOrphans());
    return first_error;
  }

  Status RemoveExpired() {
    IndexChange change;
    uint64_t of_deleted_tables = 0;
    for (const auto& [table_id, files] : ByTable(index_->AllFiles())) {
      const CompactedTable table = options_.table(files.front()->db_id, table_id);
      for (const FilePtr& file : files) {
        const bool expired =
            table.expired_before_ns && file->time_range.max_ns < *table.expired_before_ns;
        if (table.exists && !expired) continue;
        change.removed_file_ids.push_back(file->file_id);
        if (!table.exists) ++of_deleted_tables;
      }
    }
    if (change.removed_file_ids.empty()) return Status::Ok();
    RETURN_IF_ERROR(Commit(change));
    const uint64_t removed = change.removed_file_ids.size();
    Count([&](CompactorStats* stats) {
      stats->files_of_deleted_tables += of_deleted_tables;
      stats->files_expired += removed - of_deleted_tables;
    });
    util::LogInfo("Removed {} files whose rows had expired and {} of deleted tables",
                  removed - of_deleted_tables, of_deleted_tables);
    return Status::Ok();
  }

  // Goes on with other tables after an error of one.
  Status CompactTables() {
    Status first_error;
    for (const auto& [table_id, files] : ByTable(index_->AllFiles())) {
      const Status status = CompactTable(files.front()->db_id, table_id);
      if (EndsTheRun(status)) return status;
      if (!status.ok() && first_error.ok()) first_error = status;
    }
    return first_error;
  }

  // Plans again until there is nothing to do: what was merged may be merged with its neighbours.
  // Not for ever, as files may come as fast as they are merged, and other tables wait.
  Status CompactTable(util::DbId db, util::TableId table_id) {
    for (int round = 0; round < kRoundsMax; ++round) {
      // With all deletions that are newer than one of the files; later ones are newer than these.
      const auto view = index_->View(table_id, model::TimeRange::All(), nullptr);
      const auto jobs = PlanCompaction(view->files, view->tombstones, options_.rules);
      if (jobs.empty()) return Status::Ok();
      const CompactedTable table = options_.table(db, table_id);
      if (!table.exists || table.schema == nullptr) return Status::Ok();
      FileMerger merger(&store_, index_, table.schema, view->tombstones,
                        table.expired_before_ns.value_or(INT64_MIN), options_.limits);
      Status first_error;
      for (const CompactionJob& job : jobs) {
        const Status status = RunJob(job, &merger);
        if (EndsTheRun(status)) return status;
        if (!status.ok() && first_error.ok()) {
          first_error = status.WithPrefix(fmt::format("table '{}': ", table.schema->name()));
        }
      }
      RETURN_IF_ERROR(first_error);
    }
    return Status::Ok();
  }

  Status RunJob(const CompactionJob& job, FileMerger* merger) {
    IndexChange change;
    ASSIGN_OR_RETURN(change.added, merger->Run(job));
    for (const FilePtr& input : job.inputs) change.removed_file_ids.push_back(input->file_id);
    RETURN_IF_ERROR(Commit(change));
    Count([&](CompactorStats* stats) {
      ++stats->jobs;
      stats->files_merged += job.inputs.size();
      stats->files_written += change.added.size();
      for (const FilePtr& file : change.added) stats->rows_written += file->row_count;
    });
    return Status::Ok();
  }

  // A deletion is done with when no file is older than it, and no older rows can come into a file
  // any more: then the log up to it is in files.
  Status DropTombstones() {
    const std::vector<TombstonePtr> tombstones = index_->AllTombstones();
    if (tombstones.empty()) return Status::Ok();
    const uint64_t covered = index_->stats().wal_covered_seq;
    std::map<uint64_t, bool> needed;  // by log record: several deletions may be of the same
    for (const TombstonePtr& tombstone : tombstones) {
      bool& is_needed = needed[tombstone->wal_seq];
      is_needed |= tombstone->wal_seq > covered;
      if (is_needed) continue;
      const auto view = index_->View(tombstone->table_id, tombstone->range, nullptr);
      is_needed |= std::any_of(view->files.begin(), view->files.end(), [&](const FilePtr& file) {
        return file->max_wal_seq < tombstone->wal_seq;
      });
    }
    IndexChange change;
    for (const auto& [seq, is_needed] : needed) {
      if (!is_needed) change.removed_tombstone_seqs.push_back(seq);
    }
    if (change.removed_tombstone_seqs.empty()) return Status::Ok();
    RETURN_IF_ERROR(Commit(change));
    Count([&](CompactorStats* stats) {
      stats->tombstones_dropped += change.removed_tombstone_seqs.size();
    });
    return Status::Ok();
  }

  Status DeleteOrphans() {
    ASSIGN_OR_RETURN(const uint64_t deleted,
                     index_->RemoveOrphans(options_.clock->NowNs(), options_.orphan_grace_ns));
    Count([&](CompactorStats* stats) { stats->objects_deleted += deleted; });
    return Status::Ok();
  }

  Status Commit(const IndexChange& change) {
    const Status committed = index_->Commit(change, nullptr);
    if (committed.ok()) ++commits_;
    return committed;
  }

  template <class Change>
  void Count(Change change) {
    std::lock_guard lock(stats_mutex_);
    change(&stats_);
  }

  FileIndex* const index_;
  const CompactorOptions options_;
  Pacer pacer_;
  PacedStore store_;

  std::mutex run_mutex_;              // one run at a time; guards the next three
  uint64_t commits_ = 0;              // of this run, from its compaction on
  uint64_t compacted_manifests_ = 0;  // what the index had when all of it was compacted
  uint64_t compacted_tombstones_ = 0;

  std::mutex wake_mutex_;  // guards the next three
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;

  std::mutex stop_mutex_;  // guards thread_ against two that stop
  std::thread thread_;

  mutable std::mutex stats_mutex_;
  CompactorStats stats_;  // guarded by stats_mutex_
};

}  // namespace

std::unique_ptr<Compactor> Compactor::Make(FileIndex* index, object_store::ObjectStore* store,
                                           CompactorOptions options) {
  return std::make_unique<BackgroundCompactor>(index, store, std::move(options));
}

}  // namespace influxdb3::persist
