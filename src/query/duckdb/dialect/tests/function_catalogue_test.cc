// The catalogue against the table that calls are resolved with, and docs/sql.md against both.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "query/duckdb/dialect/function_catalogue.h"
#include "query/duckdb/dialect/function_registry.h"

namespace influxdb3::query::sql {
namespace {

constexpr char kBegin[] = "<!-- made from the function table; do not edit below -->\n";

TEST(FunctionCatalogueTest, DescribesEveryFunction) {
  // What the grammar turns literals into.
  const std::set<std::string> hidden = {"binary", "struct_literal", "unnest"};
  for (const FunctionEntry& entry : AllFunctions()) {
    FunctionDescription description;
    EXPECT_NE(DescribeFunction(entry.name, &description), hidden.count(entry.name) > 0)
        << entry.name;
  }
}

TEST(FunctionCatalogueTest, SaysWhatEachFunctionGives) {
  for (const FunctionEntry& entry : AllFunctions()) {
    FunctionDescription description;
    if (!DescribeFunction(entry.name, &description)) continue;
    EXPECT_FALSE(SummaryOfFunction(entry.name).empty()) << entry.name;
  }
  EXPECT_EQ(SummaryOfFunction("list_has"), SummaryOfFunction("array_has"));
  EXPECT_EQ(SummaryOfFunction("nosuch"), "");
}

TEST(FunctionCatalogueTest, NamesParametersOnce) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"abs", {"number"}},
      {"pi", {}},
      {"make_map", {"key", "value"}},
      {"array_position", {"array", "element", "start"}},
      {"list_indexof", {"array", "element", "start"}},
      {"log", {"base", "number"}},
      {"overlay", {"text", "part", "pos", "count"}},
      {"approx_percentile_cont", {"percentile", "centroids"}}};
  for (const auto& [name, parameters] : cases) {
    FunctionDescription description;
    ASSERT_TRUE(DescribeFunction(name, &description)) << name;
    EXPECT_EQ(ParameterNames(description), parameters) << name;
  }
}

TEST(FunctionCatalogueTest, UnknownNamesHaveNone) {
  FunctionDescription description;
  EXPECT_FALSE(DescribeFunction("nosuch", &description));
  EXPECT_FALSE(DescribeFunction("", &description));
  EXPECT_FALSE(DescribeFunction("zzz", &description));
}

/// With INFLUXDB3_UPDATE_DOCS set the page is written instead of checked.
TEST(FunctionCatalogueTest, PageListsTheFunctions) {
  const std::string path = INFLUXDB3_DOCS_DIR "/sql.md";
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  const std::string page = content.str();
  const size_t begin = page.find(kBegin);
  ASSERT_NE(begin, std::string::npos) << path;
  const std::string head = page.substr(0, begin + sizeof kBegin - 1);
  const std::string wanted = head + "\n" + FunctionsAsMarkdown();
  if (std::getenv("INFLUXDB3_UPDATE_DOCS") != nullptr) {
    std::ofstream(path) << wanted;
    return;
  }
  EXPECT_EQ(page, wanted) << "run this test once with INFLUXDB3_UPDATE_DOCS=1";
}

}  // namespace
}  // namespace influxdb3::query::sql
