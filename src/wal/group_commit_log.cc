#include "wal/group_commit_log.h"

#include <utility>

#include <fmt/format.h>

#include "util/fault_point.h"
#include "util/log.h"
#include "wal/fault_points.h"
#include "wal/segment_format.h"

namespace influxdb3::wal {
namespace {

// Bounds the memory of one write and the latency of what queues behind it.
constexpr size_t kGroupBytesMax = size_t{64} << 20;
// Durable groups waiting for the listeners; beyond it flushing pauses.
constexpr size_t kDurableGroupsMax = 4;

}  // namespace

using util::Status;

GroupCommitLog::GroupCommitLog(const Options& options, LogSink* sink)
    : options_(options), sink_(sink) {}

GroupCommitLog::~GroupCommitLog() {
  if (const Status status = Shutdown(); !status.ok()) {
    util::LogError("the log was closed with an error: {}", status.message());
  }
}

void GroupCommitLog::Start(uint64_t next_seq, std::vector<Listener*> listeners) {
  std::lock_guard lock(mutex_);
  CHECK(!started_);
  next_seq_ = next_seq;
  listeners_ = std::move(listeners);
  started_ = true;
  flush_thread_ = std::thread([this] { FlushLoop(); });
  apply_thread_ = std::thread([this] { ApplyLoop(); });
}

Status GroupCommitLog::Submit(std::shared_ptr<const Record> record, std::string payload,
                              std::function<void(Status)> done) {
  Pending pending;
  pending.record = std::move(record);
  pending.encoded.payload = std::move(payload);
  pending.encoded.payload_hash = PayloadHash(pending.encoded.payload);
  pending.done = std::move(done);
  const size_t bytes = pending.encoded.payload.size();
  std::lock_guard lock(mutex_);
  if (!started_ || stopping_) return Status::Unavailable("the server is shutting down");
  // One record always fits, or a limit below its size would refuse it for ever.
  if (queue_bytes_ > 0 && queue_bytes_ + bytes > options_.queue_bytes_max) {
    return Status::Unavailable(
        fmt::format("the write buffer is full: {} bytes are waiting to be written; try again later",
                    queue_bytes_));
  }
  queue_bytes_ += bytes;
  queue_.push_back(std::move(pending));
  queue_changed_.notify_one();
  return Status::Ok();
}

void GroupCommitLog::FlushLoop() {
  while (true) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      queue_changed_.wait(lock, [this] {
        return (!queue_.empty() && durable_.size() < kDurableGroupsMax) ||
               (stopping_ && queue_.empty());
      });
      size_t bytes = 0;
      while (!queue_.empty() && bytes < kGroupBytesMax) {
        bytes += queue_.front().encoded.payload.size();
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    const bool last = group.empty();
    Status status = PrependCarriedOps(&group);
    if (status.ok() && !group.empty()) status = WriteGroup(&group);
    last_flush_ = status;
    if (!status.ok()) {
      FailGroup(group, status);
    } else if (!group.empty()) {
      std::lock_guard lock(mutex_);
      ++flushes_;
      records_ += group.size();
      durable_.push_back(std::move(group));
      durable_changed_.notify_one();
    }
    if (last) break;
  }
  std::lock_guard lock(mutex_);
  flushing_ended_ = true;
  durable_changed_.notify_one();
}

Status GroupCommitLog::PrependCarriedOps(Group* group) {
  if (carried_ops_.empty()) return Status::Ok();
  auto record = std::make_shared<Record>();
  record->ops = carried_ops_;
  Pending carried;
  ASSIGN_OR_RETURN(carried.encoded.payload, EncodeRecord(*record));
  carried.encoded.payload_hash = PayloadHash(carried.encoded.payload);
  carried.record = std::move(record);
  group->insert(group->begin(), std::move(carried));
  return Status::Ok();
}

Status GroupCommitLog::WriteGroup(Group* group) {
  std::vector<EncodedRecord> encoded;
  encoded.reserve(group->size());
  uint64_t seq = next_seq_;
  for (Pending& pending : *group) {
    pending.encoded.seq = seq++;
    encoded.push_back(std::move(pending.encoded));
  }
  const Status status = sink_->Write(encoded);
  for (size_t i = 0; i < group->size(); ++i) (*group)[i].encoded = std::move(encoded[i]);
  RETURN_IF_ERROR(status);
  next_seq_ = seq;
  carried_ops_.clear();
  // From here on the group is durable: an injected fault can only mean a crash.
  CHECK(util::FaultPoint(fault_points::kAfterSync).ok());
  return Status::Ok();
}

void GroupCommitLog::FailGroup(const Group& group, const Status& status) {
  util::LogError("writing the log failed, {} writes are refused: {}", group.size(),
                 status.message());
  const Status refused(status.code(),
                       fmt::format("error from wal: error writing wal file: {}", status.message()));
  size_t bytes = 0;
  for (const Pending& pending : group) {
    // A pending without `done` holds operations that are in carried_ops_ already.
    if (!pending.done) continue;
    bytes += pending.encoded.payload.size();
    carried_ops_.insert(carried_ops_.end(), pending.record->ops.begin(), pending.record->ops.end());
  }
  {
    std::lock_guard lock(mutex_);
    ++flush_failures_;
    queue_bytes_ -= bytes;
  }
  for (const Pending& pending : group) {
    if (pending.done) pending.done(refused);
  }
}

void GroupCommitLog::ApplyLoop() {
  while (true) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      durable_changed_.wait(lock, [this] { return !durable_.empty() || flushing_ended_; });
      if (durable_.empty()) return;
      group = std::move(durable_.front());
      durable_.pop_front();
      queue_changed_.notify_one();
    }
    ApplyGroup(&group);
  }
}

void GroupCommitLog::ApplyGroup(Group* group) {
  for (Pending& pending : *group) {
    CHECK(util::FaultPoint(fault_points::kBeforeApply).ok());
    for (Listener* listener : listeners_) {
      listener->OnRecord(util::WalSeq(pending.encoded.seq), *pending.record, /*replay=*/false);
    }
    if (!pending.done) continue;
    {
      std::lock_guard lock(mutex_);
      queue_bytes_ -= pending.encoded.payload.size();
    }
    CHECK(util::FaultPoint(fault_points::kBeforeAck).ok());
    pending.done(Status::Ok());
  }
}

Status GroupCommitLog::Shutdown() {
  {
    std::lock_guard lock(mutex_);
    if (!started_) return Status::Ok();
    stopping_ = true;
    queue_changed_.notify_one();
  }
  if (flush_thread_.joinable()) flush_thread_.join();
  if (apply_thread_.joinable()) apply_thread_.join();
  return last_flush_;
}

WalStats GroupCommitLog::stats() const {
  WalStats stats;
  std::lock_guard lock(mutex_);
  stats.flushes = flushes_;
  stats.records = records_;
  stats.flush_failures = flush_failures_;
  stats.queue_bytes = queue_bytes_;
  stats.bytes_written = sink_->bytes_written();
  stats.sync_ns_total = sink_->sync_ns_total();
  return stats;
}

}  // namespace influxdb3::wal
