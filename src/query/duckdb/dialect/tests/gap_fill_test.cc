#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

class GapFillTest : public DialectTest {};

TEST_F(GapFillTest, BoundsOfTheRangeSetTheBins) {
  const QueryOutcome outcome =
      Run("SELECT date_bin_gapfill(INTERVAL '1 second', time) AS t, count(*) AS n, max(cnt) AS m "
          "FROM cpu WHERE time >= '1969-12-31T23:59:58.5Z' AND time < '1970-01-01T00:00:03Z' "
          "GROUP BY 1");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  const std::vector<std::vector<std::string>> expected = {{"1969-12-31T23:59:58", "0", "NULL"},
                                                          {"1969-12-31T23:59:59", "1", "NULL"},
                                                          {"1970-01-01T00:00:00", "0", "NULL"},
                                                          {"1970-01-01T00:00:01", "1", "1"},
                                                          {"1970-01-01T00:00:02", "0", "NULL"}};
  EXPECT_EQ(outcome.rows, expected);
}

TEST_F(GapFillTest, NamesStayTheUsers) {
  const QueryOutcome outcome =
      Run("SELECT date_bin_gapfill(INTERVAL '1 day', time), locf(avg(cnt)), "
          "interpolate(avg(usage)) FROM cpu WHERE time BETWEEN '1970-01-01' AND '1970-01-02' "
          "GROUP BY 1");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(outcome.names[1], "locf(avg(cpu.cnt))");
  EXPECT_EQ(outcome.names[2], "interpolate(avg(cpu.usage))");
}

}  // namespace
}  // namespace influxdb3::query::sql
