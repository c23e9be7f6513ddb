#include "wal/segment_sink.h"

#include <utility>

#include "util/fault_point.h"
#include "util/log.h"
#include "wal/fault_points.h"
#include "wal/segment_format.h"

namespace influxdb3::wal {
namespace {

// A scratch buffer larger than this is given back after its group.
constexpr size_t kScratchBytesKept = size_t{16} << 20;

}  // namespace

using util::Status;

SegmentSink::SegmentSink(FileSystem* files, std::string directory, size_t segment_bytes_max)
    : files_(files), directory_(std::move(directory)), segment_bytes_max_(segment_bytes_max) {}

Status SegmentSink::Write(const std::vector<EncodedRecord>& group) {
  RETURN_IF_ERROR(DropUnsynced());
  if (segment_ != nullptr && synced_bytes_ >= segment_bytes_max_) segment_.reset();
  if (segment_ == nullptr) RETURN_IF_ERROR(OpenSegment(group.front().seq));
  const Status status = AppendAndSync(group);
  if (!status.ok()) {
    unsynced_tail_ = true;
    // Tried at once so that a crash finds a clean file; repeated by the next write if it fails now.
    if (const Status dropped = DropUnsynced(); !dropped.ok()) {
      util::LogError("the log cannot be cut back after a failed write: {}", dropped.message());
    }
  }
  return status;
}

Status SegmentSink::OpenSegment(uint64_t first_seq) {
  const std::string path = directory_ + "/" + SegmentFileName(first_seq);
  auto created = files_->Create(path);
  if (!created.ok() && created.status().code() == util::StatusCode::kAlreadyExists) {
    // Left by an attempt that failed before its first record was durable.
    RETURN_IF_ERROR(files_->Remove(path));
    created = files_->Create(path);
  }
  if (!created.ok()) return created.status();
  std::unique_ptr<File> file = std::move(created).value();
  RETURN_IF_ERROR(file->Append(EncodeSegmentHeader(first_seq)));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kSegmentCreated));
  RETURN_IF_ERROR(files_->SyncDirectory(directory_));
  segment_ = std::move(file);
  segment_path_ = path;
  synced_bytes_ = kSegmentHeaderBytes;
  return Status::Ok();
}

Status SegmentSink::AppendAndSync(const std::vector<EncodedRecord>& group) {
  scratch_.clear();
  for (const EncodedRecord& record : group) {
    AppendFrame(record.seq, group.front().seq, record.payload, record.payload_hash, &scratch_);
  }
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kBeforeWrite));
  RETURN_IF_ERROR(segment_->Append(scratch_));
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kAfterWrite));
  const int64_t started_ns = util::Clock::System().SteadyNs();
  RETURN_IF_ERROR(segment_->Sync());
  sync_ns_.fetch_add(static_cast<uint64_t>(util::Clock::System().SteadyNs() - started_ns),
                     std::memory_order_relaxed);
  bytes_written_.fetch_add(scratch_.size(), std::memory_order_relaxed);
  synced_bytes_ += scratch_.size();
  if (scratch_.capacity() > kScratchBytesKept) std::string().swap(scratch_);
  return Status::Ok();
}

Status SegmentSink::DropUnsynced() {
  if (!unsynced_tail_) return Status::Ok();
  RETURN_IF_ERROR(segment_->Truncate(synced_bytes_));
  RETURN_IF_ERROR(segment_->Sync());
  if (synced_bytes_ == kSegmentHeaderBytes) {
    // Without a record the file would only collide with the next segment of the same number.
    RETURN_IF_ERROR(files_->Remove(segment_path_));
  }
  segment_.reset();
  unsynced_tail_ = false;
  return Status::Ok();
}

}  // namespace influxdb3::wal
