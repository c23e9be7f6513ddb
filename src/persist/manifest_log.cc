#include "persist/manifest_log.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "object_store/object_store.h"
#include "persist/fault_points.h"
#include "util/fault_point.h"
#include "util/log.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;
using util::StatusCode;

namespace {

constexpr uint64_t kManifestsPerFull = 100;
constexpr std::string_view kSuffix = ".manifest";
constexpr size_t kDigits = 20;

uint64_t DrawWriterId() {
  std::random_device random;
  return (uint64_t{random()} << 32) | random();
}

// 0 for a name that is none of ours.
uint64_t SeqOfName(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return 0;
  uint64_t seq = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, seq);
  return error == std::errc() && end == name.data() + kDigits ? seq : 0;
}

// Whether a failed Put certainly had no effect.
bool HadNoEffect(const Status& status) {
  return status.code() == StatusCode::kInvalidArgument ||
         status.code() == StatusCode::kPermissionDenied;
}

}  // namespace

ManifestLog::ManifestLog(object_store::ObjectStore* store, std::string directory,
                         size_t manifest_bytes_max)
    : store_(store),
      directory_(std::move(directory)),
      manifest_bytes_max_(manifest_bytes_max),
      writer_id_(DrawWriterId()) {}

std::string ManifestLog::PathOf(uint64_t seq) const {
  return fmt::format("{}{:0{}}{}", directory_, seq, kDigits, kSuffix);
}

Status ManifestLog::Unreadable(uint64_t seq, const Status& why) const {
  return Status(why.code(),
                fmt::format("cannot use the manifest '{}' in {}: {}. It says which Parquet files "
                            "belong to the node: restore it from a backup of the object store",
                            PathOf(seq), store_->Describe(), why.message()));
}

Result<Manifest> ManifestLog::Load(uint64_t seq, uint64_t* checksum) {
  Result<std::string> bytes = store_->Get(PathOf(seq));
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) {
    return Unreadable(seq, Status::Corruption("it is missing"));
  }
  if (!bytes.ok()) return bytes.status();
  Result<Manifest> manifest = DecodeManifest(*bytes);
  if (!manifest.ok()) return Unreadable(seq, manifest.status());
  if (manifest->seq != seq) {
    return Unreadable(seq, Status::Corruption("its name and its contents differ"));
  }
  *checksum = ManifestChecksum(*bytes);
  return manifest;
}

Result<std::vector<Manifest>> ManifestLog::Read() {
  ASSIGN_OR_RETURN(const auto objects, store_->List(directory_));
  std::vector<uint64_t> seqs;
  for (const object_store::ObjectMeta& object : objects) {
    const uint64_t seq = SeqOfName(std::string_view(object.path).substr(directory_.size()));
    if (seq == 0) {
      util::LogWarn("Ignoring '{}', which is no manifest", object.path);
      continue;
    }
    if (object.size_bytes > manifest_bytes_max_) {
      return Unreadable(seq,
                        Status::Corruption(fmt::format("it has {} bytes, more than the limit of {}",
                                                       object.size_bytes, manifest_bytes_max_)));
    }
    seqs.push_back(seq);
  }
  std::vector<Manifest> manifests;
  if (seqs.empty()) return manifests;

  const uint64_t last = seqs.back();
  uint64_t last_checksum = 0;
  ASSIGN_OR_RETURN(Manifest newest, Load(last, &last_checksum));
  const uint64_t first = newest.full_seq;
  for (uint64_t seq = first; seq < last; ++seq) {
    uint64_t checksum = 0;
    ASSIGN_OR_RETURN(Manifest manifest, Load(seq, &checksum));
    if (manifest.full_seq != first ||
        (seq > first && manifest.previous_checksum != previous_checksum_)) {
      return Unreadable(seq, Status::Corruption("it does not belong to its neighbours"));
    }
    previous_checksum_ = checksum;
    manifests.push_back(std::move(manifest));
  }
  if (!newest.full() && newest.previous_checksum != previous_checksum_) {
    return Unreadable(last, Status::Corruption("it does not belong to its neighbours"));
  }
  manifests.push_back(std::move(newest));
  previous_checksum_ = last_checksum;
  next_seq_ = last + 1;
  full_seq_ = first;
  next_is_full_ = false;
  for (const uint64_t seq : seqs) (seq < first ? stale_ : needed_).push_back(seq);
  return manifests;
}

