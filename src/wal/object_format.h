#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "wal/log_sink.h"
#include "wal/segment_format.h"

namespace influxdb3::wal {

/// Bytes of an object of the log: docs/format/wal.md. A segment's header, what tells one object
/// from another, then frames as in a segment, and nothing behind them.
inline constexpr std::string_view kObjectMagic = "WOBJ";
inline constexpr size_t kObjectHeaderBytes = 72;
inline constexpr size_t kWriterIdBytes = 16;
/// The first object that its process wrote.
inline constexpr uint32_t kObjectOpensWriter = 1;

struct ObjectHeader {
  uint64_t first_seq = 0;
  uint64_t last_seq = 0;
  uint64_t object_bytes = 0;
  uint32_t flags = 0;
  std::string writer_id;  ///< kWriterIdBytes; random, of the process
};

/// 16 random bytes.
std::string NewWriterId();

/// The whole object for `group`, whose sequence numbers follow each other.
std::string EncodeObject(const std::vector<EncodedRecord>& group, const std::string& writer_id,
                         uint32_t flags);
/// Of the object's first bytes. Unsupported for another version, Corruption for damage; the
/// messages go on after the object's name.
util::Result<ObjectHeader> DecodeObjectHeader(std::string_view bytes);

/// The frames of a whole object in order. Not thread-safe; `bytes` must outlive it.
class ObjectFrames {
 public:
  ObjectFrames(std::string_view bytes, const ObjectHeader& header);

  /// The next payload; nothing behind the last. Corruption when the bytes are not exactly the
  /// object that the header announces.
  util::Result<std::optional<std::string_view>> Next();
  /// Of the last payload.
  uint64_t seq() const { return seq_; }
  /// Where the next frame begins.
  uint64_t position() const { return position_; }

 private:
  std::string_view bytes_;
  const ObjectHeader header_;
  uint64_t seq_;
  uint64_t position_ = kObjectHeaderBytes;
};

/// `{first_seq:020}.wal`
std::string ObjectFileName(uint64_t first_seq);
/// The number in a path that ends in such a name; nothing for others.
std::optional<uint64_t> ParseObjectPath(std::string_view path);

}  // namespace influxdb3::wal
