#include "query/format/display_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "query/format/display_width_tables.h"

namespace influxdb3::query {
namespace {

constexpr uint32_t kVariationSelectorEmoji = 0xFE0F;

template <size_t N>
bool Contains(const CodePointRange (&ranges)[N], uint32_t code_point) {
  const auto* after = std::upper_bound(
      std::begin(ranges), std::end(ranges), code_point,
      [](uint32_t value, const CodePointRange& range) { return value < range.first; });
  return after != std::begin(ranges) && code_point <= (after - 1)->last;
}

/// Decodes the code point at `*at` and moves past it; broken bytes count as one character each.
uint32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto first = static_cast<unsigned char>(text[(*at)++]);
  if (first < 0xC0) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  uint32_t code_point = first & (0x3Fu >> more);
  for (int i = 0; i < more && *at < text.size(); ++i, ++*at) {
    const auto next = static_cast<unsigned char>(text[*at]);
    if ((next & 0xC0) != 0x80) break;
    code_point = code_point << 6 | (next & 0x3F);
  }
  return code_point;
}

size_t CodePointWidth(uint32_t code_point) {
  if (code_point < 0x300) return code_point == 0xAD ? 0 : 1;
  if (Contains(kZeroWidthRanges, code_point)) return 0;
  return Contains(kWideRanges, code_point) ? 2 : 1;
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  size_t last_width = 0;
  for (size_t at = 0; at < text.size();) {
    const uint32_t code_point = NextCodePoint(text, &at);
    if (code_point == kVariationSelectorEmoji && last_width == 1) {
      ++width;  // turns the character before it into an emoji, two columns wide
      last_width = 2;
      continue;
    }
    last_width = CodePointWidth(code_point);
    width += last_width;
  }
  return width;
}

}  // namespace influxdb3::query
