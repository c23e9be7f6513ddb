#include "wal/segment_format.h"

#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <xxhash.h>

namespace influxdb3::wal {

using util::Result;
using util::Status;

std::string EncodeSegmentHeader(uint64_t first_seq) {
  std::string bytes(kSegmentMagic);
  bytes += kSegmentVersion;
  bytes.append(reinterpret_cast<const char*>(&first_seq), sizeof(first_seq));
  const uint64_t checksum = XXH3_64bits(bytes.data(), bytes.size());
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return bytes;
}

Result<uint64_t> DecodeSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) return Status::Corruption("its header is cut");
  if (!bytes.starts_with(kSegmentMagic)) {
    return Status::Corruption("it does not begin like a segment of the log");
  }
  uint64_t first_seq = 0;
  uint64_t checksum = 0;
  std::memcpy(&first_seq, bytes.data() + 8, sizeof(first_seq));
  std::memcpy(&checksum, bytes.data() + 16, sizeof(checksum));
  const char version = bytes[kSegmentMagic.size()];
  if (checksum != XXH3_64bits(bytes.data(), 16)) {
    return Status::Corruption("its header is damaged");
  }
  if (version != kSegmentVersion) {
    return Status::Unsupported(
        fmt::format("it was written in version '{}' of the format, but this server knows only "
                    "version '{}'",
                    version, kSegmentVersion));
  }
  return first_seq;
}

uint64_t PayloadHash(std::string_view payload) {
  return XXH3_64bits(payload.data(), payload.size());
}

uint64_t FrameChecksum(const FrameHeader& header, uint64_t payload_hash) {
  const uint64_t covered[4] = {(uint64_t{header.payload_bytes} << 32) | header.magic, header.seq,
                               header.group_first_seq, payload_hash};
  return XXH3_64bits(covered, sizeof(covered));
}

void AppendFrame(uint64_t seq, uint64_t group_first_seq, std::string_view payload,
                 uint64_t payload_hash, std::string* out) {
  FrameHeader header;
  header.payload_bytes = static_cast<uint32_t>(payload.size());
  header.seq = seq;
  header.group_first_seq = group_first_seq;
  header.checksum = FrameChecksum(header, payload_hash);
  const size_t end = out->size() + FrameBytes(payload.size());
  out->append(reinterpret_cast<const char*>(&header), sizeof(header));
  out->append(payload);
  out->resize(end, '\0');
}

std::string SegmentFileName(uint64_t first_seq) {
  return fmt::format("{:011}.wal", first_seq);
}

std::optional<uint64_t> ParseSegmentFileName(std::string_view name) {
  constexpr std::string_view kSuffix = ".wal";
  if (name.size() < 11 + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace influxdb3::wal
