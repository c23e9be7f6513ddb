#include "wal/object_sink.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "object_store/retry.h"
#include "util/clock.h"
#include "util/fault_point.h"
#include "util/log.h"
#include "wal/object_format.h"
#include "wal/parallel_calls.h"
#include "wal/store_fault_points.h"

namespace influxdb3::wal {
namespace {

constexpr int64_t kBackoffMaxNs = 5'000'000'000;
constexpr size_t kRequestsMax = 8;

}  // namespace

using object_store::ObjectMeta;
using object_store::PutMode;
using util::Result;
using util::Status;
using util::StatusCode;

ObjectSink::ObjectSink(object_store::ObjectStore* store, std::string directory,
                       const ObjectSinkOptions& options)
    : store_(store),
      directory_(std::move(directory)),
      options_(options),
      writer_id_(NewWriterId()) {}

void ObjectSink::AddStored(std::vector<StoredObject> objects) {
  std::lock_guard lock(mutex_);
  for (StoredObject& object : objects) stored_.push_back(std::move(object));
}

Status ObjectSink::FencedStatus() {
  return Status::Unavailable("another process has written to the WAL ahead of this one");
}

Status ObjectSink::Write(const std::vector<EncodedRecord>& group) {
  if (fenced_.load()) return FencedStatus();
  const std::string path = directory_ + "/" + ObjectFileName(group.front().seq);
  const std::string bytes = EncodeObject(group, writer_id_, opened_ ? 0 : kObjectOpensWriter);
  const int64_t begun_ns = util::Clock::System().SteadyNs();
  const int64_t deadline_ns = begun_ns + options_.outage_wait_ns;
  int64_t backoff_ns = options_.first_backoff_ns;
  Status status = Create(path, bytes);
  while (!status.ok() && !fenced_.load() && object_store::IsRetriable(status) &&
         PauseBefore(deadline_ns, backoff_ns)) {
    util::LogDebug("writing the log is tried again: {}", status.message());
    backoff_ns = std::min(2 * backoff_ns, kBackoffMaxNs);
    status = Create(path, bytes);
  }
  // To its writers it is all the same why the log cannot be written: they should come again.
  if (!status.ok()) return Status::Unavailable(status.message());
  sync_ns_.fetch_add(static_cast<uint64_t>(util::Clock::System().SteadyNs() - begun_ns),
                     std::memory_order_relaxed);
  bytes_written_.fetch_add(bytes.size(), std::memory_order_relaxed);
  in_doubt_.store(false);
  std::lock_guard lock(mutex_);
  stored_.push_back({{path, group.front().seq, group.back().seq}, !opened_});
  opened_ = true;
  return Status::Ok();
}

Status ObjectSink::Create(const std::string& path, const std::string& bytes) {
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kBeforePut));
  const Status put = store_->Put(path, bytes, PutMode::kCreate);
  switch (put.code()) {
    case StatusCode::kOk: break;
    case StatusCode::kAlreadyExists: RETURN_IF_ERROR(Settle(path, bytes, put)); break;
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kPermissionDenied: return put;
    default: return InDoubt(put);
  }
  if (const Status after = util::FaultPoint(fault_points::kAfterPut); !after.ok()) {
    return InDoubt(after);
  }
  return opened_ ? Status::Ok() : CheckNewest(path);
}

Status ObjectSink::Settle(const std::string& path, const std::string& bytes,
                          const Status& refused) {
  const Result<std::string> held = store_->Get(path);
  // Without an object the refusal was not true, or will be soon: the next try may tell.
  const bool missing = held.status().code() == StatusCode::kNotFound;
  if (!held.ok()) {
    return InDoubt(Status::Unavailable(missing ? refused.message() : held.status().message()));
  }
  if (*held == bytes) return Status::Ok();
  const Result<ObjectHeader> header = DecodeObjectHeader(*held);
  if (!header.ok()) {
    return InDoubt(Status::Unavailable(fmt::format(
        "'{}' is there and does not tell who wrote it: {}", path, header.status().message())));
  }
  if (header->writer_id != writer_id_) return Fence(path);
  // A try of ours that left only a part, or was reported as refused: nobody was told that it is
  // there, and nobody else writes under this id.
  const Status replaced = store_->Put(path, bytes, PutMode::kOverwrite);
  return replaced.ok() ? replaced : InDoubt(Status::Unavailable(replaced.message()));
}

