#include "ingest/precision.h"

#include <limits>
#include <optional>

#include <gtest/gtest.h>

namespace influxdb3::ingest {
namespace {

std::optional<int64_t> Convert(int64_t timestamp, Precision precision) {
  int64_t time_ns = 0;
  if (!ToNanoseconds(timestamp, precision, &time_ns)) return std::nullopt;
  return time_ns;
}

TEST(PrecisionTest, Units) {
  EXPECT_EQ(Convert(7, Precision::kNanosecond), 7);
  EXPECT_EQ(Convert(7, Precision::kMicrosecond), 7'000);
  EXPECT_EQ(Convert(7, Precision::kMillisecond), 7'000'000);
  EXPECT_EQ(Convert(-7, Precision::kSecond), -7'000'000'000);
  EXPECT_EQ(Convert(7, Precision::kMinute), 420'000'000'000);
  EXPECT_EQ(Convert(7, Precision::kHour), 25'200'000'000'000);
}

TEST(PrecisionTest, AutoGoesByMagnitude) {
  EXPECT_EQ(Convert(0, Precision::kAuto), 0);
  EXPECT_EQ(Convert(4'999'999'999, Precision::kAuto), 4'999'999'999'000'000'000);
  EXPECT_EQ(Convert(5'000'000'000, Precision::kAuto), 5'000'000'000'000'000);
  EXPECT_EQ(Convert(4'999'999'999'999, Precision::kAuto), 4'999'999'999'999'000'000);
  EXPECT_EQ(Convert(5'000'000'000'000, Precision::kAuto), 5'000'000'000'000'000);
  EXPECT_EQ(Convert(4'999'999'999'999'999, Precision::kAuto), 4'999'999'999'999'999'000);
  EXPECT_EQ(Convert(5'000'000'000'000'000, Precision::kAuto), 5'000'000'000'000'000);
  EXPECT_EQ(Convert(-4'999'999'999, Precision::kAuto), -4'999'999'999'000'000'000);
  EXPECT_EQ(Convert(std::numeric_limits<int64_t>::min(), Precision::kAuto),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Convert(std::numeric_limits<int64_t>::max(), Precision::kAuto),
            std::numeric_limits<int64_t>::max());
}

TEST(PrecisionTest, OverflowIsFound) {
  EXPECT_EQ(Convert(9'223'372'036, Precision::kSecond), 9'223'372'036'000'000'000);
  EXPECT_EQ(Convert(9'223'372'037, Precision::kSecond), std::nullopt);
  EXPECT_EQ(Convert(-9'223'372'037, Precision::kSecond), std::nullopt);
  EXPECT_EQ(Convert(9'223'372'036'855, Precision::kMillisecond), std::nullopt);
  EXPECT_EQ(TimestampRangeMessage(9'223'372'036'855, Precision::kMillisecond),
            "timestamp, 9223372036855, out of range for precision: Millisecond");
  EXPECT_EQ(TimestampRangeMessage(-1, Precision::kMicrosecond),
            "timestamp, -1, out of range for precision: Microsecond");
}

TEST(PrecisionTest, ReceiveTimeIsRoundedDown) {
  constexpr int64_t kTime = 1'700'000'123'456'789'012;
  EXPECT_EQ(TruncateToPrecision(kTime, Precision::kAuto), kTime);
  EXPECT_EQ(TruncateToPrecision(kTime, Precision::kNanosecond), kTime);
  EXPECT_EQ(TruncateToPrecision(kTime, Precision::kMicrosecond), 1'700'000'123'456'789'000);
  EXPECT_EQ(TruncateToPrecision(kTime, Precision::kMillisecond), 1'700'000'123'456'000'000);
  EXPECT_EQ(TruncateToPrecision(kTime, Precision::kSecond), 1'700'000'123'000'000'000);
  EXPECT_EQ(TruncateToPrecision(-1, Precision::kSecond), -1'000'000'000);
}

}  // namespace
}  // namespace influxdb3::ingest
