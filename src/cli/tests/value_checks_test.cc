#include "cli/value_checks.h"

#include <gtest/gtest.h>

namespace influxdb3::cli {
namespace {

constexpr uint64_t kMachine = 1000;

TEST(MemorySizeTest, SharesUnitsAndBareMegabytes) {
  EXPECT_EQ(*ParseMemorySize("20%", kMachine), 200u);
  EXPECT_EQ(*ParseMemorySize("100%", kMachine), 1000u);
  EXPECT_EQ(*ParseMemorySize("1000", kMachine), uint64_t{1000} << 20);
  EXPECT_EQ(*ParseMemorySize("10b", kMachine), 10u);
  EXPECT_EQ(*ParseMemorySize("10KB", kMachine), 10240u);
  EXPECT_EQ(*ParseMemorySize("3 Mb", kMachine), uint64_t{3} << 20);
  EXPECT_EQ(*ParseMemorySize("2gb", kMachine), uint64_t{2} << 30);
  EXPECT_EQ(*ParseMemorySize("1tb", kMachine), uint64_t{1} << 40);
}

TEST(MemorySizeTest, RefusesWhatIsNoSize) {
  EXPECT_FALSE(ParseMemorySize("", kMachine).ok());
  EXPECT_FALSE(ParseMemorySize("101%", kMachine).ok());
  EXPECT_FALSE(ParseMemorySize("%", kMachine).ok());
  EXPECT_FALSE(ParseMemorySize("1.5gb", kMachine).ok());
  EXPECT_FALSE(ParseMemorySize("gb", kMachine).ok());
  EXPECT_FALSE(ParseMemorySize("-1", kMachine).ok());
  EXPECT_FALSE(ParseMemorySize("99999999999tb", kMachine).ok());
}

TEST(ValueChecksTest, CountsStartAtOne) {
  EXPECT_TRUE(CheckCount("1").ok());
  EXPECT_EQ(CheckCount("0").message(), "value must be at least 1");
  EXPECT_EQ(CheckCount("x").message(), "invalid digit found in string");
  EXPECT_EQ(CheckCount("").message(), "cannot parse integer from empty string");
  EXPECT_FALSE(CheckCount("99999999999999999999").ok());
  EXPECT_TRUE(CheckUnsigned("0").ok());
  EXPECT_TRUE(CheckInteger("-10").ok());
}

TEST(ValueChecksTest, DurationsAndNone) {
  EXPECT_TRUE(CheckDuration("1h 30m").ok());
  EXPECT_EQ(CheckDuration("soon").message(), "expected number at 0");
  EXPECT_TRUE(CheckDurationOrNone("none").ok());
  EXPECT_FALSE(CheckDurationOrNone("nothing").ok());
}

TEST(ValueChecksTest, SocketAddresses) {
  for (const char* good : {"127.0.0.1:8181", "0.0.0.0:0", "[::]:8181", "localhost:65535"}) {
    EXPECT_TRUE(CheckSocketAddress(good).ok()) << good;
  }
  for (const char* bad : {"8181", ":8181", "host:", "host:65536", "host:x", "::1:8181", ""}) {
    EXPECT_FALSE(CheckSocketAddress(bad).ok()) << bad;
  }
}

TEST(ValueChecksTest, FractionsAreOpenIntervals) {
  EXPECT_TRUE(CheckFraction("0.1").ok());
  for (const char* bad : {"0", "1", "1.5", "-0.1", "nan", "x", ""}) {
    EXPECT_FALSE(CheckFraction(bad).ok()) << bad;
  }
}

TEST(ValueChecksTest, Booleans) {
  EXPECT_TRUE(*ParseBoolean("TRUE"));
  EXPECT_TRUE(*ParseBoolean("1"));
  EXPECT_FALSE(*ParseBoolean("off"));
  EXPECT_FALSE(ParseBoolean("maybe").ok());
}

}  // namespace
}  // namespace influxdb3::cli
