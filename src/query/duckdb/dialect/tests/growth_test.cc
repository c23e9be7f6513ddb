// Functions that multiply text and lists: their results and their bounds.
#include <string>

#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

using GrowthTest = DialectTest;

TEST_F(GrowthTest, Results) {
  const std::pair<const char*, const char*> cases[] = {{"repeat('ab', 3)", "ababab"},
                                                       {"repeat('ab', 0)", ""},
                                                       {"repeat('ab', -1)", ""},
                                                       {"repeat('', 1000000000000)", ""},
                                                       {"repeat(NULL, 3) IS NULL", "true"},
                                                       {"lpad('a', 3)", "  a"},
                                                       {"lpad('hello', 2)", "he"},
                                                       {"lpad('a', 6, 'xyz')", "xyzxya"},
                                                       {"lpad('ä', 3, 'öü')", "öüä"},
                                                       {"lpad('a', -1)", ""},
                                                       {"lpad('a', 5, '')", "a"},
                                                       {"rpad('a', 6, 'xyz')", "axyzxy"},
                                                       {"rpad('äöü', 2)", "äö"},
                                                       {"rpad('a', 3)", "a  "},
                                                       {"replace('aXbXc', 'X', '--')", "a--b--c"},
                                                       {"replace('abc', '', 'x')", "xaxbxcx"},
                                                       {"replace('aaa', 'a', '')", ""},
                                                       {"array_resize([1, 2], 3)", "[1, 2, NULL]"},
                                                       {"array_resize([1, 2], 3, 9)", "[1, 2, 9]"},
                                                       {"range(3)", "[0, 1, 2]"},
                                                       {"range(1, 7, 3)", "[1, 4]"},
                                                       {"generate_series(3, 1, -1)", "[3, 2, 1]"}};
  for (const auto& [expression, text] : cases) EXPECT_EQ(Eval(expression), text) << expression;
  EXPECT_EQ(Cell("SELECT max(repeat(host, cnt)) FROM cpu WHERE cnt = 2"), "bb");
}

TEST_F(GrowthTest, ValuesAreBounded) {
  for (const char* sql :
       {"SELECT length(repeat('x', 2000000000))",
        "SELECT length(repeat('xy', 9223372036854775807))", "SELECT length(lpad('x', 2000000000))",
        "SELECT length(rpad('x', 2000000000, 'ab'))",
        "SELECT length(replace(repeat('a', 10000), 'a', repeat('b', 10000)))",
        "SELECT array_length(array_resize([1], 2000000000))",
        "SELECT array_length(array_resize(['a'], 100000, repeat('x', 1000)))",
        "SELECT array_length(range(0, 2000000000))",
        "SELECT array_length(generate_series(2000000000, 1, -1))",
        "SELECT length(repeat(host, 2000000000)) FROM cpu"}) {
    const QueryOutcome outcome = Run(sql);
    EXPECT_EQ(outcome.status.code(), util::StatusCode::kResourceExhausted) << sql;
    EXPECT_EQ(outcome.status.message(),
              "Resources exhausted: A single value would take more than 64 MiB")
        << sql;
  }
}

TEST_F(GrowthTest, NestedCallsStaySmall) {
  std::string nested = "[1]";
  for (int i = 0; i < 3; ++i) nested = "array_resize(" + nested + ", 2)";
  EXPECT_EQ(Eval(nested), "[1, NULL]");
  EXPECT_EQ(Eval("array_resize(range(2), 3)"), "[0, 1, NULL]");
  for (int i = 0; i < 60; ++i) nested = "array_resize(" + nested + ", 2)";
  EXPECT_EQ(Run("SELECT " + nested).status.code(), util::StatusCode::kUnsupported);
}

TEST_F(GrowthTest, SeriesOfTimes) {
  EXPECT_EQ(Eval("array_length(range(TIMESTAMP '2024-01-01T00:00:00', TIMESTAMP "
                 "'2024-01-01T03:00:00', INTERVAL '1 hour'))"),
            "3");
  EXPECT_EQ(Eval("range(NULL, 3) IS NULL"), "true");
  EXPECT_EQ(Eval("array_resize(NULL, 3) IS NULL"), "true");
  const QueryOutcome outcome =
      Run("SELECT array_length(range(TIMESTAMP '2024-01-01T00:00:00', TIMESTAMP "
          "'2025-01-01T00:00:00', INTERVAL '1 millisecond'))");
  EXPECT_EQ(outcome.status.code(), util::StatusCode::kResourceExhausted)
      << outcome.status.ToString();
}

TEST_F(GrowthTest, BatchesOfRowsAreBounded) {
  const QueryOutcome outcome =
      Run("SELECT max(length(repeat('x', value + 1000000))) FROM range(0, 1000)");
  EXPECT_EQ(outcome.status.code(), util::StatusCode::kResourceExhausted);
  EXPECT_EQ(outcome.status.message(),
            "Resources exhausted: The values of one batch of rows would take more than 256 MiB");
}

}  // namespace
}  // namespace influxdb3::query::sql
