#include "app/storage.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "app/node_directory.h"
#include "app/signals.h"
#include "app/store_metric_samples.h"
#include "server/uuid.h"
#include "util/clock.h"
#include "util/humantime.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/machine.h"

namespace influxdb3::app {

using server::http::MetricSample;
using util::Status;

namespace {

// Writers wait when the buffer takes that much more than what starts a snapshot; then there is time
// to write it while they go on.
constexpr uint64_t kBufferFullPercent = 140;
// Below what clients wait for an answer.
constexpr int64_t kMemoryWaitNs = 5'000'000'000;

catalog::CatalogLimits LimitsOf(const ServeOptions& options) {
  return {options.database_count_max, options.table_count_max, options.columns_per_table_max,
          util::limits::kTagColumnsPerTableMax};
}

buffer::SnapshotOptions SnapshotOptionsOf(const ServeOptions& options) {
  buffer::SnapshotOptions snapshot;
  snapshot.chunk_duration_ns = options.gen1_duration_ns;
  snapshot.intervals = options.wal_snapshot_intervals;
  snapshot.buffer_bytes_max =
      options.force_snapshot_bytes > 0 ? options.force_snapshot_bytes : util::MemoryBytes() / 2;
  snapshot.thread_count =
      options.snapshot_thread_count > 0 ? options.snapshot_thread_count : util::CoreCount();
  // Only for tests, in which a few rows must make several row groups and pages.
  if (const char* rows = std::getenv("INFLUXDB3_TEST_ROW_GROUP_ROWS")) {
    snapshot.writer.row_group_rows_max = static_cast<uint32_t>(std::max(std::atoi(rows), 1));
    snapshot.writer.page_rows_max = std::max<uint32_t>(snapshot.writer.row_group_rows_max / 3, 1);
  }
  snapshot.check_interval_ns =
      std::clamp<int64_t>(options.wal_flush_interval_ns, 1'000'000, 1'000'000'000);
  return snapshot;
}

uint64_t BufferFullBytes(uint64_t snapshot_bytes) {
  return snapshot_bytes + snapshot_bytes / 100 * (kBufferFullPercent - 100);
}

MetricSample Counter(const char* name, const char* help, uint64_t value) {
  return {name, help, static_cast<double>(value), true};
}

MetricSample Gauge(const char* name, const char* help, uint64_t value) {
  return {name, help, static_cast<double>(value), false};
}

}  // namespace

class Storage::TombstoneListener : public wal::Listener {
 public:
  explicit TombstoneListener(persist::FileIndex* index) : index_(index) {}

  void OnRecord(util::WalSeq seq, const wal::Record& record, bool /*replay*/) override {
    for (const model::CatalogOp& op : record.ops) {
      const auto* rows = std::get_if<model::DeleteRowsOp>(&op);
      if (rows == nullptr) continue;
      index_->AddTombstone(std::make_shared<const persist::Tombstone>(
          persist::Tombstone{rows->table_id, seq.value, rows->range, rows->tags}));
    }
  }

