#include "wal/object_format.h"

#include <cstring>
#include <random>

#include <fmt/format.h>
#include <xxhash.h>

namespace influxdb3::wal {
namespace {

constexpr size_t kFlagsOffset = 28;
constexpr size_t kLastSeqOffset = 32;
constexpr size_t kObjectBytesOffset = 40;
constexpr size_t kWriterIdOffset = 48;
constexpr size_t kChecksumOffset = 64;
constexpr size_t kSequenceDigits = 20;

template <class Number>
void AppendNumber(Number number, std::string* out) {
  out->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

template <class Number>
Number NumberAt(std::string_view bytes, size_t offset) {
  Number number = 0;
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

}  // namespace

using util::Result;
using util::Status;

std::string NewWriterId() {
  std::random_device random;
  std::string id;
  while (id.size() < kWriterIdBytes) AppendNumber(static_cast<uint32_t>(random()), &id);
  return id;
}

std::string EncodeObject(const std::vector<EncodedRecord>& group, const std::string& writer_id,
                         uint32_t flags) {
  uint64_t size = kObjectHeaderBytes;
  for (const EncodedRecord& record : group) size += FrameBytes(record.payload.size());
  const uint64_t first_seq = group.front().seq;
  std::string bytes;
  bytes.reserve(size);
  bytes = EncodeSegmentHeader(first_seq);
  bytes += kObjectMagic;
  AppendNumber(flags, &bytes);
  AppendNumber(group.back().seq, &bytes);
  AppendNumber(size, &bytes);
  bytes += writer_id;
  AppendNumber(static_cast<uint64_t>(XXH3_64bits(bytes.data(), bytes.size())), &bytes);
  for (const EncodedRecord& record : group) {
    AppendFrame(record.seq, first_seq, record.payload, record.payload_hash, &bytes);
  }
  return bytes;
}

Result<ObjectHeader> DecodeObjectHeader(std::string_view bytes) {
  ObjectHeader header;
  ASSIGN_OR_RETURN(header.first_seq, DecodeSegmentHeader(bytes));
  if (bytes.size() < kObjectHeaderBytes) return Status::Corruption("its header is cut");
  if (bytes.substr(kSegmentHeaderBytes, kObjectMagic.size()) != kObjectMagic ||
      NumberAt<uint64_t>(bytes, kChecksumOffset) != XXH3_64bits(bytes.data(), kChecksumOffset)) {
    return Status::Corruption("its header is damaged");
  }
  header.flags = NumberAt<uint32_t>(bytes, kFlagsOffset);
  header.last_seq = NumberAt<uint64_t>(bytes, kLastSeqOffset);
  header.object_bytes = NumberAt<uint64_t>(bytes, kObjectBytesOffset);
  header.writer_id = bytes.substr(kWriterIdOffset, kWriterIdBytes);
  if (header.last_seq < header.first_seq) return Status::Corruption("its header makes no sense");
  return header;
}

ObjectFrames::ObjectFrames(std::string_view bytes, const ObjectHeader& header)
    : bytes_(bytes), header_(header), seq_(header.first_seq - 1) {}

Result<std::optional<std::string_view>> ObjectFrames::Next() {
  if (bytes_.size() != header_.object_bytes) {
    return Status::Corruption(
        fmt::format("it has {} bytes, but {} were written", bytes_.size(), header_.object_bytes));
  }
  const std::string_view rest = bytes_.substr(position_);
  if (seq_ == header_.last_seq) {
    if (rest.empty()) return std::optional<std::string_view>();
    return Status::Corruption("there is something behind its last record");
  }
  FrameHeader frame;
  if (rest.size() < kFrameHeaderBytes) return Status::Corruption("records are missing");
  std::memcpy(&frame, rest.data(), kFrameHeaderBytes);
  if (frame.magic != kFrameMagic || FrameBytes(frame.payload_bytes) > rest.size()) {
    return Status::Corruption("a record there is damaged");
  }
  const std::string_view payload = rest.substr(kFrameHeaderBytes, frame.payload_bytes);
  const std::string_view padding =
      rest.substr(kFrameHeaderBytes + payload.size(),
                  FrameBytes(payload.size()) - kFrameHeaderBytes - payload.size());
  if (padding.find_first_not_of('\0') != std::string_view::npos) {
    return Status::Corruption("a record there is damaged");
  }
  if (frame.seq != seq_ + 1 || frame.group_first_seq != header_.first_seq ||
      frame.checksum != FrameChecksum(frame, PayloadHash(payload))) {
    return Status::Corruption("a record there is damaged");
  }
  seq_ = frame.seq;
  position_ += FrameBytes(frame.payload_bytes);
  return std::optional<std::string_view>(payload);
}

std::string ObjectFileName(uint64_t first_seq) {
  return fmt::format("{:020}.wal", first_seq);
}

std::optional<uint64_t> ParseObjectPath(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::optional<uint64_t> first_seq = ParseSegmentFileName(name);
  if (!first_seq || name.size() != kSequenceDigits + std::string_view(".wal").size()) {
    return std::nullopt;
  }
  return first_seq;
}

}  // namespace influxdb3::wal
