// `$name` parameters.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using ParameterTest = DialectTest;

TEST_F(ParameterTest, ValuesOfEveryType) {
  EXPECT_EQ(Cell("SELECT $p", {{"p", std::string("a'b")}}), "a'b");
  EXPECT_EQ(Cell("SELECT $p + 1", {{"p", int64_t{41}}}), "42");
  EXPECT_EQ(Cell("SELECT arrow_typeof($p)", {{"p", uint64_t{18446744073709551615u}}}), "UInt64");
  EXPECT_EQ(Cell("SELECT $p * 2", {{"p", 1.5}}), "3.0");
  EXPECT_EQ(Cell("SELECT NOT $p", {{"p", true}}), "false");
  EXPECT_EQ(Cell("SELECT $p IS NULL", {{"p", std::monostate()}}), "true");
}

TEST_F(ParameterTest, StandWhereverAnExpressionMay) {
  EXPECT_EQ(Run("SELECT host FROM cpu WHERE host = $host AND time >= $t",
                {{"host", std::string("b")}, {"t", std::string("2024-01-01T00:00:00.123456789Z")}})
                .rows,
            (Rows{{"b"}}));
  EXPECT_EQ(Run("SELECT cnt FROM cpu ORDER BY cnt LIMIT $n OFFSET $m",
                {{"n", int64_t{1}}, {"m", int64_t{1}}})
                .rows,
            (Rows{{"2"}}));
  EXPECT_EQ(Cell("SELECT date_bin($every, time) FROM cpu WHERE cnt = 1",
                 {{"every", std::string("1 hour")}}),
            "1970-01-01T00:00:00");
  EXPECT_EQ(Run("SELECT host FROM cpu WHERE cnt IN ($a, $b) ORDER BY host",
                {{"a", int64_t{1}}, {"b", int64_t{2}}})
                .rows,
            (Rows{{"a"}, {"b"}}));
}

TEST_F(ParameterTest, NamesAreCaseSensitive) {
  EXPECT_EQ(Run("SELECT $Host AS a, $host AS b",
                {{"Host", std::string("upper")}, {"host", std::string("lower")}})
                .rows,
            (Rows{{"upper", "lower"}}));
}

TEST_F(ParameterTest, MissingOnesAreErrorsUnusedOnesAreNot) {
  EXPECT_EQ(
      Error("SELECT $host"),
      "invalid argument: Error during planning: No value found for placeholder with name $host");
  for (const char* sql : {"SELECT ?", "SELECT cnt FROM cpu WHERE cnt = ?", "SELECT ? + $host"}) {
    EXPECT_EQ(Error(sql),
              "invalid argument: Error during planning: No value found for placeholder with name ?")
        << sql;
  }
  EXPECT_EQ(Eval("'?'"), "?");
  EXPECT_EQ(Cell("SELECT 1", {{"unused", int64_t{5}}}), "1");
}

TEST_F(ParameterTest, ValuesAreNeverReadAsSql) {
  EXPECT_EQ(Cell("SELECT count(*) FROM cpu WHERE host = $p", {{"p", std::string("a' OR '1'='1")}}),
            "0");
}

TEST_F(ParameterTest, NegativeLimitIsRefused) {
  const QueryOutcome outcome = Run("SELECT cnt FROM cpu LIMIT $n", {{"n", int64_t{-1}}});
  EXPECT_EQ(
      outcome.status.message(),
      "Optimizer rule 'eliminate_limit' failed\ncaused by\nError during planning: LIMIT must be "
      ">= 0, '-1' was provided");
}

}  // namespace
}  // namespace influxdb3::query::sql
