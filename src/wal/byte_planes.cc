#include "wal/byte_planes.h"

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "util/check.h"

namespace influxdb3::wal {
namespace {

// Values handled at a time by the vector code.
constexpr size_t kBlock = 16;

#if defined(__SSE2__)

// A byte's number within a block of 16 values is, in bits, value (4) then byte (2 or 3). One round
// interleaves the first half of the block with the second, which moves the top bit to the bottom;
// rounds enough to move one part behind the other turn values into planes or back.
template <size_t kWidth, int kRounds>
void RotateByteNumbers(__m128i (&block)[kWidth]) {
  for (int round = 0; round < kRounds; ++round) {
    __m128i next[kWidth];
    for (size_t i = 0; i < kWidth / 2; ++i) {
      next[2 * i] = _mm_unpacklo_epi8(block[i], block[i + kWidth / 2]);
      next[2 * i + 1] = _mm_unpackhi_epi8(block[i], block[i + kWidth / 2]);
    }
    std::memcpy(block, next, sizeof(next));
  }
}

template <size_t kWidth>
size_t SplitBlocks(const uint8_t* from, size_t count, uint8_t* to) {
  size_t value = 0;
  for (; value + kBlock <= count; value += kBlock) {
    __m128i block[kWidth];
    std::memcpy(block, from + value * kWidth, sizeof(block));
    RotateByteNumbers<kWidth, 4>(block);
    for (size_t byte = 0; byte < kWidth; ++byte) {
      std::memcpy(to + byte * count + value, &block[byte], kBlock);
    }
  }
  return value;
}

template <size_t kWidth>
size_t JoinBlocks(const uint8_t* from, size_t count, uint8_t* to) {
  constexpr int kRounds = kWidth == 8 ? 3 : 2;
  size_t value = 0;
  for (; value + kBlock <= count; value += kBlock) {
    __m128i block[kWidth];
    for (size_t byte = 0; byte < kWidth; ++byte) {
      std::memcpy(&block[byte], from + byte * count + value, kBlock);
    }
    RotateByteNumbers<kWidth, kRounds>(block);
    std::memcpy(to + value * kWidth, block, sizeof(block));
  }
  return value;
}

#else

template <size_t kWidth>
size_t SplitBlocks(const uint8_t*, size_t, uint8_t*) {
  return 0;
}
template <size_t kWidth>
size_t JoinBlocks(const uint8_t*, size_t, uint8_t*) {
  return 0;
}

#endif

}  // namespace

void SplitIntoBytePlanes(const void* from, size_t count, size_t width, void* to) {
  CHECK(width == 4 || width == 8);
  const auto* in = static_cast<const uint8_t*>(from);
  auto* out = static_cast<uint8_t*>(to);
  size_t value = width == 8 ? SplitBlocks<8>(in, count, out) : SplitBlocks<4>(in, count, out);
  for (; value < count; ++value) {
    for (size_t byte = 0; byte < width; ++byte) {
      out[byte * count + value] = in[value * width + byte];
    }
  }
}

void JoinBytePlanes(const void* from, size_t count, size_t width, void* to) {
  CHECK(width == 4 || width == 8);
  const auto* in = static_cast<const uint8_t*>(from);
  auto* out = static_cast<uint8_t*>(to);
  size_t value = width == 8 ? JoinBlocks<8>(in, count, out) : JoinBlocks<4>(in, count, out);
  for (; value < count; ++value) {
    for (size_t byte = 0; byte < width; ++byte) {
      out[value * width + byte] = in[byte * count + value];
    }
  }
}

}  // namespace influxdb3::wal
