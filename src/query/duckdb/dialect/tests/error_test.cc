// DuckDB's errors in the reference's words, and the status codes they carry.
#include <string>
#include <utility>

#include "query/duckdb/dialect/tests/dialect_fixture.h"

namespace influxdb3::query::sql {
namespace {

using util::StatusCode;
using ErrorTest = DialectTest;

util::Status Translate(duckdb::ExceptionType type, const std::string& text) {
  return TranslateError(duckdb::ErrorData(type, text));
}

TEST_F(ErrorTest, RunningErrors) {
  EXPECT_EQ(Error("SELECT 1 / 0"), "internal error: Arrow error: Divide by zero error");
  EXPECT_EQ(Error("SELECT cnt % 0 FROM cpu"), "internal error: Arrow error: Divide by zero error");
  EXPECT_EQ(
      Error("SELECT CAST(s AS INT) FROM cpu"),
      "internal error: Arrow error: Cast error: Cannot cast string 'x' to value of Int32 type");
  EXPECT_EQ(Error("SELECT CAST('abc' AS INT)"),
            "internal error: Optimizer rule 'simplify_expressions' failed\ncaused by\nArrow error: "
            "Cast error: Cannot cast string 'abc' to value of Int32 type");
}

TEST_F(ErrorTest, TimestampTexts) {
  const std::string prefix =
      "internal error: Optimizer rule 'simplify_expressions' failed\ncaused by\nArrow error: "
      "Parser "
      "error: Error parsing timestamp from ";
  EXPECT_EQ(Error("SELECT cnt FROM cpu WHERE time > 'garbage'"),
            prefix + "'garbage': timestamp must contain at least 10 characters");
  EXPECT_EQ(Error("SELECT '2020-13-01'::timestamp"), prefix + "'2020-13-01': error parsing date");
  EXPECT_EQ(Error("SELECT '2020-01-01T25:00:00'::timestamp"),
            prefix + "'2020-01-01T25:00:00': error parsing time");
}

TEST_F(ErrorTest, ComparisonsWithoutACommonType) {
  const std::string prefix =
      "invalid argument: type_coercion\ncaused by\nError during planning: Cannot infer common "
      "argument type for comparison operation ";
  EXPECT_EQ(Error("SELECT cnt FROM cpu WHERE time = 123"), prefix + "Timestamp(ns) = Int64");
  EXPECT_EQ(Error("SELECT cnt FROM cpu WHERE time > 123"), prefix + "Timestamp(ns) > Int64");
  EXPECT_EQ(Error("SELECT ok = 1 FROM cpu"), prefix + "Boolean = Int64");
}

TEST_F(ErrorTest, ArithmeticWithoutACommonType) {
  const std::string prefix =
      "invalid argument: Error during planning: Cannot coerce arithmetic expression ";
  EXPECT_EQ(Error("SELECT host + 1 FROM cpu"),
            prefix + "Dictionary(Int32, Utf8) + Int64 to valid types");
  EXPECT_EQ(Error("SELECT ok + 1 FROM cpu"), prefix + "Boolean + Int64 to valid types");
  EXPECT_EQ(Error("SELECT '5' + 3"), prefix + "Utf8 + Int64 to valid types");
}

TEST_F(ErrorTest, FiltersMustBeBoolean) {
  EXPECT_EQ(
      Error("SELECT cnt FROM cpu WHERE usage"),
      "invalid argument: Error during planning: Cannot create filter with non-boolean predicate "
      "'cpu.usage' returning Float64");
}

TEST_F(ErrorTest, SumOfText) {
  EXPECT_EQ(
      Error("SELECT sum(s) FROM cpu"),
      "invalid argument: Error during planning: Execution error: Function 'sum' user-defined "
      "coercion failed with \"Execution error: Sum not supported for Utf8\" No function matches "
      "the given name and argument types 'sum(Utf8)'. You might need to add explicit type "
      "casts.\n\tCandidate functions:\n\tsum(UserDefined)");
}

TEST_F(ErrorTest, UnknownFunctionsNameTheNearest) {
  const std::string prefix = "invalid argument: Error during planning: Invalid function ";
  EXPECT_EQ(Error("SELECT nosuch(1)"), prefix + "'nosuch'.\nDid you mean 'cosh'?");
  EXPECT_EQ(Error("SELECT avgg(cnt) FROM cpu"), prefix + "'avgg'.\nDid you mean 'avg'?");
}

TEST_F(ErrorTest, LimitMustNotBeNegative) {
  EXPECT_EQ(Error("SELECT cnt FROM cpu LIMIT -1"),
            "invalid argument: Optimizer rule 'eliminate_limit' failed\ncaused by\nError during "
            "planning: LIMIT must be >= 0, '-1' was provided");
}

TEST_F(ErrorTest, NoTextOfTheRewrittenStatementIsShown) {
  const std::string error = Error("SELECT count(*) AS c FROM cpu GROUP BY 1");
  EXPECT_EQ(error.find("LINE"), std::string::npos) << error;
}

TEST_F(ErrorTest, KindsOfDuckDbErrors) {
  using duckdb::ExceptionType;
  const std::pair<ExceptionType, StatusCode> cases[] = {
      {ExceptionType::INTERRUPT, StatusCode::kCancelled},
      {ExceptionType::OUT_OF_MEMORY, StatusCode::kResourceExhausted},
      {ExceptionType::BINDER, StatusCode::kInvalidArgument},
      {ExceptionType::CATALOG, StatusCode::kInvalidArgument},
      {ExceptionType::PARSER, StatusCode::kInvalidArgument},
      {ExceptionType::NOT_IMPLEMENTED, StatusCode::kUnsupported},
      {ExceptionType::CONVERSION, StatusCode::kInternal},
      {ExceptionType::INTERNAL, StatusCode::kInternal}};
  for (const auto& [type, code] : cases) {
    EXPECT_EQ(Translate(type, "text").code(), code) << static_cast<int>(type);
  }
  EXPECT_EQ(Translate(ExceptionType::OUT_OF_MEMORY, "could not allocate").message(),
            "Resources exhausted: could not allocate");
}

TEST_F(ErrorTest, DepthErrorsOfTheBinderNameNoSettings) {
  for (const char* text :
       {"Max expression depth limit of 1000 exceeded. Use \"SET max_expression_depth TO x\" to "
        "increase the maximum expression depth.",
        "Maximum tree depth of 1000 exceeded in logical planner"}) {
    const util::Status status = Translate(duckdb::ExceptionType::BINDER, text);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(),
              "SQL error: RecursionLimitExceeded: The query nests expressions or subqueries more "
              "than 300 levels deep. Simplify the query.");
  }
}

TEST_F(ErrorTest, LongNamesInMessagesAreSafe) {
  const std::string name(200'000, 'x');
  const duckdb::ErrorData error(duckdb::ExceptionType::BINDER,
                                "No function matches the given name and argument types '" + name +
                                    "(VARCHAR)'. You might need to add explicit type casts.");
  EXPECT_EQ(TranslateError(error).code(), util::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace influxdb3::query::sql
