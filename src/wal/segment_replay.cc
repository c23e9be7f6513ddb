#include "wal/segment_replay.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "util/clock.h"
#include "util/limits.h"
#include "util/log.h"
#include "wal/segment_reader.h"

namespace influxdb3::wal {
namespace {

using util::Result;
using util::Status;

constexpr size_t kDecodedRecordsMax = 16;
constexpr size_t kDecodedBytesMax = size_t{128} << 20;
constexpr int64_t kProgressIntervalNs = 1'000'000'000;
// LZ4 does not expand further than this; bounds what a frame can declare.
constexpr size_t kPayloadBytesMax = util::limits::kWalRecordBytesMax + (size_t{16} << 20);

struct Segment {
  std::string path;
  uint64_t first_seq;
};

struct DecodedRecord {
  uint64_t seq = 0;
  size_t payload_bytes = 0;
  Record record;
};

/// Bounded hand-over from the reading and decoding thread to the applying one.
class DecodedQueue {
 public:
  void Push(DecodedRecord record) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return records_.empty() ||
             (records_.size() < kDecodedRecordsMax && bytes_ < kDecodedBytesMax);
    });
    bytes_ += record.payload_bytes;
    records_.push_back(std::move(record));
    changed_.notify_all();
  }
  void Finish(Status status) {
    std::lock_guard lock(mutex_);
    status_ = std::move(status);
    finished_ = true;
    changed_.notify_all();
  }
  /// Nothing at the end; then status() tells how it ended.
  std::optional<DecodedRecord> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return finished_ || !records_.empty(); });
    if (records_.empty()) return std::nullopt;
    DecodedRecord record = std::move(records_.front());
    records_.pop_front();
    bytes_ -= record.payload_bytes;
    changed_.notify_all();
    return record;
  }
  Status status() const { return status_; }

 private:
  std::mutex mutex_;  ///< guards all members
  std::condition_variable changed_;
  std::deque<DecodedRecord> records_;
  size_t bytes_ = 0;
  bool finished_ = false;
  Status status_;
};

class SegmentScanner {
 public:
  SegmentScanner(FileSystem* files, std::string directory, bool fail_on_error, DecodedQueue* out)
      : files_(files), directory_(std::move(directory)), fail_on_error_(fail_on_error), out_(out) {}

  Status Run() {
    ASSIGN_OR_RETURN(const std::vector<Segment> segments, ListSegments());
    for (size_t i = 0; i < segments.size(); ++i) {
      RETURN_IF_ERROR(ScanSegment(segments[i], i + 1 == segments.size()));
    }
    return Status::Ok();
  }
  uint64_t next_seq() const { return next_seq_; }
  uint64_t torn_bytes() const { return torn_bytes_; }
  uint64_t bytes() const { return bytes_; }

