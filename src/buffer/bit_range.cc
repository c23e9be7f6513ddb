#include "buffer/bit_range.h"

#include <algorithm>

namespace influxdb3::buffer {
namespace {

uint64_t LowMask(uint32_t count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

// Up to 64 bits from `begin`, in the low bits of the result.
uint64_t LoadBits(const uint64_t* words, uint32_t begin, uint32_t count) {
  const uint32_t shift = begin % 64;
  uint64_t bits = words[begin / 64] >> shift;
  if (shift + count > 64) bits |= words[begin / 64 + 1] << (64 - shift);
  return bits & LowMask(count);
}

}  // namespace

BitsSet TestBits(const uint64_t* words, uint32_t begin, uint32_t count) {
  bool any_set = false;
  bool any_clear = false;
  for (uint32_t done = 0; done < count && !(any_set && any_clear); done += 64) {
    const uint32_t width = std::min<uint32_t>(64, count - done);
    const uint64_t bits = LoadBits(words, begin + done, width);
    any_set |= bits != 0;
    any_clear |= bits != LowMask(width);
  }
  if (!any_clear) return BitsSet::kAll;
  return any_set ? BitsSet::kSome : BitsSet::kNone;
}

void SetBits(uint64_t* words, uint32_t begin, uint32_t count) {
  while (count > 0) {
    const uint32_t shift = begin % 64;
    const uint32_t width = std::min(64 - shift, count);
    words[begin / 64] |= LowMask(width) << shift;
    begin += width;
    count -= width;
  }
}

void OrBits(uint64_t* to, uint32_t to_begin, const uint64_t* from, uint32_t from_begin,
            uint32_t count) {
  while (count > 0) {
    const uint32_t shift = to_begin % 64;
    const uint32_t width = std::min(64 - shift, count);
    to[to_begin / 64] |= LoadBits(from, from_begin, width) << shift;
    to_begin += width;
    from_begin += width;
    count -= width;
  }
}

}  // namespace influxdb3::buffer
