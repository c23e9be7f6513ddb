#include "query/format/json_text.h"

#include <cstdint>
#include <cstring>

namespace influxdb3::query {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;

/// A high bit in each byte of `word` that is zero, exact for the lowest such byte.
constexpr uint64_t ZeroBytes(uint64_t word) {
  return (word - kOnes) & ~word & kHighBits;
}

bool NeedsEscape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

/// The number of leading bytes that can be copied as they are, looking at eight bytes at a time.
size_t PlainPrefix(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighBits;
    const uint64_t special = ZeroBytes(word ^ (kOnes * '"')) | ZeroBytes(word ^ (kOnes * '\\'));
    if ((below_space | special) != 0) break;
  }
  while (at < text.size() && !NeedsEscape(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

void AppendEscape(unsigned char byte, ByteSink& sink) {
  switch (byte) {
    case '"': sink.Append("\\\""); return;
    case '\\': sink.Append("\\\\"); return;
    case '\b': sink.Append("\\b"); return;
    case '\f': sink.Append("\\f"); return;
    case '\n': sink.Append("\\n"); return;
    case '\r': sink.Append("\\r"); return;
    case '\t': sink.Append("\\t"); return;
    default: break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
  sink.Append(std::string_view(escape, sizeof escape));
}

}  // namespace

void AppendJsonString(std::string_view text, ByteSink& sink) {
  size_t plain = PlainPrefix(text);
  if (plain == text.size()) {
    char* out = sink.Reserve(text.size() + 2);
    *out = '"';
    if (!text.empty()) std::memcpy(out + 1, text.data(), text.size());
    out[text.size() + 1] = '"';
    sink.Commit(out + text.size() + 2);
    return;
  }
  sink.Append('"');
  for (;;) {
    sink.Append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    AppendEscape(static_cast<unsigned char>(text.front()), sink);
    text.remove_prefix(1);
    plain = PlainPrefix(text);
  }
  sink.Append('"');
}

std::string JsonKey(std::string_view name) {
  std::string key;
  {
    ByteSink sink(&key);
    AppendJsonString(name, sink);
    sink.Append(':');
  }
  return key;
}

}  // namespace influxdb3::query
