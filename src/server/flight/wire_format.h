#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "util/result.h"

namespace influxdb3::server::flight {

/// One field of a protobuf message.
struct WireField {
  uint32_t number = 0;
  uint64_t value = 0;      ///< of varint, 64-bit and 32-bit fields; their bits
  std::string_view bytes;  ///< of length-delimited fields; points into the message
  bool is_bytes = false;

  std::string text() const { return std::string(bytes); }
};

/// Reads the fields of a protobuf message one by one, in linear time and without recursion, from
/// bytes that may be anything. Groups, which proto3 does not have, are malformed.
class WireReader {
 public:
  /// `message` must stay as long as the fields are used.
  explicit WireReader(std::string_view message) : rest_(message) {}

  /// False at the end; InvalidArgument when the message is malformed.
  util::Result<bool> Next(WireField* field);

  /// The items of a packed list of numbers, instead of fields.
  bool AtEnd() const { return rest_.empty(); }
  util::Result<uint64_t> ReadVarint();

 private:
  util::Result<std::string_view> ReadBytes(uint64_t size);
  util::Result<uint64_t> ReadFixed(size_t size);

  std::string_view rest_;
};

/// Appends fields to a protobuf message.
class WireWriter {
 public:
  WireWriter& Varint(uint32_t number, uint64_t value);
  WireWriter& Double(uint32_t number, double value);
  WireWriter& Bytes(uint32_t number, std::string_view bytes);
  std::string Take() { return std::move(message_); }

 private:
  void AppendVarint(uint64_t value);
  std::string message_;
};

/// A google.protobuf.Any.
struct AnyMessage {
  std::string_view type_url;
  std::string_view value;
};
util::Result<AnyMessage> ReadAny(std::string_view message);
std::string MakeAny(std::string_view type_url, std::string_view value);

}  // namespace influxdb3::server::flight
