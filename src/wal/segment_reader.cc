#include "wal/segment_reader.h"

#include <algorithm>
#include <cstring>

namespace influxdb3::wal {
namespace {

constexpr size_t kWindowBytes = size_t{1} << 20;

}  // namespace

using util::Result;
using util::Status;

SegmentReader::SegmentReader(const File* file, uint64_t size, size_t bytes_max)
    : file_(file), size_(size), bytes_max_(bytes_max) {}

Result<uint64_t> SegmentReader::ReadHeader() {
  if (size_ < kSegmentHeaderBytes) return Status::Corruption("its header is cut");
  char bytes[kSegmentHeaderBytes];
  RETURN_IF_ERROR(Read(0, kSegmentHeaderBytes, bytes));
  ASSIGN_OR_RETURN(const uint64_t first_seq, DecodeSegmentHeader({bytes, kSegmentHeaderBytes}));
  position_ = kSegmentHeaderBytes;
  last_seq_ = first_seq - 1;
  return first_seq;
}

Result<SegmentReader::Outcome> SegmentReader::Next() {
  if (position_ == size_) return Outcome::kEnd;
  FrameHeader header;
  ASSIGN_OR_RETURN(const bool valid, ValidFrameAt(position_, &header));
  // A frame out of sequence is as wrong as one with a bad checksum.
  if (!valid || header.seq != last_seq_ + 1) {
    ASSIGN_OR_RETURN(const bool end, OnlyZerosFrom(position_));
    return end ? Outcome::kEnd : ClassifyBadFrame();
  }
  header_ = header;
  last_seq_ = header.seq;
  position_ += FrameBytes(header.payload_bytes);
  return Outcome::kFrame;
}

Result<bool> SegmentReader::ValidFrameAt(uint64_t offset, FrameHeader* header) {
  if (offset + kFrameHeaderBytes > size_) return false;
  RETURN_IF_ERROR(Read(offset, kFrameHeaderBytes, reinterpret_cast<char*>(header)));
  if (header->magic != kFrameMagic || header->payload_bytes > bytes_max_ ||
      offset + FrameBytes(header->payload_bytes) > size_) {
    return false;
  }
  payload_.resize(header->payload_bytes);
  RETURN_IF_ERROR(Read(offset + kFrameHeaderBytes, payload_.size(), payload_.data()));
  return header->checksum == FrameChecksum(*header, PayloadHash(payload_));
}

Result<bool> SegmentReader::OnlyZerosFrom(uint64_t offset) {
  char bytes[4096];
  while (offset < size_) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(sizeof(bytes), size_ - offset));
    RETURN_IF_ERROR(Read(offset, count, bytes));
    if (std::any_of(bytes, bytes + count, [](char byte) { return byte != 0; })) return false;
    offset += count;
  }
  return true;
}

Result<SegmentReader::Outcome> SegmentReader::ClassifyBadFrame() {
  // Frames begin at multiples of the alignment. A valid one further on whose group began behind the
  // bad frame was written only after the bad frame had been synced: then this is damage. If it
  // belongs to the bad frame's own group, the crash just persisted its pages in another order.
  const uint64_t bad_seq = last_seq_ + 1;
  for (uint64_t offset = position_ + kFrameAlignment; offset + kFrameHeaderBytes <= size_;
       offset += kFrameAlignment) {
    FrameHeader header;
    RETURN_IF_ERROR(Read(offset, sizeof(header.magic), reinterpret_cast<char*>(&header)));
    if (header.magic != kFrameMagic) continue;
    RETURN_IF_ERROR(Read(offset, sizeof(header), reinterpret_cast<char*>(&header)));
    // Rows may contain what looks like frames: only a likely one is worth reading to its end.
    if (header.group_first_seq <= bad_seq || header.seq < header.group_first_seq ||
        header.seq - bad_seq > size_ / kFrameHeaderBytes) {
      continue;
    }
    ASSIGN_OR_RETURN(const bool valid, ValidFrameAt(offset, &header));
    if (valid) return Outcome::kDamaged;
  }
  return Outcome::kTorn;
}

Status SegmentReader::Read(uint64_t offset, size_t size, char* out) {
  while (size > 0) {
    if (offset >= window_offset_ && offset < window_offset_ + window_.size()) {
      const size_t begin = static_cast<size_t>(offset - window_offset_);
      const size_t count = std::min(size, window_.size() - begin);
      std::memcpy(out, window_.data() + begin, count);
      offset += count;
      out += count;
      size -= count;
      continue;
    }
    window_.resize(kWindowBytes);
    window_offset_ = offset;
    ASSIGN_OR_RETURN(const size_t got, file_->ReadAt(offset, kWindowBytes, window_.data()));
    window_.resize(got);
    if (got == 0) return Status::Io("a segment became shorter while it was read");
  }
  return Status::Ok();
}

}  // namespace influxdb3::wal
