#include "util/humantime.h"

#include <gtest/gtest.h>

namespace influxdb3::util {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

int64_t Parsed(std::string_view text) {
  Result<int64_t> result = ParseHumantime(text);
  EXPECT_TRUE(result.ok()) << text << ": " << result.status().message();
  return result.ok() ? *result : -1;
}

std::string Refusal(std::string_view text) {
  Result<int64_t> result = ParseHumantime(text);
  return result.ok() ? "accepted" : result.status().message();
}

TEST(HumantimeTest, UnitsAddUp) {
  EXPECT_EQ(Parsed("30d"), 2'592'000 * kSecond);
  EXPECT_EQ(Parsed("1h 30m"), 5'400 * kSecond);
  EXPECT_EQ(Parsed("1h30m"), 5'400 * kSecond);
  EXPECT_EQ(Parsed("10m"), 600 * kSecond);
  EXPECT_EQ(Parsed("2w"), 1'209'600 * kSecond);
  EXPECT_EQ(Parsed("1month"), 2'630'016 * kSecond);
  EXPECT_EQ(Parsed("1M"), 2'630'016 * kSecond);
  EXPECT_EQ(Parsed("1y"), 31'557'600 * kSecond);
  EXPECT_EQ(Parsed(" 4 hours "), 14'400 * kSecond);
  EXPECT_EQ(Parsed("500ms"), kSecond / 2);
  EXPECT_EQ(Parsed("7us 3ns"), 7'003);
  EXPECT_EQ(Parsed("0"), 0);
  EXPECT_EQ(Parsed("0s"), 0);
}

TEST(HumantimeTest, ReasonsOfRefusal) {
  EXPECT_EQ(Refusal(""), "value was empty");
  EXPECT_EQ(Refusal("  "), "value was empty");
  EXPECT_EQ(Refusal("soon"), "expected number at 0");
  EXPECT_EQ(Refusal("1h x"), "expected number at 3");
  EXPECT_EQ(Refusal("-1d"), "expected number at 0");
  EXPECT_EQ(Refusal("1.5h"), "invalid character at 1");
  EXPECT_EQ(Refusal("1h,"), "invalid character at 2");
  EXPECT_EQ(Refusal("30"), "time unit needed, for example 30sec or 30ms");
  EXPECT_EQ(Refusal("1fortnight"),
            "unknown time unit \"fortnight\", supported units: ns, us, ms, sec, min, hours, days, "
            "weeks, months, years (and few variations)");
  EXPECT_EQ(Refusal("300y"), "number is too large");
  EXPECT_EQ(Refusal("99999999999999999999ns"), "number is too large");
  EXPECT_EQ(Refusal("290y 290y"), "number is too large");
}

TEST(HumantimeTest, FormatIsReadBack) {
  EXPECT_EQ(FormatHumantime(0), "0s");
  EXPECT_EQ(FormatHumantime(5'400 * kSecond), "1h 30m");
  EXPECT_EQ(FormatHumantime(1'500'000'000), "1s 500ms");
  for (int64_t ns : {int64_t{1}, int64_t{86'399'999'999'999}, int64_t{600} * kSecond}) {
    EXPECT_EQ(Parsed(FormatHumantime(ns)), ns);
  }
}

}  // namespace
}  // namespace influxdb3::util
