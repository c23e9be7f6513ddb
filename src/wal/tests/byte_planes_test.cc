#include "wal/byte_planes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace influxdb3::wal {
namespace {

TEST(BytePlanes, BytesOfOneRankComeTogether) {
  const std::vector<uint32_t> values = {0x44332211, 0x88776655, 0xCCBBAA99};
  std::string planes(12, '\0');
  SplitIntoBytePlanes(values.data(), values.size(), 4, planes.data());
  EXPECT_EQ(planes, "\x11\x55\x99\x22\x66\xAA\x33\x77\xBB\x44\x88\xCC");
}

// Every count up to several blocks and a rest, both widths, against the definition.
TEST(BytePlanes, SplitFollowsTheDefinitionAndJoinUndoesIt) {
  std::mt19937_64 random(3);
  for (size_t width : {size_t{4}, size_t{8}}) {
    for (size_t count = 0; count <= 70; ++count) {
      std::string values(count * width, '\0');
      for (char& byte : values) byte = static_cast<char>(random());
      std::string expected;
      for (size_t byte = 0; byte < width; ++byte) {
        for (size_t value = 0; value < count; ++value) expected += values[value * width + byte];
      }
      std::string planes(values.size(), '\0');
      SplitIntoBytePlanes(values.data(), count, width, planes.data());
      ASSERT_EQ(planes, expected) << width << " bytes, " << count << " values";
      std::string joined(values.size(), '\0');
      JoinBytePlanes(planes.data(), count, width, joined.data());
      ASSERT_EQ(joined, values) << width << " bytes, " << count << " values";
    }
  }
}

}  // namespace
}  // namespace influxdb3::wal
