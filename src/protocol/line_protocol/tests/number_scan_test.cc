#include "protocol/line_protocol/number_scan.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace influxdb3::line_protocol {
namespace {

ScannedNumber Scan(const std::string& text) {
  return ScanNumber(text.data(), text.data() + text.size());
}

/// What is left behind the number at the beginning of `text`.
std::string Rest(const std::string& text) {
  const ScannedNumber number = Scan(text);
  return number.kind == NumberKind::kNone
             ? text
             : text.substr(static_cast<size_t>(number.end - text.data()));
}

TEST(NumberScanTest, Integers) {
  EXPECT_EQ(Scan("0i").int64, 0);
  EXPECT_EQ(Scan("-17i").int64, -17);
  EXPECT_EQ(Scan("12345678i").int64, 12345678);
  EXPECT_EQ(Scan("1234567890123456789i").int64, 1234567890123456789);
  EXPECT_EQ(Scan("9223372036854775807i").int64, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Scan("-9223372036854775808i").int64, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Scan("-9223372036854775808i").kind, NumberKind::kInt64);
  EXPECT_EQ(Scan("9223372036854775808i").kind, NumberKind::kInt64Range);
  EXPECT_EQ(Scan("-9223372036854775809i").kind, NumberKind::kInt64Range);
  EXPECT_EQ(Scan("00000000000000000000000007i").int64, 7);
  EXPECT_EQ(Scan("18446744073709551615u").uint64, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(Scan("18446744073709551616u").kind, NumberKind::kUInt64Range);
  EXPECT_EQ(Scan("7u").kind, NumberKind::kUInt64);
}

TEST(NumberScanTest, FloatForms) {
  EXPECT_EQ(Scan("1").kind, NumberKind::kFloat64);
  EXPECT_EQ(Scan("1").float64, 1.0);
  EXPECT_EQ(Scan("-1.25").float64, -1.25);
  EXPECT_EQ(Scan("1e3").float64, 1000.0);
  EXPECT_EQ(Scan("1E+3").float64, 1000.0);
  EXPECT_EQ(Scan("15e-1").float64, 1.5);
  EXPECT_EQ(Scan("007.50").float64, 7.5);
  EXPECT_TRUE(std::signbit(Scan("-0").float64));
  EXPECT_EQ(Scan("1e400").float64, std::numeric_limits<double>::infinity());
  EXPECT_EQ(Scan("-1e400").float64, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(Scan("1e-400").float64, 0.0);
  EXPECT_EQ(Scan("9007199254740993").float64, 9007199254740992.0);
  EXPECT_EQ(Scan("0.1234567890123456789012").float64, 0.1234567890123456789012);
}

TEST(NumberScanTest, TheLongestMatchIsTaken) {
  EXPECT_EQ(Rest("5."), ".");
  EXPECT_EQ(Rest("5.x"), ".x");
  EXPECT_EQ(Rest("1e"), "e");
  EXPECT_EQ(Rest("1e+"), "e+");
  EXPECT_EQ(Rest("1.5.5"), ".5");
  EXPECT_EQ(Rest("1.5i"), "i");
  EXPECT_EQ(Rest("1e3i"), "i");
  EXPECT_EQ(Rest("-7u"), "u");
  EXPECT_EQ(Rest("1ii"), "i");
  EXPECT_EQ(Rest("0x10"), "x10");
  for (const char* text : {"", "-", ".5", "+5", "e1", "NaN", "inf", "--1", "i"}) {
    EXPECT_EQ(Scan(text).kind, NumberKind::kNone) << text;
  }
}

TEST(NumberScanTest, RandomFloatsAreRoundedAsTheLibraryDoes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const int decimals = static_cast<int>(random() % 25);
    const double value =
        std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 80) - 70);
    const std::string text = fmt::format("{:.{}f}", value, decimals);
    EXPECT_EQ(Scan(text).float64, std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(NumberScanTest, DigitsOfEveryLength) {
  std::string digits;
  uint64_t expected = 0;
  for (uint64_t length = 1; length <= 18; ++length) {
    digits += static_cast<char>('0' + length % 10);
    expected = expected * 10 + length % 10;
    for (const char* tail : {"i", "i,abcdefghij", "i 1234567890"}) {
      const std::string text = digits + tail;
      EXPECT_EQ(Scan(text).int64, static_cast<int64_t>(expected)) << text;
    }
  }
}

}  // namespace
}  // namespace influxdb3::line_protocol
