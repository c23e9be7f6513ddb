#include "buffer/snapshotter.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include <arrow/record_batch.h>

#include "buffer/catalog_history.h"
#include "buffer/chunk.h"
#include "buffer/fault_points.h"
#include "buffer/sorted_rows.h"
#include "util/fault_point.h"
#include "util/log.h"

namespace influxdb3::buffer {

using util::Status;

namespace {

constexpr uint32_t kBatchRows = 8192;
constexpr size_t kThreadsMax = 8;
// How far apart chunks of one file may begin, and how many spans of time a file may cover: a file
// must not reach over times that others hold.
constexpr uint64_t kGapChunksMax = 6;
constexpr uint64_t kFileChunksMax = 144;

int64_t RoundDown(int64_t time_ns, int64_t unit_ns) {
  const int64_t rest = time_ns % unit_ns;
  const int64_t down = rest < 0 ? rest + unit_ns : rest;
  return time_ns < std::numeric_limits<int64_t>::min() + down ? std::numeric_limits<int64_t>::min()
                                                              : time_ns - down;
}

}  // namespace

Snapshotter::Snapshotter(const SnapshotParts& parts, const SnapshotOptions& options,
                         uint64_t replayed_records)
    : parts_(parts),
      options_(options),
      covered_(parts.index->recovered().wal_covered_seq),
      persisted_(parts.index->recovered().persisted_chunks),
      replayed_until_(parts.wal->stats().last_durable_seq),
      replayed_records_(replayed_records),
      memory_snapshot_ns_(parts.clock->SteadyNs() - options.pause_ns) {}

Snapshotter::~Snapshotter() {
  Stop();
}

void Snapshotter::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Snapshotter::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Snapshotter::MakeRoom() {
  std::lock_guard lock(mutex_);
  room_wanted_ = true;
  changed_.notify_all();
}

void Snapshotter::Loop() {
  int64_t pause_ns = options_.check_interval_ns;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::nanoseconds(pause_ns),
                        [this] { return stopping_ || room_wanted_; });
      if (stopping_) return;
    }
    const Status status = RunIfDue();
    pause_ns = status.ok() ? options_.check_interval_ns : options_.pause_ns;
  }
}

bool Snapshotter::IsMemoryShort() {
  bool room_wanted = false;
  {
    std::lock_guard lock(mutex_);
    room_wanted = std::exchange(room_wanted_, false);
  }
  const BufferStats buffered = parts_.buffer->stats();
  if (options_.buffer_bytes_max == 0 || buffered.bytes < options_.buffer_bytes_max) return false;
  return buffered.chunks > 0 &&
         (room_wanted || parts_.clock->SteadyNs() - memory_snapshot_ns_ >= options_.pause_ns);
}

Status Snapshotter::RunIfDue() {
  std::optional<int64_t> before_ns;
  bool memory_short = false;
  {
    std::lock_guard lock(run_mutex_);
    memory_short = IsMemoryShort();
    const uint64_t intervals = parts_.wal->stats().uncovered_intervals +
                               (covered_ < replayed_until_ ? replayed_records_ : 0);
    const bool everything = memory_short || intervals >= 3 * options_.intervals;
    const bool due = everything || intervals >= options_.intervals + options_.intervals / 2;
    if (!due && pending_ == nullptr) return Status::Ok();
    if (!everything) {
      const std::optional<int64_t> newest_ns = parts_.buffer->last_record_time_ns();
      if (!newest_ns && pending_ == nullptr) return Status::Ok();
      if (newest_ns) before_ns = RoundDown(*newest_ns, options_.chunk_duration_ns);
    }
  }
  RETURN_IF_ERROR(Run(before_ns));
  if (memory_short) {
    std::lock_guard lock(run_mutex_);
    memory_snapshot_ns_ = parts_.clock->SteadyNs();
  }
  return Status::Ok();
}

Status Snapshotter::Run(std::optional<int64_t> before_ns) {
  std::lock_guard lock(run_mutex_);
  if (pending_ != nullptr) RETURN_IF_ERROR(Finish());
  auto pending = std::make_unique<Pending>();
  pending->set = parts_.buffer->Freeze(before_ns);
  if (pending->set.chunks.empty() && pending->set.covered_seq <= covered_) return Status::Ok();
  pending->files = PlanFiles(pending->set);
  // Also above what the snapshot before wrote when no record came since.
  pending->order = std::max(pending->set.cut_seq.value, parts_.index->stats().order_max + 1);
  pending_ = std::move(pending);
  return Finish();
}

Status Snapshotter::Finish() {
  const int64_t begin_ns = parts_.clock->SteadyNs();
  Status status = util::FaultPoint(fault_points::kFrozen);
  if (status.ok()) status = WriteFiles();
  if (status.ok()) status = Commit();
  if (status.code() == util::StatusCode::kConflict && on_conflict_) on_conflict_(status);
  std::lock_guard lock(mutex_);
  stats_.duration_ns_total += parts_.clock->SteadyNs() - begin_ns;
  if (status.ok()) {
    ++stats_.snapshots;
  } else {
    ++stats_.failures;
    util::LogError("a snapshot failed, its rows stay in memory and in the log: {}",
                   status.ToString());
  }
  return status;
}

