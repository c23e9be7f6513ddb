#include "buffer/bit_range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace influxdb3::buffer {
namespace {

TEST(BitRangeTest, TestBitsLooksAtTheRangeOnly) {
  const std::vector<uint64_t> words = {0xffff'ffff'0000'0000, 0x1};
  EXPECT_EQ(TestBits(words.data(), 0, 32), BitsSet::kNone);
  EXPECT_EQ(TestBits(words.data(), 32, 33), BitsSet::kAll);
  EXPECT_EQ(TestBits(words.data(), 32, 34), BitsSet::kSome);
  EXPECT_EQ(TestBits(words.data(), 31, 2), BitsSet::kSome);
  EXPECT_EQ(TestBits(words.data(), 65, 63), BitsSet::kNone);
  EXPECT_EQ(TestBits(words.data(), 0, 128), BitsSet::kSome);
}

TEST(BitRangeTest, SetAndOrAgreeWithBitByBit) {
  constexpr uint32_t kBits = 320;
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<uint64_t> from(kBits / 64);
    for (uint64_t& word : from) word = random();
    const auto to_begin = static_cast<uint32_t>(random() % kBits);
    const auto from_begin = static_cast<uint32_t>(random() % kBits);
    const auto count =
        static_cast<uint32_t>(random() % (kBits - std::max(to_begin, from_begin)) + 1);
    std::vector<uint64_t> ored(kBits / 64);
    std::vector<uint64_t> set(kBits / 64);
    OrBits(ored.data(), to_begin, from.data(), from_begin, count);
    SetBits(set.data(), to_begin, count);
    for (uint32_t i = 0; i < kBits; ++i) {
      const bool inside = i >= to_begin && i < to_begin + count;
      const uint32_t source = from_begin + i - to_begin;
      const bool expected = inside && ((from[source / 64] >> (source % 64)) & 1) != 0;
      ASSERT_EQ((ored[i / 64] >> (i % 64)) & 1, expected ? 1u : 0u);
      ASSERT_EQ((set[i / 64] >> (i % 64)) & 1, inside ? 1u : 0u);
    }
  }
}

}  // namespace
}  // namespace influxdb3::buffer
