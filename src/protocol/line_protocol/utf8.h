#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace influxdb3::line_protocol {

/// The first place where `text` is not UTF-8.
struct Utf8Fault {
  size_t valid_bytes = 0;  ///< length of the valid part before it
  size_t fault_bytes = 0;  ///< 1 to 3 bytes that cannot go on; 0: the text ends within a character
  std::string Message() const;  ///< as the reference system words it
};

/// Nothing when `text` is UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF). Runs of
/// ASCII are checked 64 bytes at a time.
std::optional<Utf8Fault> FindUtf8Fault(std::string_view text);

}  // namespace influxdb3::line_protocol
