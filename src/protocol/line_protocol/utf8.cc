#include "protocol/line_protocol/utf8.h"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace influxdb3::line_protocol {
namespace {

size_t SkipAscii(std::string_view text, size_t at) {
#if defined(__SSE2__)
  while (text.size() - at >= 64) {
    const auto* block = reinterpret_cast<const __m128i*>(text.data() + at);
    const __m128i any =
        _mm_or_si128(_mm_or_si128(_mm_loadu_si128(block), _mm_loadu_si128(block + 1)),
                     _mm_or_si128(_mm_loadu_si128(block + 2), _mm_loadu_si128(block + 3)));
    if (_mm_movemask_epi8(any) != 0) break;
    at += 64;
  }
#endif
  while (text.size() - at >= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & 0x8080808080808080U) != 0) break;
    at += sizeof(word);
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

struct Range {
  unsigned char min = 0x80;
  unsigned char max = 0xBF;
};

/// Length of the character that `lead` begins (0: none does) and what its second byte may be.
size_t CharacterBytes(unsigned char lead, Range* second) {
  *second = Range();
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (lead == 0xE0) second->min = 0xA0;
    if (lead == 0xED) second->max = 0x9F;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (lead == 0xF0) second->min = 0x90;
    if (lead == 0xF4) second->max = 0x8F;
    return 4;
  }
  return 0;
}

}  // namespace

std::string Utf8Fault::Message() const {
  if (fault_bytes == 0) {
    return fmt::format("incomplete utf-8 byte sequence from index {}", valid_bytes);
  }
  return fmt::format("invalid utf-8 sequence of {} bytes from index {}", fault_bytes, valid_bytes);
}

std::optional<Utf8Fault> FindUtf8Fault(std::string_view text) {
  size_t at = SkipAscii(text, 0);
  while (at < text.size()) {
    Range range;
    const size_t length = CharacterBytes(static_cast<unsigned char>(text[at]), &range);
    if (length == 0) return Utf8Fault{at, 1};
    for (size_t i = 1; i < length; ++i) {
      if (at + i == text.size()) return Utf8Fault{at, 0};
      const auto byte = static_cast<unsigned char>(text[at + i]);
      if (byte < range.min || byte > range.max) return Utf8Fault{at, i};
      range = Range();
    }
    at += length;
    if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) at = SkipAscii(text, at);
  }
  return std::nullopt;
}

}  // namespace influxdb3::line_protocol
