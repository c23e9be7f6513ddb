#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace influxdb3::client {

/// Cuts a stream of line protocol into bodies of at most `body_bytes_max` bytes, only after line
/// ends that are outside of quoted string values. A single line beyond the limit becomes a body of
/// its own. The bodies put together are the input, byte for byte.
class LineSplitter {
 public:
  /// Gets each finished body and the number of line ends that end a line in it.
  using Sink = std::function<void(std::string body, uint64_t line_count)>;

  LineSplitter(size_t body_bytes_max, Sink sink)
      : body_bytes_max_(body_bytes_max), sink_(std::move(sink)) {}

  /// Pieces may be cut anywhere.
  void Feed(std::string_view piece);
  /// Hands out what is left; the last line needs no line end.
  void Finish();

 private:
  enum class Place { kLineStart, kComment, kKeys, kFields, kString };

  /// True when `c` ends a line.
  bool Step(char c);
  void EndLine();

  const size_t body_bytes_max_;
  const Sink sink_;
  std::string body_;     // complete lines that fit together
  std::string pending_;  // the line being read
  uint64_t body_lines_ = 0;
  Place place_ = Place::kLineStart;
  bool escaped_ = false;
  bool after_equals_ = false;
};

}  // namespace influxdb3::client
