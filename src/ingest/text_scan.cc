#include "ingest/text_scan.h"

#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace influxdb3::ingest {

const char* FindSeriesEnd(const char* at, const char* end, bool* escaped) {
  while (at != end) {
#if defined(__SSE2__)
    while (end - at >= 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i spaces_and_less =
          _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
      const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
      const auto found =
          static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(spaces_and_less, backslashes)));
      if (found != 0) {
        at += std::countr_zero(found);
        break;
      }
      at += 16;
    }
    if (at == end) return nullptr;
#endif
    switch (*at) {
      case ' ': return at;
      case '\t':
      case '\n': return nullptr;
      case '\\':
        *escaped = true;
        if (++at == end) return nullptr;
        break;
      default: break;
    }
    ++at;
  }
  return nullptr;
}

const char* FindQuoteOrBackslash(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(hits));
    if (found != 0) return at + std::countr_zero(found);
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

}  // namespace influxdb3::ingest
