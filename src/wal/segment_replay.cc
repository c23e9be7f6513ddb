#include "wal/segment_replay.h"

#include <algorithm>
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
// The largest body, and what LZ4 adds where nothing can be saved; bounds what a frame can declare.
constexpr size_t kPayloadBytesMax = util::limits::kWalRecordBytesMax + (size_t{16} << 20);

struct Segment {
  std::string path;
  uint64_t first_seq = 0;
};

struct DecodedRecord {
  uint64_t seq = 0;
  size_t unpacked_bytes = 0;
  uint64_t log_bytes_read = 0;  ///< up to the end of this record, over all segments
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
    bytes_ += record.unpacked_bytes;
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
    bytes_ -= record.unpacked_bytes;
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

  /// Finds the segments; before Run, and on the thread that wants log_bytes().
  Status Prepare() {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(directory_));
    for (const std::string& name : names) {
      const auto first_seq = ParseSegmentFileName(name);
      if (!first_seq) continue;
      segments_.push_back({directory_ + "/" + name, *first_seq});
      ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files_->Open(segments_.back().path));
      ASSIGN_OR_RETURN(const uint64_t size, file->Size());
      log_bytes_ += size;
    }
    return Status::Ok();
  }
  uint64_t log_bytes() const { return log_bytes_; }

  Status Run() {
    for (const Segment& segment : segments_) {
      RETURN_IF_ERROR(ScanSegment(segment, &segment == &segments_.back()));
    }
    return Status::Ok();
  }
  uint64_t next_seq() const { return next_seq_; }
  uint64_t torn_bytes() const { return torn_bytes_; }
  uint64_t bytes() const { return bytes_; }

 private:
  Status ScanSegment(const Segment& segment, bool last) {
    ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files_->Open(segment.path));
    ASSIGN_OR_RETURN(const uint64_t size, file->Size());
    SegmentReader reader(file.get(), size, kPayloadBytesMax);
    const Result<uint64_t> first_seq = reader.ReadHeader();
    if (!first_seq.ok()) return BadHeader(segment, last, size, first_seq.status());
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
        case SegmentReader::Outcome::kEnd:
          bytes_ += begin;
          // Later starts need not look for its end again.
          if (last && begin < size) return Cut(file, begin);
          return Status::Ok();
        case SegmentReader::Outcome::kDamaged:
          return Damaged(segment, begin, "a record there is damaged and others follow it");
        case SegmentReader::Outcome::kTorn:
          if (!last) return Damaged(segment, begin, "a record there is damaged");
          bytes_ += begin;
          return CutTornTail(segment, file, begin, size);
        case SegmentReader::Outcome::kFrame: break;
      }
      RETURN_IF_ERROR(HandOver(segment, begin, *reader));
    }
  }

  Status HandOver(const Segment& segment, uint64_t begin, const SegmentReader& reader) {
    Result<Record> record = DecodeRecord(reader.payload());
    if (record.status().code() == util::StatusCode::kUnsupported) {
      return OtherVersion(segment, record.status().message());
    }
    if (!record.ok()) return Damaged(segment, begin, record.status().message());
    next_seq_ = reader.header().seq + 1;
    DecodedRecord decoded;
    decoded.seq = reader.header().seq;
    decoded.unpacked_bytes = UnpackedBytes(reader.payload());
    decoded.log_bytes_read = bytes_ + reader.position();
    decoded.record = std::move(record).value();
    out_->Push(std::move(decoded));
    return Status::Ok();
  }

  // The header is synced before the first record is written: behind a bad one stands nothing that
  // was acknowledged, unless the file has grown.
  Status BadHeader(const Segment& segment, bool last, uint64_t size, const Status& status) {
    if (status.code() == util::StatusCode::kUnsupported) {
      return OtherVersion(segment, status.message());
    }
    if (status.code() != util::StatusCode::kCorruption) return status;
    if (!last || size > kSegmentHeaderBytes) return Damaged(segment, 0, status.message());
    return DropEmptySegment(segment, size);
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
    return Cut(file, good);
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

  static Status Cut(File* file, uint64_t size) {
    RETURN_IF_ERROR(file->Truncate(size));
    return file->Sync();
  }

  static Status OtherVersion(const Segment& segment, std::string_view what) {
    return Status::Unsupported(
        fmt::format("the write-ahead log '{}' cannot be read: {}. Start the version of the server "
                    "that wrote it",
                    segment.path, what));
  }

  static Status Damaged(const Segment& segment, uint64_t offset, std::string_view what) {
    const std::string way_on =
        offset == 0 ? "move it and the later files"
                    : fmt::format("cut it there (truncate -s {} '{}') and move the later files",
                                  offset, segment.path);
    return Status::Corruption(fmt::format(
        "the write-ahead log '{}' is damaged at offset {}: {}. Records from there on were "
        "acknowledged, so the server does not start without them. Restore the file from a backup "
        "or "
        "another copy of the disk; or, to go on with only what stands before the damage, {} of its "
        "directory elsewhere",
        segment.path, offset, what, way_on));
  }

  FileSystem* files_;
  std::string directory_;
  bool fail_on_error_;
  DecodedQueue* out_;
  std::vector<Segment> segments_;
  uint64_t log_bytes_ = 0;
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
  RETURN_IF_ERROR(scanner.Prepare());
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
      util::LogInfo("replaying the write-ahead log: {} %, {} records, {} rows so far",
                    decoded->log_bytes_read * 100 / std::max<uint64_t>(scanner.log_bytes(), 1),
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
