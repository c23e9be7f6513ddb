#include "protocol/line_protocol/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace influxdb3::line_protocol {
namespace {

TEST(Utf8Test, AcceptsEveryLengthAtEveryOffset) {
  const std::string text = "aé€😀\x7F";
  for (size_t padding = 0; padding < 140; ++padding) {
    EXPECT_FALSE(FindUtf8Fault(std::string(padding, 'x') + text + text).has_value()) << padding;
  }
  EXPECT_FALSE(FindUtf8Fault("").has_value());
  EXPECT_FALSE(FindUtf8Fault(std::string_view("\0\n", 2)).has_value());
  EXPECT_FALSE(FindUtf8Fault("\xF4\x8F\xBF\xBF").has_value());
  EXPECT_FALSE(FindUtf8Fault("\xED\x9F\xBF").has_value());
}

struct Case {
  std::string text;
  size_t valid_bytes;
  size_t fault_bytes;
};

TEST(Utf8Test, ReportsWhereAndHowMuch) {
  const Case cases[] = {
      {"\x80", 0, 1},         {"ab\xFF", 2, 1},        {"\xC0\xAF", 0, 1},
      {"\xC3", 0, 0},         {"\xC3(", 0, 1},         {"\xE2\x82", 0, 0},
      {"\xE2\x82(", 0, 2},    {"\xE0\x80\x80", 0, 1},  {"\xED\xA0\x80", 0, 1},
      {"\xF0\x9F\x98", 0, 0}, {"\xF0\x9F\x98(", 0, 3}, {"\xF4\x90\x80\x80", 0, 1},
      {"\xF5\x80\x80", 0, 1}, {"é\xE2(", 2, 1},        {std::string(100, 'a') + "\xFE", 100, 1},
  };
  for (const Case& c : cases) {
    const auto fault = FindUtf8Fault(c.text);
    ASSERT_TRUE(fault.has_value()) << c.text;
    EXPECT_EQ(fault->valid_bytes, c.valid_bytes) << c.text;
    EXPECT_EQ(fault->fault_bytes, c.fault_bytes) << c.text;
  }
  EXPECT_EQ(FindUtf8Fault("ab\xFF")->Message(), "invalid utf-8 sequence of 1 bytes from index 2");
  EXPECT_EQ(FindUtf8Fault("ab\xC3")->Message(), "incomplete utf-8 byte sequence from index 2");
}

}  // namespace
}  // namespace influxdb3::line_protocol