 private:
  persist::FileIndex* const index_;
};

Storage::Storage(const ServeOptions& options)
    : options_(options), catalog_(LimitsOf(options)), history_(LimitsOf(options)) {}

Storage::~Storage() {
  if (const Status status = Close(); !status.ok()) {
    util::LogError("closing the storage: {}", status.ToString());
  }
}

util::Result<std::unique_ptr<Storage>> Storage::Open(const ServeOptions& options) {
  std::unique_ptr<Storage> storage(new Storage(options));
  RETURN_IF_ERROR(storage->OpenStore());
  RETURN_IF_ERROR(storage->OpenLog());
  RETURN_IF_ERROR(storage->RestoreCatalog());
  RETURN_IF_ERROR(storage->Replay());
  return storage;
}

Status Storage::OpenStore() {
  if (options_.object_store == ObjectStoreKind::kFile) {
    ASSIGN_OR_RETURN(node_directory_, PrepareNodeDirectory(options_.data_dir, options_.node_id));
    // Before anything of another process could be changed.
    ASSIGN_OR_RETURN(directory_lock_, wal::LockNodeDirectory(node_directory_));
  }
  ASSIGN_OR_RETURN(store_, OpenObjectStore(options_));
  if (IsRemote(options_.object_store)) {
    ASSIGN_OR_RETURN(cluster_uuid_, LoadOrCreateClusterUuid(*store_.store, options_.node_id));
  } else if (node_directory_.empty()) {
    cluster_uuid_ = server::RandomUuid();
  } else {
    ASSIGN_OR_RETURN(cluster_uuid_, LoadOrCreateClusterUuid(node_directory_));
  }
  return FixChunkDuration();
}

Status Storage::FixChunkDuration() {
  ASSIGN_OR_RETURN(const int64_t first_ns, LoadOrCreateGen1Duration(*store_.store, options_.node_id,
                                                                    options_.gen1_duration_ns));
  if (first_ns != options_.gen1_duration_ns) {
    util::LogWarn("--gen1-duration={} has no effect: this node was first started with {}",
                  util::FormatHumantime(options_.gen1_duration_ns),
                  util::FormatHumantime(first_ns));
    options_.gen1_duration_ns = first_ns;
  }
  buffer_ = std::make_unique<buffer::BufferStore>(&catalog_, options_.gen1_duration_ns);
  return Status::Ok();
}

void Storage::StopAsFenced(const Status& status) const {
  util::LogError("{}: a second server runs with --node-id={}", status.message(), options_.node_id);
  RequestStop();
}

Status Storage::OpenLog() {
  ASSIGN_OR_RETURN(index_, persist::FileIndex::Open(store_.store.get(), options_.node_id));
  wal::Options wal_options;
  wal_options.queue_bytes_max = options_.wal_queue_bytes_max;
  wal_options.flush_interval_ns = options_.wal_flush_interval_ns;
  wal_options.replay_fail_on_error = options_.wal_replay_fail_on_error;
  wal_options.covered_seq = index_->recovered().wal_covered_seq;
  wal_options.directory_lock = directory_lock_;
  if (options_.object_store == ObjectStoreKind::kFile) {
    ASSIGN_OR_RETURN(wal_, wal::OpenFileWal(node_directory_, wal_options));
  } else if (IsRemote(options_.object_store)) {
    wal_options.on_fenced = [this](const Status& status) { StopAsFenced(status); };
    ASSIGN_OR_RETURN(wal_, wal::OpenObjectWal(store_.store_without_retries.get(), options_.node_id,
                                              wal_options));
  } else {
    ASSIGN_OR_RETURN(wal_, wal::OpenMemoryWal(wal_options));
  }
  return Status::Ok();
}

Status Storage::RestoreCatalog() {
  const persist::RecoveredState& recovered = index_->recovered();
  const util::WalSeq covered(recovered.wal_covered_seq);
  const Status applied = history_.Restore(covered, recovered.catalog_ops);
  if (!applied.ok()) return applied.WithPrefix("the catalog of the newest manifest: ");
  RETURN_IF_ERROR(AdoptHistory());
  buffer_->Restore(covered, recovered.persisted_chunks);
  return Status::Ok();
}

Status Storage::AdoptHistory() {
  ASSIGN_OR_RETURN(std::shared_ptr<const catalog::CatalogState> state, history_.Newest());
  catalog_.Restore(std::move(state));
  return Status::Ok();
}

Status Storage::Replay() {
  tombstones_ = std::make_unique<TombstoneListener>(index_.get());
  // What the buffer froze is written with the catalog of its moment, so that comes first.
  ASSIGN_OR_RETURN(const wal::ReplayStats stats,
                   wal_->Replay({&history_, tombstones_.get(), buffer_.get()}));
  // Later changes are in the live catalog before they are logged.
  RETURN_IF_ERROR(AdoptHistory());
  if (stats.records > 0) {
    util::LogInfo("replayed {} log records with {} rows ({} bytes)", stats.records, stats.rows,
                  stats.bytes);
  }
  // Those of which all rows were in files already have books only.
  buffer_->ForgetEmptyTables();
  MakeWorkers(stats.records);
  return Status::Ok();
}

void Storage::MakeWorkers(uint64_t replayed_records) {
  const buffer::SnapshotOptions snapshot_options = SnapshotOptionsOf(options_);
  snapshotter_ = std::make_unique<buffer::Snapshotter>(
      buffer::SnapshotParts{buffer_.get(), &history_, wal_.get(), index_.get(), store_.store.get(),
                            &util::Clock::System()},
      snapshot_options, replayed_records);
  snapshotter_->set_on_conflict([this](const Status& status) { StopAsFenced(status); });
  memory_gate_ = std::make_unique<buffer::MemoryGate>(
      buffer_.get(), BufferFullBytes(snapshot_options.buffer_bytes_max), kMemoryWaitNs,
      [this] { snapshotter_->MakeRoom(); });
  snapshotter_->set_on_dropped([this] { memory_gate_->Changed(); });

  persist::CompactorOptions compaction;
  compaction.table = [this](util::DbId db, util::TableId table) { return TableOf(db, table); };
  compaction.retention_interval_ns = options_.retention_check_interval_ns;
  compactor_ = persist::Compactor::Make(index_.get(), store_.store.get(), std::move(compaction));
}

persist::CompactedTable Storage::TableOf(util::DbId db, util::TableId table) const {
  persist::CompactedTable result;
  // As the log has it: what is removed here or written into files must not be taken back by a
  // crash.
  const auto state = history_.Newest();
  if (!state.ok()) return result;
  const auto database = (*state)->FindEvenDeleted(db);
  result.exists = database != nullptr && database->tables_by_id.contains(table.value);
  if (!result.exists) return result;
  const auto entry = database->tables_by_id.find(table.value);
  result.schema = entry->second.schema;
  if (const std::optional<int64_t> retention_ns = database->RetentionOf(table)) {
    const int64_t now_ns = util::Clock::System().NowNs();
    // A period that reaches back beyond all times keeps all rows.
    if (now_ns >= std::numeric_limits<int64_t>::min() + *retention_ns) {
      result.expired_before_ns = now_ns - *retention_ns;
    }
  }
  return result;
}

void Storage::StartBackground() {
  snapshotter_->Start();
  compactor_->Start();
}

Status Storage::StoreAll(bool compact) {
  RETURN_IF_ERROR(snapshotter_->Run(std::nullopt));
  return compact ? compactor_->RunOnce() : Status::Ok();
}

Status Storage::Close() {
  if (compactor_ != nullptr) compactor_->Stop();
  if (snapshotter_ != nullptr) snapshotter_->Stop();
  return wal_ == nullptr ? Status::Ok() : wal_->Shutdown();
}

std::vector<MetricSample> Storage::SampleMetrics() const {
  const wal::WalStats log = wal_->stats();
  const buffer::BufferStats rows = buffer_->stats();
  const buffer::SnapshotStats snapshots = snapshotter_->stats();
  const persist::IndexStats files = index_->stats();
  const persist::CompactorStats compaction = compactor_->stats();
  std::vector<MetricSample> samples = {
      Counter("influxdb3_wal_flushes_total", "syncs of the write-ahead log", log.flushes),
      Counter("influxdb3_wal_flush_failures_total", "failed syncs of the write-ahead log",
              log.flush_failures),
      Counter("influxdb3_wal_records_total", "records written to the log", log.records),
      Counter("influxdb3_wal_bytes_written_total", "bytes written to the log", log.bytes_written),
      Gauge("influxdb3_wal_queue_bytes", "bytes waiting to be written to the log", log.queue_bytes),
      Gauge("influxdb3_wal_uncovered_intervals", "flush intervals of the log that no file covers",
            log.uncovered_intervals),
      Gauge("influxdb3_buffer_rows", "rows held in memory", rows.rows),
      Gauge("influxdb3_buffer_bytes", "bytes allocated for rows in memory", rows.bytes),
      Gauge("influxdb3_buffer_chunks", "chunks of rows in memory", rows.chunks),
      Counter("influxdb3_snapshots_total", "snapshots of the buffer", snapshots.snapshots),
      Counter("influxdb3_snapshot_failures_total", "failed snapshots", snapshots.failures),
      Counter("influxdb3_snapshot_rows_total", "rows that snapshots wrote", snapshots.rows),
      Counter("influxdb3_snapshot_bytes_total", "bytes that snapshots wrote", snapshots.bytes),
      {"influxdb3_snapshot_seconds_total", "time spent in snapshots",
       static_cast<double>(snapshots.duration_ns_total) / 1e9, true},
      Gauge("influxdb3_parquet_files", "Parquet files", files.files),
      Gauge("influxdb3_parquet_rows", "rows in Parquet files", files.rows),
      Gauge("influxdb3_parquet_bytes", "bytes of Parquet files", files.bytes),
      Gauge("influxdb3_tombstones", "row deletions that compaction has not applied yet",
            files.tombstones),
      Counter("influxdb3_compaction_jobs_total", "merges of files", compaction.jobs),
      Counter("influxdb3_compaction_failures_total", "failed merges", compaction.failures),
      Counter("influxdb3_compaction_files_merged_total", "files that merges read",
              compaction.files_merged),
      Counter("influxdb3_compaction_files_written_total", "files that merges wrote",
              compaction.files_written),
      Counter("influxdb3_compaction_bytes_read_total", "bytes that merges read",
              compaction.bytes_read),
      Counter("influxdb3_compaction_bytes_written_total", "bytes that merges wrote",
              compaction.bytes_written),
      Counter("influxdb3_retention_files_total", "files removed because all their rows expired",
              compaction.files_expired),
      Counter("influxdb3_objects_deleted_total", "objects removed that nothing names any more",
              compaction.objects_deleted),
  };
  for (MetricSample& sample : StoreMetricSamples(*store_.metrics)) {
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace influxdb3::app
