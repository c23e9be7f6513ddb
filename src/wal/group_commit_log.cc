#include "wal/group_commit_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "util/clock.h"
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

GroupCommitLog::GroupCommitLog(const Options& options, LogSink* sink, int64_t gather_ns)
    : options_(options),
      sink_(sink),
      gather_ns_(gather_ns),
      covered_seq_(options.covered_seq),
      last_flush_ns_(util::Clock::System().SteadyNs() - gather_ns) {}

GroupCommitLog::~GroupCommitLog() {
  if (const Status status = Shutdown(); !status.ok()) {
    util::LogError("the log was closed with an error: {}", status.message());
  }
}

void GroupCommitLog::Start(uint64_t next_seq, std::vector<Listener*> listeners) {
  std::lock_guard lock(mutex_);
  CHECK(!started_);
  next_seq_ = next_seq;
  last_durable_seq_ = next_seq - 1;
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
  if (!fenced_.ok()) return fenced_;
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
    Group group = TakeQueued();
    const bool last = group.empty();
    last_flush_ns_ = util::Clock::System().SteadyNs();
    last_flush_ = FlushGroup(&group);
    if (!last_flush_.ok()) {
      FailGroup(std::move(group), last_flush_);
    } else if (!group.empty()) {
      HandOverDurable(std::move(group));
    }
    if (last) break;
  }
  std::lock_guard lock(mutex_);
  flushing_ended_ = true;
  durable_changed_.notify_one();
}

GroupCommitLog::Group GroupCommitLog::TakeQueued() {
  std::unique_lock lock(mutex_);
  queue_changed_.wait(lock, [this] {
    return (!queue_.empty() && durable_.size() < kDurableGroupsMax) ||
           (stopping_ && queue_.empty());
  });
  if (gather_ns_ > 0) {
    // Half a queue is enough to begin with: writers must not be refused while nothing is written.
    const size_t bytes_enough = std::min(kGroupBytesMax, options_.queue_bytes_max / 2);
    const int64_t wait_ns = last_flush_ns_ + gather_ns_ - util::Clock::System().SteadyNs();
    queue_changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns),
                            [&] { return stopping_ || queue_bytes_ > bytes_enough; });
  }
  Group group;
  size_t bytes = 0;
  while (!queue_.empty() && bytes < kGroupBytesMax) {
    bytes += queue_.front().encoded.payload.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

Status GroupCommitLog::FlushGroup(Group* group) {
  RETURN_IF_ERROR(WriteUnsettled());
  RETURN_IF_ERROR(PrependCarriedOps(group));
  if (group->empty()) return Status::Ok();
  RETURN_IF_ERROR(WriteGroup(group));
  carried_ops_.clear();
  return Status::Ok();
}

Status GroupCommitLog::WriteUnsettled() {
  if (unsettled_.empty()) return Status::Ok();
  RETURN_IF_ERROR(WriteGroup(&unsettled_));
  util::LogInfo("a group of {} records whose writing was in doubt is in the log now",
                unsettled_.size());
  HandOverDurable(std::move(unsettled_));
  unsettled_.clear();
  return Status::Ok();
}

void GroupCommitLog::HandOverDurable(Group group) {
  const int64_t interval =
      util::Clock::System().SteadyNs() / std::max<int64_t>(options_.flush_interval_ns, 1);
  std::lock_guard lock(mutex_);
  ++flushes_;
  records_ += group.size();
  last_durable_seq_ = group.back().encoded.seq;
  if (uncovered_intervals_.empty() || uncovered_intervals_.back().number != interval) {
    uncovered_intervals_.push_back({interval, 0});
  }
  uncovered_intervals_.back().last_seq = last_durable_seq_;
  durable_.push_back(std::move(group));
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
  // From here on the group is durable: an injected fault can only mean a crash.
  CHECK(util::FaultPoint(fault_points::kAfterSync).ok());
  return Status::Ok();
}

void GroupCommitLog::FailGroup(Group group, const Status& status) {
  util::LogError("writing the log failed, {} writes are refused: {}", group.size(),
                 status.message());
  // When an earlier group is in doubt, this one was not tried.
  const bool in_doubt = unsettled_.empty() && !group.empty() && sink_->OutcomeUnknown();
  if (in_doubt) carried_ops_.clear();
  std::vector<std::function<void(Status)>> refused_writers;
  size_t bytes = 0;
  for (Pending& pending : group) {
    // A pending without `done` holds operations that are in carried_ops_ already.
    if (pending.done) {
      bytes += pending.encoded.payload.size();
      refused_writers.push_back(std::move(pending.done));
      const std::vector<model::CatalogOp>& ops = pending.record->ops;
      if (!in_doubt) carried_ops_.insert(carried_ops_.end(), ops.begin(), ops.end());
    }
    pending.done = nullptr;
  }
  if (in_doubt) unsettled_ = std::move(group);
  {
    std::lock_guard lock(mutex_);
    ++flush_failures_;
    queue_bytes_ -= bytes;
  }
  if (sink_->Fenced()) Fence(status);
  const Status refused(status.code(),
                       fmt::format("error from wal: error writing wal file: {}", status.message()));
  for (const auto& done : refused_writers) done(refused);
}

void GroupCommitLog::Fence(const Status& status) {
  {
    std::lock_guard lock(mutex_);
    if (!fenced_.ok()) return;
    fenced_ = status;
  }
  if (options_.on_fenced) options_.on_fenced(status);
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
  sink_->StopWaiting();
  if (flush_thread_.joinable()) flush_thread_.join();
  if (apply_thread_.joinable()) apply_thread_.join();
  // The last flush may have had nothing to write.
  std::lock_guard lock(mutex_);
  return fenced_.ok() ? last_flush_ : fenced_;
}

Status GroupCommitLog::Truncate(uint64_t covered_seq) {
  {
    std::lock_guard lock(mutex_);
    covered_seq_ = std::max(covered_seq_, covered_seq);
    while (!uncovered_intervals_.empty() && uncovered_intervals_.front().last_seq <= covered_seq) {
      uncovered_intervals_.pop_front();
    }
  }
  return sink_->Truncate(covered_seq);
}

WalStats GroupCommitLog::stats() const {
  WalStats stats;
  std::lock_guard lock(mutex_);
  stats.flushes = flushes_;
  stats.records = records_;
  stats.flush_failures = flush_failures_;
  stats.queue_bytes = queue_bytes_;
  stats.last_durable_seq = last_durable_seq_;
  stats.covered_seq = covered_seq_;
  stats.uncovered_intervals = uncovered_intervals_.size();
  stats.bytes_written = sink_->bytes_written();
  stats.sync_ns_total = sink_->sync_ns_total();
  return stats;
}

}  // namespace influxdb3::wal
