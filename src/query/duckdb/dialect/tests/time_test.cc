#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

class TimeTest : public DialectTest {};

struct Case {
  const char* expression;
  const char* value;
};

TEST_F(TimeTest, ReadsTimestamps) {
  const Case cases[] = {
      {"TIMESTAMP '2020-01-01T00:00:00.123456789Z'", "2020-01-01T00:00:00.123456789"},
      {"TIMESTAMP '2020-01-01'", "2020-01-01T00:00:00"},
      {"'2020-01-01 00:00:00.5'::TIMESTAMP", "2020-01-01T00:00:00.500"},
      {"'2020-01-01T00:00:00+02:00'::TIMESTAMP", "2019-12-31T22:00:00"},
      {"'2020-01-01 00:00:00 +02:00'::TIMESTAMP", "2019-12-31T22:00:00"},
      {"'2020-01-01T00:00:00.1234567891'::TIMESTAMP", "2020-01-01T00:00:00.123456789"},
      {"'1969-12-31T23:59:59.999999999Z'::TIMESTAMP", "1969-12-31T23:59:59.999999999"},
      {"1704067200::TIMESTAMP", "2024-01-01T00:00:00"},
      {"to_timestamp(1704067200123456789)", "2024-01-01T00:00:00.123456789"},
      {"to_timestamp('2020-01-01T00:00:00Z')", "2020-01-01T00:00:00"},
      {"to_timestamp('01-02-2020', '%d-%m-%Y')", "2020-02-01T00:00:00"},
      {"to_timestamp('01/02/2020', '%d-%m-%Y', '%d/%m/%Y')", "2020-02-01T00:00:00"},
      {"to_timestamp_seconds(5)::TIMESTAMP", "1970-01-01T00:00:05"},
      {"to_timestamp_millis(5)::TIMESTAMP", "1970-01-01T00:00:00.005"},
      {"to_unixtime('2020-01-01')", "1577836800"},
      {"from_unixtime(5)::TIMESTAMP", "1970-01-01T00:00:05"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  EXPECT_EQ(Eval("'x'::TIMESTAMP"),
            "internal error: Optimizer rule 'simplify_expressions' failed\ncaused by\nArrow error: "
            "Parser error: Error parsing timestamp from 'x': timestamp must contain at least 10 "
            "characters");
}

TEST_F(TimeTest, WritesTimestamps) {
  const Case cases[] = {
      {"TIMESTAMP '2020-01-01'::VARCHAR", "2020-01-01T00:00:00"},
      {"to_timestamp(5000000)::VARCHAR", "1970-01-01T00:00:00.005"},
      {"to_timestamp(5000)::VARCHAR", "1970-01-01T00:00:00.000005"},
      {"to_timestamp(-1)::VARCHAR", "1969-12-31T23:59:59.999999999"},
      {"to_timestamp(-1)::BIGINT", "-1"},
      {"to_char(TIMESTAMP '2020-01-02T03:04:05', '%d.%m.%Y %H:%M:%S')", "02.01.2020 03:04:05"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(TimeTest, ComparesInNanoseconds) {
  const Case cases[] = {{"time = '2024-01-01T00:00:00.123456789Z'", "1"},
                        {"time > '2024-01-01T00:00:00.123456788Z'", "1"},
                        {"time > '2024-01-01T00:00:00.123456789Z'", "0"},
                        {"time = TIMESTAMP '2024-01-01T00:00:00.123456789'", "1"},
                        {"time >= '2024-01-01'", "1"},
                        {"time < '2024-01-01T02:00:00+02:00'", "2"},
                        {"time BETWEEN '1970-01-01' AND '2024-01-01 00:00:00.123456789'", "2"},
                        {"time IN ('1970-01-01T00:00:01Z', '2000-01-01')", "1"},
                        {"time <= now()", "3"},
                        {"time > now() - INTERVAL '100000 days'", "3"},
                        {"time > now() + INTERVAL '1 nanosecond'", "0"},
                        {"'2024-01-01' < time", "1"}};
  for (const Case& c : cases) {
    EXPECT_EQ(Cell(std::string("SELECT count(*) FROM cpu WHERE ") + c.expression), c.value)
        << c.expression;
  }
  EXPECT_EQ(
      Error("SELECT cnt FROM cpu WHERE time = 123"),
      "invalid argument: type_coercion\ncaused by\nError during planning: Cannot infer common "
      "argument type for comparison operation Timestamp(ns) = Int64");
  EXPECT_NE(Error("SELECT cnt FROM cpu WHERE time > 'garbage'")
                .find("Error parsing timestamp from 'garbage': timestamp must contain at least 10 "
                      "characters"),
            std::string::npos);
}

TEST_F(TimeTest, NowStandsStill) {
  EXPECT_EQ(Eval("now() = current_timestamp"), "true");
  EXPECT_EQ(TypeOf("now()"), "Timestamp(ns)");
  EXPECT_EQ(Eval("(SELECT count(DISTINCT now()) FROM cpu)"), "1");
}

TEST_F(TimeTest, AddsIntervals) {
  const Case cases[] = {
      {"TIMESTAMP '2024-01-31T00:00:00.000000001Z' + INTERVAL '1 month'",
       "2024-02-29T00:00:00.000000001"},
      {"to_timestamp(1000000000) - INTERVAL '1 nanosecond'", "1970-01-01T00:00:00.999999999"},
      {"to_timestamp(0) - INTERVAL '1 day'", "1969-12-31T00:00:00"},
      {"INTERVAL '1 hour 30 minutes' + to_timestamp(1)", "1970-01-01T01:30:00.000000001"},
      {"to_timestamp(0) + INTERVAL '1' HOUR", "1970-01-01T01:00:00"},
      {"DATE '2020-01-01' + INTERVAL '1 day'", "2020-01-02"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  EXPECT_EQ(TypeOf("to_timestamp(5) - to_timestamp(3)"), "Duration(ns)");
  EXPECT_EQ(Eval("to_timestamp(5) - to_timestamp(3)"), "2");
  EXPECT_EQ(Eval("INTERVAL '1 foo'"),
            "internal error: Arrow error: Parser error: Invalid input syntax for type interval: "
            "\"1 foo\"");
}

TEST_F(TimeTest, Bins) {
  const Case cases[] = {
      {"date_bin(INTERVAL '15 minutes', TIMESTAMP '2024-01-01T00:22:30')", "2024-01-01T00:15:00"},
      {"date_bin('1 hour', to_timestamp(-1))", "1969-12-31T23:00:00"},
      // Weeks start on a Thursday, as 1970-01-01 was one.
      {"date_bin('1 week', TIMESTAMP '2024-01-01')", "2023-12-28T00:00:00"},
      {"date_bin('2 nanoseconds', to_timestamp(1704067200123456789))",
       "2024-01-01T00:00:00.123456788"},
      {"date_bin(INTERVAL '1 hour', TIMESTAMP '2024-01-01T00:10:00', TIMESTAMP "
       "'2020-01-01T00:15:00')",
       "2023-12-31T23:15:00"},
      {"date_bin('1 month', TIMESTAMP '2024-02-29T12:00:00')", "2024-02-01T00:00:00"},
      {"date_bin('3 months', TIMESTAMP '1969-12-31')", "1969-10-01T00:00:00"},
      {"date_bin('1 hour', NULL::TIMESTAMP)", "NULL"},
      {"date_bin('0 seconds', to_timestamp(1))",
       "internal error: Execution error: DATE_BIN stride must be non-zero"},
      {"date_bin('1 month 1 day', to_timestamp(1))",
       "unsupported: This feature is not implemented: DATE_BIN stride does not support combination "
       "of month, day and nanosecond intervals"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(TimeTest, Truncates) {
  const Case cases[] = {
      {"date_trunc('microsecond', to_timestamp(1999))", "1970-01-01T00:00:00.000001"},
      {"date_trunc('hour', to_timestamp(-1))", "1969-12-31T23:00:00"},
      {"date_trunc('week', TIMESTAMP '2024-01-07T23:00:00')", "2024-01-01T00:00:00"},
      {"date_trunc('quarter', TIMESTAMP '2024-06-30')", "2024-04-01T00:00:00"},
      {"date_trunc('year', TIMESTAMP '1969-06-30')", "1969-01-01T00:00:00"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  EXPECT_EQ(TypeOf("date_trunc('day', now())"), "Timestamp(ns)");
  EXPECT_EQ(
      Eval("date_trunc('foo', now())"),
      "internal error: Execution error: Unsupported date_trunc granularity: 'foo'. Supported "
      "values are: microsecond, millisecond, second, minute, hour, day, week, month, quarter, "
      "year");
}

TEST_F(TimeTest, Parts) {
  // 2024-01-01 was a Monday.
  const Case cases[] = {{"year", "2024"},       {"quarter", "1"},
                        {"month", "1"},         {"week", "1"},
                        {"day", "1"},           {"hour", "0"},
                        {"minute", "0"},        {"second", "0"},
                        {"millisecond", "123"}, {"microsecond", "123456"},
                        {"dow", "1"},           {"doy", "1"},
                        {"isodow", "0"},        {"epoch", "1704067200.1234567"}};
  for (const Case& c : cases) {
    const std::string call =
        std::string("date_part('") + c.expression + "', to_timestamp(1704067200123456789))";
    EXPECT_EQ(Eval(call), c.value) << c.expression;
    EXPECT_EQ(TypeOf(call), std::string(c.expression) == "epoch" ? "Float64" : "Int32");
  }
  EXPECT_EQ(Eval("date_part('millisecond', to_timestamp(-1))"), "59999");
  EXPECT_EQ(Eval("EXTRACT(year FROM DATE '1999-12-31')"), "1999");
}

}  // namespace
}  // namespace influxdb3::query::sql
