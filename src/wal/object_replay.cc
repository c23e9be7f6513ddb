#include "wal/object_replay.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "util/log.h"
#include "wal/object_format.h"
#include "wal/replay_pipeline.h"

namespace influxdb3::wal {
namespace {

using object_store::ObjectMeta;
using util::Result;
using util::Status;
using util::StatusCode;

class ObjectScanner {
 public:
  ObjectScanner(object_store::ObjectStore* store, std::string directory, uint64_t covered_seq,
                const PrefetchLimits& limits)
      : store_(store),
        directory_(std::move(directory)),
        covered_seq_(covered_seq),
        limits_(limits) {}

  /// Finds the objects; before Run, and on the thread that wants log_bytes(). Those that end in
  /// front of record `covered_seq` + 1, where the next begins at the latest, are not read.
  Status Prepare() {
    ASSIGN_OR_RETURN(std::vector<ObjectMeta> listed, store_->List(directory_ + "/"));
    std::erase_if(listed, [](const ObjectMeta& meta) { return !ParseObjectPath(meta.path); });
    for (size_t i = 0; i < listed.size(); ++i) {
      const uint64_t first_seq = *ParseObjectPath(listed[i].path);
      const uint64_t next_first_seq =
          i + 1 < listed.size() ? *ParseObjectPath(listed[i + 1].path) : UINT64_MAX;
      if (next_first_seq <= covered_seq_ + 1) {
        stored_.push_back({{listed[i].path, first_seq, next_first_seq - 1}, std::nullopt});
        continue;
      }
      log_bytes_ += listed[i].size_bytes;
      objects_.push_back(std::move(listed[i]));
    }
    return Status::Ok();
  }
  uint64_t log_bytes() const { return log_bytes_; }

  Status Run(DecodedQueue* out) {
    out_ = out;
    ObjectPrefetch prefetch(store_, objects_, limits_);
    for (const ObjectMeta& object : objects_) {
      // Its name alone tells whether one is missing in front of it.
      RETURN_IF_ERROR(CheckOrder(object.path));
      std::string bytes;
      ASSIGN_OR_RETURN(const ObjectHeader header, TakeWhole(&prefetch, object, &bytes));
      RETURN_IF_ERROR(HandOver(object.path, bytes, header));
      bytes_ += bytes.size();
    }
    next_seq_ = std::max(next_seq_, covered_seq_ + 1);
    return Status::Ok();
  }
  std::vector<StoredObject> TakeStored() { return std::move(stored_); }
  uint64_t next_seq() const { return next_seq_; }
  uint64_t bytes() const { return bytes_; }

 private:
  Status CheckOrder(const std::string& path) const {
    const uint64_t first_seq = *ParseObjectPath(path);
    if (started_ && first_seq < next_seq_) {
      return Damaged(path,
                     fmt::format("record {} stands in the object in front of it too", first_seq));
    }
    const uint64_t expected = std::max(next_seq_, covered_seq_ + 1);
    if (first_seq <= expected) return Status::Ok();
    return Damaged(path, fmt::format("record {} should come in front of it, in '{}/{}': that "
                                     "object is missing",
                                     expected, directory_, ObjectFileName(expected)));
  }

  /// The bytes of `object` and its header, all checked. What looks damaged is fetched once more:
  /// the way here may have damaged it.
  Result<ObjectHeader> TakeWhole(ObjectPrefetch* prefetch, const ObjectMeta& object,
                                 std::string* bytes) {
    Result<std::string> got = prefetch->Take();
    for (bool again = false;; again = true) {
      if (got.status().code() == StatusCode::kNotFound) return Vanished(object.path);
      if (!got.ok()) return got.status();
      *bytes = std::move(got).value();
      Result<ObjectHeader> header = CheckWhole(object.path, *bytes);
      const StatusCode code = header.status().code();
      if (code == StatusCode::kUnsupported) {
        return OtherVersion(object.path, header.status().message());
      }
      if (code != StatusCode::kCorruption) return header;
      if (again) return Damaged(object.path, header.status().message());
      util::LogWarn("'{}' is fetched once more: {}", object.path, header.status().message());
      got = store_->Get(object.path);
    }
  }

