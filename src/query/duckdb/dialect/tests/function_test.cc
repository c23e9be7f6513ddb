#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

class FunctionTest : public DialectTest {};

struct Case {
  const char* expression;
  const char* value;
};

TEST_F(FunctionTest, Digests) {
  const Case cases[] = {
      {"encode(sha256('a'), 'hex')",
       "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
      {"encode(sha224(''), 'hex')", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"},
      {"encode(digest('a', 'md5'), 'hex')", "0cc175b9c0f1b6a831c399e269772661"},
      {"md5('a')", "0cc175b9c0f1b6a831c399e269772661"},
      {"octet_length(encode(sha512('a'), 'hex'))", "128"},
      {"arrow_typeof(sha256('a'))", "Binary"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(FunctionTest, Lists) {
  const Case cases[] = {{"array_length([1, 2])", "2"},
                        {"array_has([1, 2], 1)", "true"},
                        {"array_position([1, 2], 2)", "2"},
                        {"array_sort([2, 1])", "[1, 2]"},
                        {"array_sort([1, 2], 'DESC')", "[2, 1]"},
                        {"array_concat([1], [2])", "[1, 2]"},
                        {"array_append([1], 2)", "[1, 2]"},
                        {"array_to_string([1, 2], ',')", "1,2"},
                        {"array_slice([1, 2, 3], 1, 2)", "[1, 2]"},
                        {"make_array(1, 2, 3)[1:2]", "[1, 2]"},
                        {"make_array(1, 2)[0]", "NULL"},
                        {"make_array(1, 2)[-1]", "2"},
                        {"range(1, 3)", "[1, 2]"},
                        {"generate_series(1, 3)", "[1, 2, 3]"},
                        {"array_max([1, 2])", "2"},
                        {"cardinality([1, 2])", "2"},
                        {"empty([])", "true"},
                        {"array_any_value([NULL, 3])", "3"},
                        {"string_to_array('a,b', ',')", "[a, b]"},
                        {"flatten([[1], [2]])", "[1, 2]"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  EXPECT_EQ(TypeOf("array_length([1])"), "UInt64");
}

TEST_F(FunctionTest, Structures) {
  const Case cases[] = {{"named_struct('a', 1)['a']", "1"},
                        {"{'a': 1}", "{a: 1}"},
                        {"struct(1, 'x')", "{c0: 1, c1: x}"},
                        {"get_field({'a': 7}, 'a')", "7"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(FunctionTest, NullsAndConditions) {
  const Case cases[] = {{"coalesce(NULL, 1)", "1"},     {"nullif(1, 1)", "NULL"},
                        {"ifnull(NULL, 'a')", "a"},     {"nvl(NULL, 'a')", "a"},
                        {"nvl2(NULL, 1, 2)", "2"},      {"greatest(1, 2, NULL)", "2"},
                        {"least(1, 2.5)", "1.0"},       {"concat('a', NULL, 'b')", "ab"},
                        {"upper(NULL) IS NULL", "true"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(FunctionTest, DecimalsOnlyWhereUnsignedMeetsSigned) {
  const QueryOutcome outcome = Run("SELECT u - 2, u * 2, u / 2, u % 2 FROM cpu WHERE u = 1");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.ToString();
  EXPECT_EQ(outcome.types, (std::vector<std::string>{"Decimal128(21, 0)", "Decimal128(38, 0)",
                                                     "Decimal128(24, 4)", "Decimal128(20, 0)"}));
  EXPECT_EQ(outcome.rows[0], (std::vector<std::string>{"-1", "2", "0.5000", "1"}));
}

TEST_F(FunctionTest, TypesOfExpressions) {
  const Case cases[] = {
      {"arrow_typeof(INTERVAL '1 day')", "Interval(MonthDayNano)"},
      {"arrow_typeof(1.5::FLOAT)", "Float32"},
      {"arrow_typeof(DATE '2020-01-01')", "Date32"},
      {"arrow_typeof([1])", "List(Int64)"},
      {"arrow_typeof(from_unixtime(5))", "Timestamp(s)"},
      {"arrow_typeof(to_timestamp_millis(5))", "Timestamp(ms)"},
      {"arrow_typeof(current_date)", "Date32"},
      {"arrow_typeof(to_unixtime(now()))", "Int64"},
      {"arrow_typeof(tz(now(), 'Europe/Berlin'))", "Timestamp(ns, \"Europe/Berlin\")"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  EXPECT_EQ(Run("SELECT arrow_typeof(host) AS t FROM cpu LIMIT 1").rows[0][0],
            "Dictionary(Int32, Utf8)");
}

TEST_F(FunctionTest, ClocksOfZones) {
  // Read as local time in New York, five hours behind in winter.
  EXPECT_EQ(Eval("(to_timestamp(1000000000) AT TIME ZONE 'America/New_York')"),
            "1970-01-01T05:00:01");
  // tz keeps the instant.
  EXPECT_EQ(Eval("tz(to_timestamp(1000000000), 'America/New_York')"), "1970-01-01T00:00:01");
  EXPECT_EQ(Eval("to_local_time(tz(to_timestamp(0), 'Europe/Berlin'))"), "1970-01-01T01:00:00");
}

}  // namespace
}  // namespace influxdb3::query::sql