 private:
  Result<std::vector<Segment>> ListSegments() {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(directory_));
    std::vector<Segment> segments;
    for (const std::string& name : names) {
      if (const auto first_seq = ParseSegmentFileName(name)) {
        segments.push_back({directory_ + "/" + name, *first_seq});
      }
    }
    return segments;
  }

  Status ScanSegment(const Segment& segment, bool last) {
    ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files_->Open(segment.path));
    ASSIGN_OR_RETURN(const uint64_t size, file->Size());
    SegmentReader reader(file.get(), size, kPayloadBytesMax);
    ASSIGN_OR_RETURN(const std::optional<uint64_t> first_seq, reader.ReadHeader());
    if (!first_seq) {
      // The header is synced before the first record is written: behind a bad one stands nothing
      // that was acknowledged, unless the file has grown.
      if (!last || size > kSegmentHeaderBytes) return Damaged(segment, 0, "its header is damaged");
      return DropEmptySegment(segment, size);
    }
    if (*first_seq != segment.first_seq) {
      return Damaged(segment, 0, "its header belongs to another segment");
    }
    if (started_ && *first_seq != next_seq_) {
      return Damaged(segment, 0,
                     fmt::format("it begins with record {}, but record {} should come next: a "
                                 "segment is missing or stands there twice",
                                 *first_seq, next_seq_));
    }
    started_ = true;
    next_seq_ = *first_seq;
    return ScanFrames(segment, last, file.get(), size, &reader);
  }

  Status ScanFrames(const Segment& segment, bool last, File* file, uint64_t size,
                    SegmentReader* reader) {
    while (true) {
      const uint64_t begin = reader->position();
      ASSIGN_OR_RETURN(const SegmentReader::Outcome outcome, reader->Next());
      switch (outcome) {
        case SegmentReader::Outcome::kEnd: bytes_ += size; return Status::Ok();
        case SegmentReader::Outcome::kDamaged:
          return Damaged(segment, begin, "a record there is damaged and others follow it");
        case SegmentReader::Outcome::kTorn:
          if (!last) return Damaged(segment, begin, "a record there is damaged");
          bytes_ += begin;
          return CutTornTail(segment, file, begin, size);
        case SegmentReader::Outcome::kFrame: break;
      }
      Result<Record> record = DecodeRecord(reader->payload());
      if (!record.ok()) {
        return Damaged(segment, begin, record.status().message());
      }
      next_seq_ = reader->header().seq + 1;
      DecodedRecord decoded{reader->header().seq, reader->payload().size(),
                            std::move(record).value()};
      out_->Push(std::move(decoded));
    }
  }

  Status CutTornTail(const Segment& segment, File* file, uint64_t good, uint64_t size) {
    if (fail_on_error_) {
      return Status::Corruption(fmt::format(
          "the write-ahead log '{}' ends in an incomplete record at offset {} ({} bytes), as after "
          "a crash or power loss. It was never acknowledged. Start without "
          "--wal-replay-fail-on-error to cut it off",
          segment.path, good, size - good));
    }
    util::LogWarn(
        "the write-ahead log '{}' ends in an incomplete record: {} bytes at offset {} were never "
        "acknowledged and are cut off",
        segment.path, size - good, good);
    torn_bytes_ = size - good;
    RETURN_IF_ERROR(file->Truncate(good));
    return file->Sync();
  }

  Status DropEmptySegment(const Segment& segment, uint64_t size) {
    if (fail_on_error_) {
      return Status::Corruption(fmt::format(
          "the write-ahead log '{}' has an incomplete header and no records, as after a crash. "
          "Start without --wal-replay-fail-on-error to remove it",
          segment.path));
    }
    util::LogWarn("the write-ahead log '{}' has an incomplete header and no records: removed",
                  segment.path);
    torn_bytes_ = size;
    RETURN_IF_ERROR(files_->Remove(segment.path));
    return files_->SyncDirectory(directory_);
  }

  static Status Damaged(const Segment& segment, uint64_t offset, std::string_view what) {
    return Status::Corruption(fmt::format(
        "the write-ahead log '{}' is damaged at offset {}: {}. Records in it were acknowledged, so "
        "the server does not start without them. Restore the file from a backup or another copy of "
        "the disk; to go on with what stands before the damage, move this file and the later ones "
        "in its directory elsewhere",
        segment.path, offset, what));
  }

  FileSystem* files_;
  std::string directory_;
  bool fail_on_error_;
  DecodedQueue* out_;
  bool started_ = false;
  uint64_t next_seq_ = 1;
  uint64_t torn_bytes_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace

Result<SegmentReplayResult> ReplaySegments(FileSystem* files, const std::string& directory,
                                           const std::vector<Listener*>& listeners,
                                           bool fail_on_error) {
  DecodedQueue queue;
  SegmentScanner scanner(files, directory, fail_on_error, &queue);
  std::thread decoder([&] { queue.Finish(scanner.Run()); });
  SegmentReplayResult result;
  int64_t last_progress_ns = util::Clock::System().SteadyNs();
  while (std::optional<DecodedRecord> decoded = queue.Pop()) {
    for (Listener* listener : listeners) {
      listener->OnRecord(util::WalSeq(decoded->seq), decoded->record, /*replay=*/true);
    }
    ++result.stats.records;
    result.stats.rows += decoded->record.batch.row_count();
    const int64_t now_ns = util::Clock::System().SteadyNs();
    if (now_ns - last_progress_ns >= kProgressIntervalNs) {
      last_progress_ns = now_ns;
      util::LogInfo("replaying the write-ahead log: {} records, {} rows so far",
                    result.stats.records, result.stats.rows);
    }
  }
  decoder.join();
  RETURN_IF_ERROR(queue.status());
  result.next_seq = scanner.next_seq();
  result.stats.bytes = scanner.bytes();
  result.stats.torn_tail_bytes = scanner.torn_bytes();
  return result;
}

}  // namespace influxdb3::wal
