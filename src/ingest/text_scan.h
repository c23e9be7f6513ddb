#pragma once

#include <string_view>

/// Byte searches of the write path, 16 bytes at a time where the processor can.
namespace influxdb3::ingest {

/// The first space at or behind `at` that no backslash protects, or null when a tab, a newline or
/// the end comes first. Sets `*escaped` when it met a backslash.
const char* FindSeriesEnd(const char* at, const char* end, bool* escaped);

/// The first quote or backslash, or `end`.
const char* FindQuoteOrBackslash(const char* at, const char* end);

/// Whether `text` stands at `at`, with `last` behind it.
inline bool StandsAt(std::string_view text, char last, const char* at, const char* end) {
  return static_cast<size_t>(end - at) > text.size() && at[text.size()] == last &&
         std::string_view(at, text.size()) == text;
}

}  // namespace influxdb3::ingest