  static Result<ObjectHeader> CheckWhole(const std::string& path, const std::string& bytes) {
    ASSIGN_OR_RETURN(ObjectHeader header, DecodeObjectHeader(bytes));
    if (header.first_seq != *ParseObjectPath(path)) {
      return Status::Corruption("its header belongs to another object");
    }
    ObjectFrames frames(bytes, header);
    while (true) {
      const uint64_t begin = frames.position();
      const Result<std::optional<std::string_view>> payload = frames.Next();
      if (!payload.ok()) {
        return payload.status().WithPrefix(fmt::format("at offset {}: ", begin));
      }
      if (!*payload) return header;
    }
  }

  Status HandOver(const std::string& path, const std::string& bytes, const ObjectHeader& header) {
    ObjectFrames frames(bytes, header);
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<std::string_view> payload, frames.Next());
      if (!payload) break;
      if (frames.seq() <= covered_seq_) continue;
      Result<Record> record = DecodeRecord(*payload);
      if (record.status().code() == StatusCode::kUnsupported) {
        return OtherVersion(path, record.status().message());
      }
      if (!record.ok()) return Damaged(path, record.status().message());
      DecodedRecord decoded;
      decoded.seq = frames.seq();
      decoded.unpacked_bytes = UnpackedBytes(*payload);
      decoded.log_bytes_read = bytes_ + frames.position();
      decoded.record = std::move(record).value();
      out_->Push(std::move(decoded));
    }
    started_ = true;
    next_seq_ = header.last_seq + 1;
    stored_.push_back(
        {{path, header.first_seq, header.last_seq}, (header.flags & kObjectOpensWriter) != 0});
    return Status::Ok();
  }

  Status Vanished(const std::string& path) const {
    return Status::Unavailable(fmt::format(
        "the write-ahead log's object '{}' in {} went away while the log was read: another server "
        "is running with the same node id. Stop it, or give this server another --node-id",
        path, store_->Describe()));
  }

  Status OtherVersion(const std::string& path, std::string_view what) const {
    return Status::Unsupported(
        fmt::format("the write-ahead log's object '{}' in {} cannot be read: {}. Start the version "
                    "of the server that wrote it",
                    path, store_->Describe(), what));
  }

  Status Damaged(const std::string& path, std::string_view what) const {
    return Status::Corruption(fmt::format(
        "the write-ahead log's object '{}' in {} is damaged: {}. Its records may have been "
        "acknowledged, so the server does not start without them. Restore it from a backup or an "
        "earlier version; or, to go on with only what stands before it, move it and the later "
        "objects elsewhere",
        path, store_->Describe(), what));
  }

  object_store::ObjectStore* const store_;
  const std::string directory_;
  const uint64_t covered_seq_;
  const PrefetchLimits limits_;
  DecodedQueue* out_ = nullptr;
  std::vector<ObjectMeta> objects_;
  std::vector<StoredObject> stored_;
  uint64_t log_bytes_ = 0;
  bool started_ = false;
  uint64_t next_seq_ = 1;
  uint64_t bytes_ = 0;
};

}  // namespace

Result<ObjectReplayResult> ReplayObjects(object_store::ObjectStore* store,
                                         const std::string& directory,
                                         const std::vector<Listener*>& listeners,
                                         uint64_t covered_seq, const PrefetchLimits& limits) {
  ObjectScanner scanner(store, directory, covered_seq, limits);
  RETURN_IF_ERROR(scanner.Prepare());
  ObjectReplayResult result;
  ASSIGN_OR_RETURN(result.stats, RunReplay([&](DecodedQueue* out) { return scanner.Run(out); },
                                           scanner.log_bytes(), listeners));
  result.next_seq = scanner.next_seq();
  result.objects = scanner.TakeStored();
  result.stats.bytes = scanner.bytes();
  return result;
}

}  // namespace influxdb3::wal
