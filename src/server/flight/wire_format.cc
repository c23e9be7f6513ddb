#include "server/flight/wire_format.h"

#include <bit>
#include <utility>

namespace influxdb3::server::flight {

using util::Result;
using util::Status;

namespace {

enum WireType : uint64_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };
constexpr uint64_t kFieldNumberMax = (uint64_t{1} << 29) - 1;
constexpr int kVarintBitsMax = 64;

Status Malformed(const char* what) {
  return Status::InvalidArgument(std::string("failed to decode Protobuf message: ") + what);
}

}  // namespace

Result<uint64_t> WireReader::ReadVarint() {
  uint64_t value = 0;
  for (int shift = 0; shift < kVarintBitsMax; shift += 7) {
    if (rest_.empty()) return Malformed("buffer underflow");
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    const uint64_t bits = byte & 0x7F;
    if (shift == 63 && bits > 1) return Malformed("invalid varint");
    value |= bits << shift;
    if (byte < 0x80) return value;
  }
  return Malformed("invalid varint");
}

Result<std::string_view> WireReader::ReadBytes(uint64_t size) {
  if (size > rest_.size()) return Malformed("buffer underflow");
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

Result<uint64_t> WireReader::ReadFixed(size_t size) {
  ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(size));
  uint64_t value = 0;
  for (size_t i = size; i > 0; --i) value = (value << 8) | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

Result<bool> WireReader::Next(WireField* field) {
  *field = WireField();
  if (rest_.empty()) return false;
  ASSIGN_OR_RETURN(const uint64_t key, ReadVarint());
  const uint64_t number = key >> 3;
  if (number == 0 || number > kFieldNumberMax) return Malformed("invalid tag value");
  field->number = static_cast<uint32_t>(number);
  switch (key & 7) {
    case kVarint: {
      ASSIGN_OR_RETURN(field->value, ReadVarint());
      return true;
    }
    case kFixed64: {
      ASSIGN_OR_RETURN(field->value, ReadFixed(8));
      return true;
    }
    case kFixed32: {
      ASSIGN_OR_RETURN(field->value, ReadFixed(4));
      return true;
    }
    case kLengthDelimited: {
      ASSIGN_OR_RETURN(const uint64_t size, ReadVarint());
      ASSIGN_OR_RETURN(field->bytes, ReadBytes(size));
      field->is_bytes = true;
      return true;
    }
    default: return Malformed("invalid wire type");
  }
}

void WireWriter::AppendVarint(uint64_t value) {
  while (value >= 0x80) {
    message_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  message_.push_back(static_cast<char>(value));
}

WireWriter& WireWriter::Varint(uint32_t number, uint64_t value) {
  AppendVarint((uint64_t{number} << 3) | kVarint);
  AppendVarint(value);
  return *this;
}

WireWriter& WireWriter::Double(uint32_t number, double value) {
  AppendVarint((uint64_t{number} << 3) | kFixed64);
  uint64_t bits = std::bit_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) message_.push_back(static_cast<char>(bits & 0xFF));
  return *this;
}

WireWriter& WireWriter::Bytes(uint32_t number, std::string_view bytes) {
  AppendVarint((uint64_t{number} << 3) | kLengthDelimited);
  AppendVarint(bytes.size());
  message_.append(bytes);
  return *this;
}

Result<AnyMessage> ReadAny(std::string_view message) {
  AnyMessage any;
  WireReader reader(message);
  WireField field;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&field));
    if (!more) return any;
    if (field.number > 2) continue;
    if (!field.is_bytes) return Malformed("invalid wire type");
    (field.number == 1 ? any.type_url : any.value) = field.bytes;
  }
}

std::string MakeAny(std::string_view type_url, std::string_view value) {
  return WireWriter().Bytes(1, type_url).Bytes(2, value).Take();
}

}  // namespace influxdb3::server::flight
