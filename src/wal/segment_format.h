#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.h"

namespace influxdb3::wal {

/// Bytes of a segment file: docs/format/wal.md. All numbers little-endian.
inline constexpr std::string_view kSegmentMagic = "IDB3WAL";
inline constexpr char kSegmentVersion = '1';
/// Magic (7), version (1), first sequence number (8), checksum of the two (8).
inline constexpr size_t kSegmentHeaderBytes = 24;
inline constexpr uint32_t kFrameMagic = 0x43455257;  // "WREC"
inline constexpr size_t kFrameHeaderBytes = 32;
inline constexpr size_t kFrameAlignment = 8;

/// In front of every record's payload.
struct FrameHeader {
  uint32_t magic = kFrameMagic;
  uint32_t payload_bytes = 0;
  uint64_t seq = 0;
  /// Sequence number of the first record that was written, and so synced, together with this one.
  /// What stands before it was synced earlier: this tells a torn group from damaged data.
  uint64_t group_first_seq = 0;
  uint64_t checksum = 0;
};
static_assert(sizeof(FrameHeader) == kFrameHeaderBytes);

std::string EncodeSegmentHeader(uint64_t first_seq);
/// The first sequence number. Unsupported for another version, Corruption for damage; the messages
/// go on after the file's name.
util::Result<uint64_t> DecodeSegmentHeader(std::string_view bytes);

/// XXH3-64 of a payload: made on the writer's thread, before the sequence number is known.
uint64_t PayloadHash(std::string_view payload);
/// The frame's checksum: over its other header fields and the payload's hash.
uint64_t FrameChecksum(const FrameHeader& header, uint64_t payload_hash);
/// Bytes that a frame with this payload occupies, padding included.
constexpr uint64_t FrameBytes(uint64_t payload_bytes) {
  return (kFrameHeaderBytes + payload_bytes + kFrameAlignment - 1) / kFrameAlignment *
         kFrameAlignment;
}
void AppendFrame(uint64_t seq, uint64_t group_first_seq, std::string_view payload,
                 uint64_t payload_hash, std::string* out);

/// `{first_seq:011}.wal`
std::string SegmentFileName(uint64_t first_seq);
/// The number in such a name; nothing for other names.
std::optional<uint64_t> ParseSegmentFileName(std::string_view name);

}  // namespace influxdb3::wal
