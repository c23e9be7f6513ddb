#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace influxdb3::line_protocol {

/// Where a name stands decides which characters a backslash takes its meaning from. A backslash in
/// front of any other character is kept, together with that character.
enum class NameKind {
  kMeasurement,  ///< backslash, comma, space
  kKey,          ///< tag keys, tag values, field keys: backslash, comma, space, equals sign
};

/// Writes the meaning of `written` to `out`, which has room for written.size() bytes; returns the
/// number of bytes written.
size_t UnescapeName(NameKind kind, std::string_view written, char* out);
/// The same for what stands between the quotes of a string value: only `\"` and `\\` are escapes.
size_t UnescapeString(std::string_view written, char* out);

std::string UnescapedName(NameKind kind, std::string_view written);
std::string UnescapedString(std::string_view written);

/// The inverse: appends `name` so that it is read back as it is. Names that line protocol cannot
/// express (empty, with a backslash at the end, with a bare tab or newline) are the caller's fault.
void AppendEscapedName(NameKind kind, std::string_view name, std::string* out);
/// Appends `text` with its quotes.
void AppendQuotedString(std::string_view text, std::string* out);

}  // namespace influxdb3::line_protocol
