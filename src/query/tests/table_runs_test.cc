#include "query/table_runs.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace influxdb3::query {
namespace {

using model::TimeRange;
using Ranges = std::vector<TimeRange>;

TEST(ContestedIntervalsTest, RunsThatDoNotOverlapContestNothing) {
  EXPECT_EQ(ContestedIntervals({}, 0, 64), Ranges());
  EXPECT_EQ(ContestedIntervals({{0, 9}}, 0, 64), Ranges());
  EXPECT_EQ(ContestedIntervals({{10, 19}, {0, 9}, {20, 20}}, 0, 64), Ranges());
}

TEST(ContestedIntervalsTest, OnlyWhatTwoRunsShareIsContested) {
  EXPECT_EQ(ContestedIntervals({{0, 10}, {10, 20}}, 0, 64), (Ranges{{10, 10}}));
  // A long run under two short ones.
  EXPECT_EQ(ContestedIntervals({{0, 100}, {5, 7}, {50, 60}}, 0, 64), (Ranges{{5, 7}, {50, 60}}));
  EXPECT_EQ(ContestedIntervals({{0, 10}, {0, 10}, {5, 15}}, 0, 64), (Ranges{{0, 10}}));
}

TEST(ContestedIntervalsTest, WholeRunsAreTakenInWhole) {
  EXPECT_EQ(ContestedIntervals({{0, 9}, {8, 20}}, 1, 64), (Ranges{{0, 9}}));
  EXPECT_EQ(ContestedIntervals({{0, 9}, {10, 20}}, 1, 64), Ranges());
}

TEST(ContestedIntervalsTest, TheNearestIntervalsBecomeOne) {
  const Ranges ranges = {{0, 1},   {0, 1},   {10, 11}, {10, 11},
                         {13, 14}, {13, 14}, {90, 91}, {90, 91}};
  EXPECT_EQ(ContestedIntervals(ranges, 0, 4), (Ranges{{0, 1}, {10, 11}, {13, 14}, {90, 91}}));
  EXPECT_EQ(ContestedIntervals(ranges, 0, 3), (Ranges{{0, 1}, {10, 14}, {90, 91}}));
  EXPECT_EQ(ContestedIntervals(ranges, 0, 2), (Ranges{{0, 14}, {90, 91}}));
  EXPECT_EQ(ContestedIntervals(ranges, 0, 1), (Ranges{{0, 91}}));
}

TEST(ContestedIntervalsTest, GapsOfEqualWidthStillKeepTheLimit) {
  Ranges ranges;
  for (int64_t i = 0; i < 100; ++i) ranges.insert(ranges.end(), 2, {i * 10, i * 10 + 1});
  EXPECT_EQ(ContestedIntervals(ranges, 0, 100).size(), 100U);
  EXPECT_LE(ContestedIntervals(ranges, 0, 64).size(), 64U);
}

TEST(ContestedIntervalsTest, TheEndsOfTimeDoNotOverflow) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(ContestedIntervals({{kMin, kMin}, {kMin, kMax}, {kMax, kMax}}, 0, 2),
            (Ranges{{kMin, kMin}, {kMax, kMax}}));
  EXPECT_EQ(ContestedIntervals({{kMin, kMin}, {kMin, kMax}, {kMax, kMax}}, 0, 1),
            (Ranges{{kMin, kMax}}));
}

TEST(ContestedIntervalsTest, EveryTimeOfTwoRunsIsInOneForRandomRuns) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    Ranges ranges;
    const size_t whole_count = random() % 3;
    for (size_t i = 0; i < whole_count; ++i) {
      ranges.push_back({static_cast<int64_t>(i) * 70, static_cast<int64_t>(i) * 70 + 50});
    }
    for (size_t i = random() % 12; i > 0; --i) {
      const auto begin = static_cast<int64_t>(random() % 200);
      ranges.push_back({begin, begin + static_cast<int64_t>(random() % 40)});
    }
    const Ranges contested = ContestedIntervals(ranges, whole_count, 3);
    EXPECT_LE(contested.size(), 3U);
    for (size_t i = 1; i < contested.size(); ++i) {
      EXPECT_LT(contested[i - 1].max_ns, contested[i].min_ns);
    }
    for (int64_t time = 0; time < 250; ++time) {
      int runs = 0;
      for (const TimeRange& range : ranges) runs += range.Contains({time, time}) ? 1 : 0;
      if (runs >= 2) {
        EXPECT_EQ(PlaceOf({time, time}, contested), RunPlace::kContested) << time;
      }
    }
    for (size_t i = 0; i < whole_count; ++i) {
      EXPECT_NE(PlaceOf(ranges[i], contested), RunPlace::kPartlyContested);
    }
  }
}

TEST(PlaceOfTest, TellsHowARunLies) {
  const Ranges contested = {{10, 20}, {30, 40}};
  EXPECT_EQ(PlaceOf({0, 9}, contested), RunPlace::kClear);
  EXPECT_EQ(PlaceOf({21, 29}, contested), RunPlace::kClear);
  EXPECT_EQ(PlaceOf({41, 50}, contested), RunPlace::kClear);
  EXPECT_EQ(PlaceOf({10, 20}, contested), RunPlace::kContested);
  EXPECT_EQ(PlaceOf({35, 36}, contested), RunPlace::kContested);
  EXPECT_EQ(PlaceOf({5, 10}, contested), RunPlace::kPartlyContested);
  EXPECT_EQ(PlaceOf({15, 35}, contested), RunPlace::kPartlyContested);
}

}  // namespace
}  // namespace influxdb3::query
