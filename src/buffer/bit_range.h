#pragma once

#include <cstdint>

/// Runs of bits in arrays of 64-bit words; bit `i` is bit `i % 64` of word `i / 64`.
namespace influxdb3::buffer {

enum class BitsSet { kNone, kSome, kAll };

/// Which of the `count` bits from `begin` are set. `count` is at least 1.
BitsSet TestBits(const uint64_t* words, uint32_t begin, uint32_t count);

/// Sets `count` bits from `begin`.
void SetBits(uint64_t* words, uint32_t begin, uint32_t count);

/// Sets those of the `count` bits from `to_begin` whose counterparts from `from_begin` are set; the
/// bits must be clear before. Reads no word of `from` past its last bit.
void OrBits(uint64_t* to, uint32_t to_begin, const uint64_t* from, uint32_t from_begin,
            uint32_t count);

constexpr uint32_t WordCount(uint32_t bit_count) {
  return (bit_count + 63) / 64;
}

}  // namespace influxdb3::buffer
