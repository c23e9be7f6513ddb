#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

class OperatorTest : public DialectTest {};

struct Case {
  const char* expression;
  const char* value;
};

TEST_F(OperatorTest, IntegerArithmetic) {
  const Case cases[] = {{"7 / 2", "3"},
                        {"-7 / 2", "-3"},
                        {"-5 % 3", "-2"},
                        {"5 % -3", "2"},
                        {"9223372036854775807 + 1", "-9223372036854775808"},
                        {"-9223372036854775807 - 2", "9223372036854775807"},
                        {"9223372036854775807 * 2", "-2"},
                        {"-(-9223372036854775807 - 1)", "-9223372036854775808"},
                        {"5 ^ 3", "6"},
                        {"5 & 3", "1"},
                        {"5 | 3", "7"},
                        {"1 << 3", "8"},
                        {"16 >> 2", "4"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  for (const char* expression : {"1 / 0", "1 % 0"}) {
    EXPECT_EQ(Eval(expression), "internal error: Arrow error: Divide by zero error") << expression;
  }
}

TEST_F(OperatorTest, FloatArithmeticIsIeee) {
  const Case cases[] = {{"7.0 / 2", "3.5"},   {"1.0 / 0", "inf"},
                        {"-1.0 / 0", "-inf"}, {"0.0 / 0", "NaN"},
                        {"5.5 % 2", "1.5"},   {"0.1 + 0.2", "0.30000000000000004"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(OperatorTest, ResultTypes) {
  const Case cases[] = {{"1", "Int64"},          {"18446744073709551615", "UInt64"},
                        {"1.5", "Float64"},      {"7 / 2", "Int64"},
                        {"7 / 2.0", "Float64"},  {"1::INT + 1", "Int64"},
                        {"1::FLOAT", "Float32"}, {"1::BIGINT UNSIGNED", "UInt64"},
                        {"'a' || 1", "Utf8"}};
  for (const Case& c : cases) EXPECT_EQ(TypeOf(c.expression), c.value) << c.expression;
  EXPECT_EQ(Run("SELECT u + u, sum(u), max(u) FROM cpu GROUP BY u").types,
            (std::vector<std::string>{"UInt64", "UInt64", "UInt64"}));
}

TEST_F(OperatorTest, RegularExpressionsSearch) {
  const Case cases[] = {{"'abc' ~ 'b'", "true"},       {"'abc' ~ 'B'", "false"},
                        {"'abc' ~* 'B'", "true"},      {"'abc' !~ 'b'", "false"},
                        {"'abc' !~* 'X'", "true"},     {"'xfoox' SIMILAR TO 'foo'", "true"},
                        {"'abc' ~ NULL::TEXT", "NULL"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(OperatorTest, LikeEscapesWithBackslash) {
  const Case cases[] = {{"'x%y' LIKE 'x\\%y'", "true"}, {"'xzy' LIKE 'x\\%y'", "false"},
                        {"'xzy' LIKE 'x%y'", "true"},   {"'XZY' ILIKE 'x_y'", "true"},
                        {"'a' NOT LIKE 'b'", "true"},   {"'a\\' LIKE 'a\\\\'", "true"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

TEST_F(OperatorTest, CastsTruncateAndPrintAsTheReference) {
  const Case cases[] = {{"12.7::INT", "12"},       {"-12.5::INT", "-12"},
                        {"13.5::BIGINT", "13"},    {"1e20::VARCHAR", "1e20"},
                        {"1e-7::VARCHAR", "1e-7"}, {"1.0::VARCHAR", "1.0"},
                        {"true::VARCHAR", "true"}, {"TRY_CAST('abc' AS INT)", "NULL"},
                        {"'12'::BIGINT", "12"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
  EXPECT_EQ(Eval("CAST('abc' AS INT)"),
            "internal error: Optimizer rule 'simplify_expressions' failed\ncaused by\nArrow error: "
            "Cast error: Cannot cast string 'abc' to value of Int32 type");
  EXPECT_EQ(
      Error("SELECT CAST(s AS INT) FROM cpu"),
      "internal error: Arrow error: Cast error: Cannot cast string 'x' to value of Int32 type");
}

TEST_F(OperatorTest, ComparesColumnsWithTextAsText) {
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu WHERE cnt = 'abc'"), "0");
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu WHERE cnt = '1'"), "1");
  EXPECT_EQ(Cell("SELECT cnt > '10' FROM cpu WHERE cnt = 2"), "true");
  EXPECT_EQ(
      Error("SELECT ok = 1 FROM cpu"),
      "invalid argument: type_coercion\ncaused by\nError during planning: Cannot infer common "
      "argument type for comparison operation Boolean = Int64");
}

TEST_F(OperatorTest, NullsSortLastAscendingAndFirstDescending) {
  const QueryOutcome up = Run("SELECT cnt FROM cpu ORDER BY cnt");
  EXPECT_EQ(up.rows.back()[0], "NULL");
  const QueryOutcome down = Run("SELECT cnt FROM cpu ORDER BY cnt DESC");
  EXPECT_EQ(down.rows.front()[0], "NULL");
  EXPECT_EQ(Run("SELECT cnt FROM cpu ORDER BY cnt NULLS FIRST").rows.front()[0], "NULL");
}

TEST_F(OperatorTest, Functions) {
  const Case cases[] = {
      {"sqrt(-1.0)", "NaN"},
      {"ln(0)", "-inf"},
      {"power(2, 3)", "8"},
      {"round(2.5)", "3.0"},
      {"round(-2.5)", "-3.0"},
      {"ceil(2)", "2.0"},
      {"trunc(-1.55, 1)", "-1.6"},
      {"substr('abc', 0, 2)", "a"},
      {"substr('abc', -2)", "abc"},
      {"lpad('a', 3)", "  a"},
      {"to_hex(255)", "ff"},
      {"initcap('hello world')", "Hello World"},
      {"btrim(' a ')", "a"},
      {"overlay('abcdef', 'xx', 2, 3)", "axxef"},
      {"encode('a', 'base64')", "YQ"},
      {"regexp_like('abc', 'B', 'i')", "true"},
      {"regexp_replace('foobar', '(o)(b)', '$2${1}')", "foboar"},
      {"regexp_count('foobar', 'o')", "2"},
      {"nvl2(NULL, 1, 2)", "2"},
      {"nanvl(0.0/0, 1)", "1.0"},
      {"find_in_set('b', 'a,b,c')", "2"},
      {"arrow_typeof(length('a'))", "Int32"},
      {"arrow_typeof(ceil(2))", "Float64"},
      {"arrow_cast(5, 'Timestamp(Nanosecond, None)')", "1970-01-01T00:00:00.000000005"}};
  for (const Case& c : cases) EXPECT_EQ(Eval(c.expression), c.value) << c.expression;
}

}  // namespace
}  // namespace influxdb3::query::sql
