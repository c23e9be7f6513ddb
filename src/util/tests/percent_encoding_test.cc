#include "util/percent_encoding.h"

#include <gtest/gtest.h>

namespace influxdb3::util {
namespace {

TEST(PercentEncodingTest, EncodesEverythingButUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("aZ09-_.~"), "aZ09-_.~");
  EXPECT_EQ(PercentEncode("a b&c=d/é"), "a%20b%26c%3Dd%2F%C3%A9");
}

TEST(PercentEncodingTest, LeavesWhatIsToBeKept) {
  EXPECT_EQ(PercentEncode("a b/c", "/"), "a%20b/c");
}

}  // namespace
}  // namespace influxdb3::util
