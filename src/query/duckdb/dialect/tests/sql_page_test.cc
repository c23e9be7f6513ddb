// docs/sql_examples.md cannot lie: it is compared with what the table of functions and the examples
// give.
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/page/sql_page.h"

namespace influxdb3::query::sql {
namespace {

TEST(SqlPageTest, TheCommittedPageIsTheGeneratedOne) {
  std::ifstream file(INFLUXDB3_DOCS_DIR "/sql_examples.md");
  std::stringstream committed;
  committed << file.rdbuf();
  EXPECT_EQ(committed.str(), SqlPage()) << "run `./dev docs` and commit docs/sql_examples.md";
}

TEST(SqlPageTest, ExamplesAreOfKnownFunctions) {
  for (const FunctionExample& example : FunctionExamples()) {
    EXPECT_NE(FindFunction(example.function), nullptr) << example.function;
  }
}

}  // namespace
}  // namespace influxdb3::query::sql
