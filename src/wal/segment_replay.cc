#include "wal/segment_replay.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "util/limits.h"
#include "util/log.h"
#include "wal/replay_pipeline.h"
#include "wal/segment_reader.h"

namespace influxdb3::wal {
namespace {

using util::Result;
using util::Status;

// The largest body, and what LZ4 adds where nothing can be saved; bounds what a frame can declare.
constexpr size_t kPayloadBytesMax = util::limits::kWalRecordBytesMax + (size_t{16} << 20);

struct Segment {
  std::string path;
  uint64_t first_seq = 0;
};

// A segment that ends before record `covered_seq` + 1, which begins `next` at the latest.
bool IsCovered(const Segment& next, uint64_t covered_seq) {
  return next.first_seq <= covered_seq + 1;
}

class SegmentScanner {
 public:
  SegmentScanner(FileSystem* files, std::string directory, uint64_t covered_seq, bool fail_on_error)
      : files_(files),
        directory_(std::move(directory)),
        covered_seq_(covered_seq),
        fail_on_error_(fail_on_error) {}

  /// Finds the segments; before Run, and on the thread that wants log_bytes(). Of segments that
  /// hold only covered records a crash may have left any: they are not read.
  Status Prepare() {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(directory_));
    std::vector<Segment> found;
    for (const std::string& name : names) {
      const auto first_seq = ParseSegmentFileName(name);
      if (first_seq) found.push_back({directory_ + "/" + name, *first_seq});
    }
    for (size_t i = 0; i < found.size(); ++i) {
      if (i + 1 < found.size() && IsCovered(found[i + 1], covered_seq_)) {
        AddRun(found[i], found[i + 1].first_seq - 1);
        continue;
      }
      ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files_->Open(found[i].path));
      ASSIGN_OR_RETURN(const uint64_t size, file->Size());
      log_bytes_ += size;
      segments_.push_back(found[i]);
    }
    return Status::Ok();
  }
  uint64_t log_bytes() const { return log_bytes_; }

  Status Run(DecodedQueue* out) {
    out_ = out;
    for (const Segment& segment : segments_) {
      RETURN_IF_ERROR(ScanSegment(segment, &segment == &segments_.back()));
      AddRun(segment, next_seq_ - 1);
    }
    next_seq_ = std::max(next_seq_, covered_seq_ + 1);
    return Status::Ok();
  }
  /// The segments with records in them.
  const std::vector<StoredRun>& runs() const { return runs_; }
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
    if (!started_ && *first_seq > covered_seq_ + 1) {
      return Damaged(segment, 0,
                     fmt::format("it begins with record {}, but record {} should come first: a "
                                 "segment is missing",
                                 *first_seq, covered_seq_ + 1));
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
    if (reader.header().seq <= covered_seq_) {
      next_seq_ = reader.header().seq + 1;
      return Status::Ok();
    }
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

  void AddRun(const Segment& segment, uint64_t last_seq) {
    if (last_seq >= segment.first_seq) {
      runs_.push_back({segment.path, segment.first_seq, last_seq});
    }
  }

  FileSystem* files_;
  std::string directory_;
  uint64_t covered_seq_;
  bool fail_on_error_;
  DecodedQueue* out_ = nullptr;
  std::vector<StoredRun> runs_;
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
                                           uint64_t covered_seq, bool fail_on_error) {
  SegmentScanner scanner(files, directory, covered_seq, fail_on_error);
  RETURN_IF_ERROR(scanner.Prepare());
  SegmentReplayResult result;
  ASSIGN_OR_RETURN(result.stats, RunReplay([&](DecodedQueue* out) { return scanner.Run(out); },
                                           scanner.log_bytes(), listeners));
  result.next_seq = scanner.next_seq();
  result.runs = scanner.runs();
  result.stats.bytes = scanner.bytes();
  result.stats.torn_tail_bytes = scanner.torn_bytes();
  return result;
}

}  // namespace influxdb3::wal
