#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

class AggregateTest : public DialectTest {};

struct Case {
  const char* expression;
  const char* value;
  const char* type;
};

TEST_F(AggregateTest, ValuesAndTypes) {
  const Case cases[] = {{"count(*)", "3", "Int64"},
                        {"count(cnt)", "2", "Int64"},
                        {"count(cnt, u)", "2", "Int64"},
                        {"count(DISTINCT host)", "2", "Int64"},
                        {"sum(cnt)", "3", "Int64"},
                        {"sum(u)", "6", "UInt64"},
                        {"sum(usage)", "3.0", "Float64"},
                        {"avg(cnt)", "1.5", "Float64"},
                        {"avg(u)", "2.0", "Float64"},
                        {"min(time)", "1969-12-31T23:59:59.999999999", "Timestamp(ns)"},
                        {"max(host)", "b", "Utf8"},
                        {"median(cnt)", "1", "Int64"},
                        {"median(usage)", "1.5", "Float64"},
                        {"approx_percentile_cont(cnt, 0.5)", "1", "Int64"},
                        {"approx_distinct(host)", "2", "UInt64"},
                        {"stddev(cnt)", "0.7071067811865476", "Float64"},
                        {"var_pop(cnt)", "0.25", "Float64"},
                        {"corr(cnt, usage)", "NULL", "Float64"},
                        {"bool_and(ok)", "false", "Boolean"},
                        {"sum(cnt) FILTER (WHERE host = 'a')", "1", "Int64"},
                        {"first_value(cnt ORDER BY time)", "NULL", "Int64"},
                        {"first_value(cnt ORDER BY time DESC)", "2", "Int64"},
                        {"last_value(host ORDER BY time)", "b", "Utf8"},
                        {"string_agg(host, ',' ORDER BY time)", "a,a,b", "Utf8"},
                        {"array_agg(cnt ORDER BY time)", "[NULL, 1, 2]", "List(Int64)"}};
  for (const Case& c : cases) {
    const QueryOutcome outcome = Run(std::string("SELECT ") + c.expression + " FROM cpu");
    ASSERT_TRUE(outcome.status.ok()) << c.expression << ": " << outcome.status.ToString();
    EXPECT_EQ(outcome.rows[0][0], c.value) << c.expression;
    EXPECT_EQ(outcome.types[0], c.type) << c.expression;
  }
}

TEST_F(AggregateTest, OverNoRows) {
  EXPECT_EQ(Run("SELECT count(*), sum(cnt), avg(cnt), median(cnt), array_agg(cnt), "
                "selector_first(cnt, time) FROM cpu WHERE cnt > 100")
                .rows[0],
            (std::vector<std::string>{"0", "NULL", "NULL", "NULL", "NULL", "NULL"}));
}

TEST_F(AggregateTest, IntegerSumsWrap) {
  EXPECT_EQ(Cell("SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)"),
            "-9223372036854775808");
}

TEST_F(AggregateTest, SelectorsPairValueAndTime) {
  EXPECT_EQ(Cell("SELECT selector_first(cnt, time) FROM cpu"),
            "{value: 1, time: 1970-01-01T00:00:01}");
  EXPECT_EQ(Cell("SELECT selector_last(usage, time)['value'] FROM cpu"), "0.5");
  EXPECT_EQ(Cell("SELECT selector_max(usage, time)['time'] FROM cpu"),
            "1969-12-31T23:59:59.999999999");
  // Of equal values the earliest counts.
  EXPECT_EQ(Cell("SELECT selector_max(v, t)['time'] FROM (VALUES (5, to_timestamp(2)), "
                 "(5, to_timestamp(1)), (3, to_timestamp(0))) q(v, t)"),
            "1970-01-01T00:00:00.000000001");
  EXPECT_EQ(Cell("SELECT selector_last(cnt) FROM cpu"),
            "invalid argument: Error during planning: selector_last requires at least 2 arguments, "
            "got 1");
}

TEST_F(AggregateTest, Windows) {
  const QueryOutcome outcome = Run(
      "SELECT row_number() OVER (ORDER BY time), rank() OVER (ORDER BY host), sum(cnt) OVER (ORDER "
      "BY time), lag(cnt) OVER (ORDER BY time) FROM cpu ORDER BY time");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(outcome.types, (std::vector<std::string>{"UInt64", "UInt64", "Int64", "Int64"}));
  EXPECT_EQ(outcome.rows[2], (std::vector<std::string>{"3", "3", "3", "1"}));
  EXPECT_EQ(Run("SELECT sum(cnt) OVER (ORDER BY time RANGE BETWEEN INTERVAL '1 day' PRECEDING AND "
                "CURRENT ROW) FROM cpu ORDER BY time")
                .rows[2][0],
            "2");
}

}  // namespace
}  // namespace influxdb3::query::sql
