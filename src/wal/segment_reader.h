#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "util/result.h"
#include "wal/file_system.h"
#include "wal/segment_format.h"

namespace influxdb3::wal {

/// Reads the frames of one segment in order with bounded memory, and tells apart how a segment can
/// end. Not thread-safe.
class SegmentReader {
 public:
  enum class Outcome {
    kFrame,  ///< payload() holds the next record
    kEnd,    ///< only complete frames, then perhaps zeros: space reserved and not used
    kTorn,   ///< the last group was not written completely; position() is where the good part ends
    kDamaged,  ///< bytes that were once durable are wrong; position() is where
  };

  /// `bytes_max` bounds the payload a frame may declare.
  SegmentReader(const File* file, uint64_t size, size_t bytes_max);

  /// Reads and checks the segment's header, and gives the sequence number of its first record.
  /// Corruption when it is damaged, Unsupported when it is of another version.
  util::Result<uint64_t> ReadHeader();
  util::Result<Outcome> Next();

  /// Where the next frame begins; after kEnd, where the records end.
  uint64_t position() const { return position_; }
  const FrameHeader& header() const { return header_; }
  const std::string& payload() const { return payload_; }

 private:
  /// Whether a whole, valid frame stands at `offset`.
  util::Result<bool> ValidFrameAt(uint64_t offset, FrameHeader* header);
  /// Whether all bytes from `offset` to the end are zero.
  util::Result<bool> OnlyZerosFrom(uint64_t offset);
  /// What a bad frame at position_ means, by what stands behind it.
  util::Result<Outcome> ClassifyBadFrame();
  util::Status Read(uint64_t offset, size_t size, char* out);

  const File* file_;
  uint64_t size_;
  size_t bytes_max_;
  uint64_t position_ = 0;
  uint64_t last_seq_ = 0;
  FrameHeader header_;
  std::string payload_;
  std::string window_;          ///< read-ahead
  uint64_t window_offset_ = 0;  ///< where window_ begins in the file
};

}  // namespace influxdb3::wal