Status ObjectSink::CheckNewest(const std::string& path) {
  const Result<std::vector<ObjectMeta>> listed = store_->List(directory_ + "/");
  if (!listed.ok()) return InDoubt(Status::Unavailable(listed.status().message()));
  const auto ours = std::find_if(listed->begin(), listed->end(),
                                 [&](const ObjectMeta& meta) { return meta.path == path; });
  if (ours == listed->end()) {
    return InDoubt(Status::Unavailable(
        fmt::format("'{}' was stored, but {} does not list it", path, store_->Describe())));
  }
  const bool newest = std::none_of(ours + 1, listed->end(), [](const ObjectMeta& meta) {
    return ParseObjectPath(meta.path).has_value();
  });
  return newest ? Status::Ok() : Fence(path);
}

Status ObjectSink::Fence(const std::string& path) {
  util::LogError("{}: '{}' in {} is not this process's newest", FencedStatus().message(), path,
                 store_->Describe());
  in_doubt_.store(false);
  fenced_.store(true);
  return FencedStatus();
}

Status ObjectSink::InDoubt(const Status& status) {
  in_doubt_.store(true);
  return status;
}

bool ObjectSink::PauseBefore(int64_t deadline_ns, int64_t backoff_ns) {
  if (util::Clock::System().SteadyNs() + backoff_ns > deadline_ns) return false;
  std::unique_lock lock(mutex_);
  return !stopping_changed_.wait_for(lock, std::chrono::nanoseconds(backoff_ns),
                                     [this] { return stopping_; });
}

void ObjectSink::StopWaiting() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  stopping_changed_.notify_all();
}

std::deque<StoredObject> ObjectSink::TakeCovered(uint64_t covered_seq) {
  std::lock_guard lock(mutex_);
  std::deque<StoredObject> covered;
  while (stored_.size() > 1 && stored_.front().run.last_seq <= covered_seq) {
    covered.push_back(std::move(stored_.front()));
    stored_.pop_front();
  }
  return covered;
}

Status ObjectSink::ReadHeaders(std::deque<StoredObject>* objects) {
  std::vector<Status> statuses(objects->size());
  CallInParallel(objects->size(), kRequestsMax, [&](size_t i) {
    StoredObject& object = (*objects)[i];
    if (object.opens_writer) return;
    const Result<std::string> bytes = store_->GetRange(object.run.path, 0, kObjectHeaderBytes);
    if (!bytes.ok() && bytes.status().code() != StatusCode::kNotFound) {
      statuses[i] = bytes.status();
      return;
    }
    const Result<ObjectHeader> header =
        bytes.ok() ? DecodeObjectHeader(*bytes) : Result<ObjectHeader>(bytes.status());
    object.opens_writer = header.ok() && (header->flags & kObjectOpensWriter) != 0;
  });
  for (const Status& status : statuses) RETURN_IF_ERROR(status);
  return Status::Ok();
}

Status ObjectSink::DeleteCovered(std::deque<StoredObject>* objects) {
  RETURN_IF_ERROR(ReadHeaders(objects));
  size_t first_count = first_objects_.size();
  for (const StoredObject& object : *objects) first_count += *object.opens_writer ? 1 : 0;
  size_t surplus = first_count - std::min(first_count, kFirstObjectsKept);
  while (surplus > 0 && !first_objects_.empty()) {
    RETURN_IF_ERROR(store_->Delete(first_objects_.front()));
    first_objects_.pop_front();
    --surplus;
  }
  std::vector<Status> statuses(objects->size());
  std::vector<bool> kept(objects->size(), false);
  for (size_t i = 0; i < objects->size(); ++i) {
    if (!*(*objects)[i].opens_writer) continue;
    kept[i] = surplus == 0;
    if (surplus > 0) --surplus;
  }
  CallInParallel(objects->size(), kRequestsMax, [&](size_t i) {
    if (kept[i]) return;
    statuses[i] = store_->Delete((*objects)[i].run.path);
    if (statuses[i].ok()) statuses[i] = util::FaultPoint(fault_points::kRunRemoved);
  });
  std::deque<StoredObject> left;
  Status first_error;
  for (size_t i = 0; i < objects->size(); ++i) {
    if (!statuses[i].ok()) {
      if (first_error.ok()) first_error = statuses[i];
      left.push_back(std::move((*objects)[i]));
    } else if (kept[i]) {
      first_objects_.push_back((*objects)[i].run.path);
    }
  }
  *objects = std::move(left);
  return first_error;
}

Status ObjectSink::Truncate(uint64_t covered_seq) {
  std::lock_guard truncating(truncate_mutex_);
  // What is another process's now is not ours to delete.
  if (fenced_.load()) return FencedStatus();
  std::deque<StoredObject> covered = TakeCovered(covered_seq);
  const Status status = DeleteCovered(&covered);
  std::lock_guard lock(mutex_);
  stored_.insert(stored_.begin(), covered.begin(), covered.end());
  return status;
}

}  // namespace influxdb3::wal
