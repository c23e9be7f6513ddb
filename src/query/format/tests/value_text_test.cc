#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "arrow/api.h"

#include "query/format/display_width.h"
#include "query/format/number_text.h"
#include "query/format/tests/batch_builder.h"
#include "query/format/time_text.h"

namespace influxdb3::query {
namespace {

std::string Json(double value) {
  char text[kNumberBytesMax];
  return {text, WriteFloat(value, FloatStyle::kJson, text)};
}

std::string Display(double value) {
  char text[kNumberBytesMax];
  return {text, WriteFloat(value, FloatStyle::kDisplay, text)};
}

/// The cells of one column, as JSON lines without the key.
std::string JsonCells(const std::shared_ptr<arrow::Array>& array) {
  return Render(ResultFormat::kJsonLines, {{"", array}});
}

TEST(NumberTextTest, KeepsTheFractionInJson) {
  EXPECT_EQ(Json(6), "6.0");
  EXPECT_EQ(Json(0.1), "0.1");
  EXPECT_EQ(Json(0), "0.0");
  EXPECT_EQ(Json(-0.0), "-0.0");
  EXPECT_EQ(Json(-12.5), "-12.5");
  EXPECT_EQ(Json(9999999999.0), "9999999999.0");
  EXPECT_EQ(Json(1e10), "1.0e10");
  EXPECT_EQ(Json(12345678901.5), "1.23456789015e10");
  EXPECT_EQ(Json(1e15), "1.0e15");
  EXPECT_EQ(Json(1e20), "1.0e20");
  EXPECT_EQ(Json(0.00001), "0.00001");
  EXPECT_EQ(Json(0.000001), "1.0e-6");
  EXPECT_EQ(Json(1e-7), "1.0e-7");
  EXPECT_EQ(Json(-2.5e-9), "-2.5e-9");
}

TEST(NumberTextTest, KeepsPlainFormLongerInCsvAndPretty) {
  EXPECT_EQ(Display(6), "6.0");
  EXPECT_EQ(Display(1e10), "10000000000.0");
  EXPECT_EQ(Display(1e15), "1000000000000000.0");
  EXPECT_EQ(Display(1e16), "1e16");
  EXPECT_EQ(Display(1e20), "1e20");
  EXPECT_EQ(Display(1.5e300), "1.5e300");
  EXPECT_EQ(Display(0.00001), "0.00001");
  EXPECT_EQ(Display(1e-6), "1e-6");
  EXPECT_EQ(Display(1e-7), "1e-7");
  EXPECT_EQ(Display(5e-324), "5e-324");
}

TEST(NumberTextTest, PrintsTheShortestDigits) {
  EXPECT_EQ(Json(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Json(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(Json(123456.789), "123456.789");
  EXPECT_EQ(Json(999999999.9999), "999999999.9999");
  EXPECT_EQ(Json(0.0001), "0.0001");
  EXPECT_EQ(Json(0.00012), "0.00012");
  EXPECT_EQ(Json(1.7976931348623157e308), "1.7976931348623157e308");
}

TEST(NumberTextTest, ReadsBackAsTheSameValue) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200000; ++i) {
    const double few_decimals = static_cast<double>(random() % 100000000) / 1000.0;
    double any = 0;
    const uint64_t bits = random();
    std::memcpy(&any, &bits, sizeof any);
    for (const double value : {few_decimals, any}) {
      if (!std::isfinite(value)) continue;
      ASSERT_EQ(std::strtod(Json(value).c_str(), nullptr), value);
      ASSERT_EQ(std::strtod(Display(value).c_str(), nullptr), value);
    }
  }
}

TEST(NumberTextTest, PrintsSinglePrecisionWithItsOwnDigits) {
  char text[kNumberBytesMax];
  EXPECT_EQ(std::string(text, WriteFloat(0.1f, FloatStyle::kJson, text)), "0.1");
  EXPECT_EQ(std::string(text, WriteFloat(16777216.0f, FloatStyle::kDisplay, text)), "16777216.0");
}

TEST(TimeTextTest, PrintsTimestampsWithAsFewDigitsAsNeeded) {
  EXPECT_EQ(JsonCells(Timestamps({0, 155, 1'000, 1'500'000'000, -1, 2'998'574'931'000'000'000})),
            "{\"\":\"1970-01-01T00:00:00\"}\n"
            "{\"\":\"1970-01-01T00:00:00.000000155\"}\n"
            "{\"\":\"1970-01-01T00:00:00.000001\"}\n"
            "{\"\":\"1970-01-01T00:00:01.500\"}\n"
            "{\"\":\"1969-12-31T23:59:59.999999999\"}\n"
            "{\"\":\"2065-01-07T17:28:51\"}\n");
}

TEST(TimeTextTest, PrintsTheWholeRangeOfNanoseconds) {
  EXPECT_EQ(JsonCells(Timestamps(
                {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})),
            "{\"\":\"1677-09-21T00:12:43.145224192\"}\n"
            "{\"\":\"2262-04-11T23:47:16.854775807\"}\n");
}

TEST(TimeTextTest, PrintsOtherUnits) {
  const auto seconds = arrow::timestamp(arrow::TimeUnit::SECOND);
  const auto millis = arrow::timestamp(arrow::TimeUnit::MILLI);
  EXPECT_EQ((JsonCells(Typed<arrow::TimestampBuilder, int64_t>(seconds, {951782400}))),
            "{\"\":\"2000-02-29T00:00:00\"}\n");
  EXPECT_EQ((JsonCells(Typed<arrow::TimestampBuilder, int64_t>(millis, {-1}))),
            "{\"\":\"1969-12-31T23:59:59.999\"}\n");
}

TEST(TimeTextTest, PrintsZones) {
  EXPECT_EQ(JsonCells(Timestamps({0}, "UTC")), "{\"\":\"1970-01-01T00:00:00Z\"}\n");
  EXPECT_EQ(JsonCells(Timestamps({0}, "+05:30")), "{\"\":\"1970-01-01T05:30:00+05:30\"}\n");
  EXPECT_EQ(JsonCells(Timestamps({0}, "-08:00")), "{\"\":\"1969-12-31T16:00:00-08:00\"}\n");
  // 1 January and 1 July 2020: winter and summer time.
  EXPECT_EQ(JsonCells(Timestamps({1'577'836'800'000'000'000, 1'593'561'600'000'000'000},
                                 "Europe/Berlin")),
            "{\"\":\"2020-01-01T01:00:00+01:00\"}\n{\"\":\"2020-07-01T02:00:00+02:00\"}\n");
}

TEST(TimeTextTest, RefusesUnknownZones) {
  const auto batch = MakeBatch({{"t", Timestamps({0}, "Nowhere/Land")}});
  auto writer = ResultWriter::Make(ResultFormat::kJson, batch->schema());
  ASSERT_TRUE(writer.ok());
  std::string body;
  EXPECT_FALSE((*writer)->Write(*batch, &body).ok());
}

TEST(TimeTextTest, PrintsDatesAndTimesOfDay) {
  EXPECT_EQ((JsonCells(MakeArray<arrow::Date32Builder, int32_t>({0, -1, 18321}))),
            "{\"\":\"1970-01-01\"}\n{\"\":\"1969-12-31\"}\n{\"\":\"2020-02-29\"}\n");
  EXPECT_EQ((JsonCells(Typed<arrow::Time64Builder, int64_t>(arrow::time64(arrow::TimeUnit::NANO),
                                                            {3'723'500'000'000, 0}))),
            "{\"\":\"01:02:03.500\"}\n{\"\":\"00:00:00\"}\n");
}

TEST(TimeTextTest, PrintsDurations) {
  EXPECT_EQ((JsonCells(Typed<arrow::DurationBuilder, int64_t>(
                arrow::duration(arrow::TimeUnit::NANO),
                {1'000'000'001, 0, 1'000'000, -500'000'000, -1'500'000'000, 86'400'000'000'000}))),
            "{\"\":\"PT1.000000001S\"}\n{\"\":\"P0D\"}\n{\"\":\"PT0.001S\"}\n{\"\":\"-PT0.5S\"}\n"
            "{\"\":\"-PT1.5S\"}\n{\"\":\"PT86400S\"}\n");
}

TEST(TimeTextTest, PrintsIntervals) {
  using Value = arrow::MonthDayNanoIntervalType::MonthDayNanos;
  EXPECT_EQ((JsonCells(MakeArray<arrow::MonthDayNanoIntervalBuilder, Value>(
                {Value{0, 0, 5'400'000'000'000}, Value{14, 3, 6'789'000'000},
                 Value{0, 0, -1'500'000'000}, Value{0, -2, 0}}))),
            "{\"\":\"1 hours 30 mins\"}\n{\"\":\"14 mons 3 days 6.789000000 secs\"}\n"
            "{\"\":\"-1.500000000 secs\"}\n{\"\":\"-2 days\"}\n");
}

TEST(DisplayWidthTest, CountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("é"), 1u);
  EXPECT_EQ(DisplayWidth("温度"), 4u);
  EXPECT_EQ(DisplayWidth("😀"), 2u);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1u);  // e with a combining accent
  EXPECT_EQ(DisplayWidth("a\xe2\x80\x8b"
                         "b"),
            2u);  // zero width space
}

}  // namespace
}  // namespace influxdb3::query
