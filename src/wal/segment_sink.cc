#include "wal/segment_sink.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "util/fault_point.h"
#include "util/log.h"
#include "wal/fault_points.h"
#include "wal/segment_format.h"
#include "wal/store_fault_points.h"

namespace influxdb3::wal {
namespace {

// A scratch buffer larger than this is given back after its group.
constexpr size_t kScratchBytesKept = size_t{16} << 20;
// How far ahead of the records space is reserved at a time.
constexpr uint64_t kReserveBytes = uint64_t{4} << 20;
// A segment whose first records are covered is closed from this share of its largest size on.
constexpr size_t kTruncateShare = 8;

}  // namespace

using util::Status;

SegmentSink::SegmentSink(FileSystem* files, std::string directory, size_t segment_bytes_max)
    : files_(files), directory_(std::move(directory)), segment_bytes_max_(segment_bytes_max) {}

SegmentSink::~SegmentSink() {
  if (segment_ != nullptr && !group_failed_) FinishSegment();
}

void SegmentSink::AddClosed(const std::vector<StoredRun>& runs) {
  std::lock_guard lock(mutex_);
  closed_.insert(closed_.end(), runs.begin(), runs.end());
}

Status SegmentSink::Write(const std::vector<EncodedRecord>& group) {
  std::lock_guard lock(mutex_);
  if (group_failed_) RETURN_IF_ERROR(AbandonSegment());
  if (segment_ != nullptr && synced_bytes_ >= segment_bytes_max_) FinishSegment();
  if (segment_ == nullptr) RETURN_IF_ERROR(OpenSegment(group.front().seq));
  Status status = AppendAndSync(group);
  if (!status.ok()) {
    group_failed_ = true;
    // Tried at once so that a crash finds a clean file; repeated by the next write if it fails now.
    if (const Status abandoned = AbandonSegment(); !abandoned.ok()) {
      util::LogError("the log cannot be cut back after a failed write: {}", abandoned.message());
    }
  }
  return status;
}

// An attempt that failed before its first record was durable leaves a file with at most a header.
Status SegmentSink::RemoveEmptySegment(const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files_->Open(path));
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (size > kSegmentHeaderBytes) {
    return Status::Internal(fmt::format("the log would overwrite the records in '{}'", path));
  }
  return files_->Remove(path);
}

Status SegmentSink::OpenSegment(uint64_t first_seq) {
  const std::string path = directory_ + "/" + SegmentFileName(first_seq);
  auto created = files_->Create(path);
  if (!created.ok() && created.status().code() == util::StatusCode::kAlreadyExists) {
    RETURN_IF_ERROR(RemoveEmptySegment(path));
    created = files_->Create(path);
  }
  if (!created.ok()) return created.status();
  std::unique_ptr<File> file = std::move(created).value();
  RETURN_IF_ERROR(file->WriteAt(0, EncodeSegmentHeader(first_seq)));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kSegmentCreated));
  RETURN_IF_ERROR(files_->SyncDirectory(directory_));
  segment_ = std::move(file);
  segment_run_ = {path, first_seq, first_seq - 1};
  synced_bytes_ = kSegmentHeaderBytes;
  reserved_bytes_ = kSegmentHeaderBytes;
  return Status::Ok();
}

void SegmentSink::ReserveUpTo(uint64_t end) {
  if (!reserving_works_ || end <= reserved_bytes_) return;
  const uint64_t step = std::min<uint64_t>(kReserveBytes, segment_bytes_max_);
  const uint64_t size = (end + step - 1) / step * step;
  const Status reserved = segment_->Reserve(size);
  if (reserved.ok()) {
    reserved_bytes_ = size;
  } else if (reserved.code() == util::StatusCode::kUnsupported) {
    reserving_works_ = false;
  }
  // Any other failure, such as a nearly full disk, is for the write to report if it fails too.
}

Status SegmentSink::AppendAndSync(const std::vector<EncodedRecord>& group) {
  scratch_.clear();
  for (const EncodedRecord& record : group) {
    AppendFrame(record.seq, group.front().seq, record.payload, record.payload_hash, &scratch_);
  }
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kBeforeWrite));
  ReserveUpTo(synced_bytes_ + scratch_.size());
  RETURN_IF_ERROR(segment_->WriteAt(synced_bytes_, scratch_));
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kAfterWrite));
  const int64_t started_ns = util::Clock::System().SteadyNs();
  RETURN_IF_ERROR(segment_->Sync());
  sync_ns_.fetch_add(static_cast<uint64_t>(util::Clock::System().SteadyNs() - started_ns),
                     std::memory_order_relaxed);
  bytes_written_.fetch_add(scratch_.size(), std::memory_order_relaxed);
  synced_bytes_ += scratch_.size();
  segment_run_.last_seq = group.back().seq;
  if (scratch_.capacity() > kScratchBytesKept) std::string().swap(scratch_);
  return Status::Ok();
}

Status SegmentSink::AbandonSegment() {
  RETURN_IF_ERROR(segment_->Truncate(synced_bytes_));
  RETURN_IF_ERROR(segment_->Sync());
  RegisterSegment();
  group_failed_ = false;
  return Status::Ok();
}

void SegmentSink::FinishSegment() {
  if (const Status cut = segment_->Truncate(synced_bytes_); !cut.ok()) {
    util::LogWarn("a segment of the log keeps the space reserved in it: {}", cut.message());
  }
  RegisterSegment();
}

// An empty segment is not remembered: the next one has the same name and replaces it.
void SegmentSink::RegisterSegment() {
  if (segment_run_.last_seq >= segment_run_.first_seq) closed_.push_back(segment_run_);
  segment_.reset();
}

std::deque<StoredRun> SegmentSink::TakeCovered(uint64_t covered_seq) {
  std::lock_guard lock(mutex_);
  if (segment_ != nullptr && !group_failed_ && segment_run_.last_seq >= segment_run_.first_seq) {
    const bool all = segment_run_.last_seq <= covered_seq;
    const bool some = segment_run_.first_seq <= covered_seq;
    if (all || (some && synced_bytes_ >= segment_bytes_max_ / kTruncateShare)) FinishSegment();
  }
  std::deque<StoredRun> covered;
  while (!closed_.empty() && closed_.front().last_seq <= covered_seq) {
    covered.push_back(std::move(closed_.front()));
    closed_.pop_front();
  }
  return covered;
}

Status SegmentSink::Truncate(uint64_t covered_seq) {
  std::lock_guard truncating(truncate_mutex_);
  std::deque<StoredRun> covered = TakeCovered(covered_seq);
  if (covered.empty()) return Status::Ok();
  Status status;
  while (!covered.empty()) {
    status = files_->Remove(covered.front().path);
    if (!status.ok() && status.code() != util::StatusCode::kNotFound) break;
    status = util::FaultPoint(fault_points::kRunRemoved);
    covered.pop_front();
    if (!status.ok()) break;
  }
  if (!covered.empty()) {
    std::lock_guard lock(mutex_);
    closed_.insert(closed_.begin(), covered.begin(), covered.end());
  }
  RETURN_IF_ERROR(status);
  return files_->SyncDirectory(directory_);
}

}  // namespace influxdb3::wal