Result<std::string> ManifestLog::Encode(const Manifest& delta,
                                        const std::function<Manifest()>& full) {
  const bool is_full = next_is_full_ || next_seq_ - full_seq_ >= kManifestsPerFull;
  Manifest manifest = is_full ? full() : delta;
  manifest.seq = next_seq_;
  manifest.full_seq = is_full ? next_seq_ : full_seq_;
  manifest.writer_id = writer_id_;
  manifest.previous_checksum = previous_checksum_;
  manifest.file_id_limit = delta.file_id_limit;
  next_is_full_ = is_full;
  return EncodeManifest(manifest, manifest_bytes_max_);
}

Status ManifestLog::Append(const Manifest& delta, const std::function<Manifest()>& full) {
  while (true) {
    if (!refused_.ok()) return refused_;
    ASSIGN_OR_RETURN(const std::string bytes, Encode(delta, full));
    RETURN_IF_ERROR(util::FaultPoint(fault_points::kBeforeManifest));
    ASSIGN_OR_RETURN(const Outcome outcome, Write(bytes));
    if (outcome == Outcome::kEarlierOneIsThere) {
      needed_.push_back(next_seq_++);
      doubtful_.clear();
      next_is_full_ = true;
      continue;
    }
    RETURN_IF_ERROR(CheckNotSuperseded());
    const Status fault = util::FaultPoint(fault_points::kAfterManifest);
    if (!fault.ok()) {
      doubtful_.push_back(ManifestChecksum(bytes));
      return fault;
    }
    Advance(bytes);
    return Status::Ok();
  }
}

Result<ManifestLog::Outcome> ManifestLog::Write(const std::string& bytes) {
  const std::string path = PathOf(next_seq_);
  const Status put = store_->Put(path, bytes, object_store::PutMode::kCreate);
  if (put.ok()) return Outcome::kWritten;
  if (HadNoEffect(put)) return put;
  const Result<std::string> found = store_->Get(path);
  if (!found.ok()) {
    if (found.status().code() == StatusCode::kNotFound &&
        put.code() == StatusCode::kAlreadyExists) {
      return RefuseFurther("wrote and deleted it");
    }
    doubtful_.push_back(ManifestChecksum(bytes));
    return put.code() == StatusCode::kAlreadyExists ? found.status() : put;
  }
  if (*found == bytes) return Outcome::kWritten;
  const uint64_t checksum = ManifestChecksum(*found);
  if (std::find(doubtful_.begin(), doubtful_.end(), checksum) != doubtful_.end()) {
    previous_checksum_ = checksum;
    return Outcome::kEarlierOneIsThere;
  }
  return RefuseFurther("wrote it");
}

Status ManifestLog::RefuseFurther(std::string_view why) {
  refused_ = Status::Conflict(
      fmt::format("another process {}: the manifest '{}' in {}. Only one process may run with a "
                  "node id; this one stores nothing any more",
                  why, PathOf(next_seq_), store_->Describe()));
  return refused_;
}

// Whoever runs with our node id may have gone on so far that the name we used was free again.
Status ManifestLog::CheckNotSuperseded() {
  if (full_seq_ == 0) return Status::Ok();
  const auto full = store_->Head(PathOf(full_seq_));
  if (!full.ok() && full.status().code() == StatusCode::kNotFound) {
    return RefuseFurther("has gone on without");
  }
  return Status::Ok();
}

void ManifestLog::Advance(const std::string& bytes) {
  if (next_is_full_) {
    stale_.insert(stale_.end(), needed_.begin(), needed_.end());
    needed_.clear();
    full_seq_ = next_seq_;
    next_is_full_ = false;
  }
  needed_.push_back(next_seq_++);
  previous_checksum_ = ManifestChecksum(bytes);
  doubtful_.clear();
  ++written_;
}

void ManifestLog::DeleteStale() {
  if (stale_.empty() || !util::FaultPoint(fault_points::kAfterFullManifest).ok()) return;
  while (!stale_.empty()) {
    const std::string path = PathOf(stale_.front());
    const Status deleted = store_->Delete(path);
    if (!deleted.ok()) {
      util::LogWarn("Could not delete the old manifest '{}': {}", path, deleted.message());
      return;
    }
    stale_.erase(stale_.begin());
    if (!util::FaultPoint(fault_points::kOldManifestDeleted).ok()) return;
  }
}

}  // namespace influxdb3::persist