Status Snapshotter::WriteFiles() {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  const int thread_count =
      std::clamp<int>(static_cast<int>(std::min(pending_->files.size(), kThreadsMax)), 1,
                      std::max(options_.thread_count, 1));
  std::vector<Status> statuses(static_cast<size_t>(thread_count));
  const auto work = [&](size_t thread) {
    for (size_t i = next++; i < pending_->files.size() && !failed; i = next++) {
      statuses[thread] = WriteFile(&pending_->files[i]);
      if (!statuses[thread].ok()) failed = true;
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < statuses.size(); ++i) threads.emplace_back(work, i);
  work(0);
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : statuses) RETURN_IF_ERROR(status);
  return Status::Ok();
}

std::vector<Snapshotter::FileRun> Snapshotter::PlanFiles(const FrozenSet& set) const {
  std::vector<FileRun> runs;
  uint64_t rows = 0;  // of the last run
  for (size_t i = 0; i < set.chunks.size(); ++i) {
    const FrozenChunk& chunk = set.chunks[i];
    const auto since = [&](const FrozenChunk& earlier) {
      return static_cast<uint64_t>(chunk.chunk_time_ns) -
             static_cast<uint64_t>(earlier.chunk_time_ns);
    };
    const auto unit = static_cast<uint64_t>(options_.chunk_duration_ns);
    rows += chunk.chunk->row_count();
    const bool joins = !runs.empty() && set.chunks[i - 1].table_id == chunk.table_id &&
                       rows <= options_.writer.row_group_rows_max &&
                       since(set.chunks[i - 1]) <= kGapChunksMax * unit &&
                       since(set.chunks[runs.back().begin]) < kFileChunksMax * unit;
    if (joins) {
      runs.back().end = i + 1;
    } else {
      runs.push_back({i, i + 1, false, nullptr});
      rows = chunk.chunk->row_count();
    }
  }
  return runs;
}

Status Snapshotter::WriteFile(FileRun* run) {
  if (run->written) return Status::Ok();
  const std::span<const FrozenChunk> chunks(&pending_->set.chunks[run->begin],
                                            run->end - run->begin);
  const FrozenChunk& first = chunks.front();
  std::shared_ptr<const TableSnapshot> snapshot = parts_.buffer->Read(chunks);
  // Asked for after the rows were read, so that it has all their columns. A file with a column that
  // a crash takes out of the catalog could not be merged with others.
  ASSIGN_OR_RETURN(const auto state, parts_.history->Newest());
  const auto schema = state->FindTable(first.db_id, first.table_id);
  if (schema != nullptr) {
    SortedRows rows(std::move(snapshot), schema);
    if (rows.row_count() > 0) {
      persist::ParquetFile file;
      file.file_id = parts_.index->NextFileId();
      file.db_id = first.db_id;
      file.table_id = first.table_id;
      file.path =
          parts_.index->PathOf(first.db_id, first.table_id, first.chunk_time_ns, file.file_id);
      file.chunk_time_ns = first.chunk_time_ns;
      file.order = pending_->order;
      file.max_wal_seq = pending_->set.cut_seq.value;
      ASSIGN_OR_RETURN(auto writer,
                       persist::TableWriter::Open(parts_.store, *schema, file, options_.writer));
      while (true) {
        ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> batch, rows.Next(kBatchRows));
        if (batch == nullptr) break;
        RETURN_IF_ERROR(writer->Append(*batch));
      }
      ASSIGN_OR_RETURN(file, writer->Finish());
      run->file = std::make_shared<const persist::ParquetFile>(std::move(file));
    }
  }
  run->written = true;
  return Status::Ok();
}

std::vector<persist::PersistedChunk> Snapshotter::PersistedBehind(util::WalSeq covered) const {
  // The frozen set is the newest, so its number is the highest of a chunk.
  std::map<std::pair<util::TableId, int64_t>, uint64_t> seqs;
  for (const persist::PersistedChunk& chunk : persisted_) {
    if (chunk.wal_seq > covered.value) seqs[{chunk.table_id, chunk.chunk_time_ns}] = chunk.wal_seq;
  }
  for (const FrozenChunk& chunk : pending_->set.chunks) {
    if (chunk.last_seq > covered) {
      seqs[{chunk.table_id, chunk.chunk_time_ns}] = pending_->set.cut_seq.value;
    }
  }
  std::vector<persist::PersistedChunk> persisted;
  for (const auto& [chunk, seq] : seqs) persisted.push_back({chunk.first, chunk.second, seq});
  return persisted;
}

Status Snapshotter::Commit() {
  persist::IndexChange change;
  const util::WalSeq covered = std::max(covered_, pending_->set.covered_seq);
  for (const FileRun& run : pending_->files) {
    if (run.file != nullptr) change.added.push_back(run.file);
  }
  change.wal_covered_seq = covered.value;
  change.persisted_chunks = PersistedBehind(covered);
  ASSIGN_OR_RETURN(const auto state, parts_.history->StateAsOf(covered));
  change.catalog_ops = state->ToOps();
  RETURN_IF_ERROR(
      parts_.index->Commit(change, [this] { parts_.buffer->DropFrozen(pending_->set); }));
  {
    std::lock_guard lock(mutex_);
    for (const auto& file : change.added) {
      ++stats_.files;
      stats_.rows += file->row_count;
      stats_.bytes += file->size_bytes;
    }
  }
  persisted_ = std::move(change.persisted_chunks);
  covered_ = covered;
  pending_.reset();
  parts_.history->Forget(covered_);
  parts_.buffer->ForgetEmptyTables();
  if (on_dropped_) on_dropped_();
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kBeforeTruncate));
  if (const Status status = parts_.wal->Truncate(covered_); !status.ok()) {
    util::LogWarn("covered records of the log cannot be removed yet: {}", status.message());
  }
  return Status::Ok();
}

SnapshotStats Snapshotter::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace influxdb3::buffer
