#include "ingest/row_deletion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace influxdb3::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using util::StatusCode;

TEST(DeletePredicateTest, ReadsConditionsOnTags) {
  EXPECT_THAT(ParseDeletePredicate("").value(), IsEmpty());
  EXPECT_THAT(ParseDeletePredicate(" \n").value(), IsEmpty());
  EXPECT_THAT(ParseDeletePredicate("host='a'").value(), ElementsAre(Pair("host", "a")));
  EXPECT_THAT(ParseDeletePredicate(" host = 'a b' AND \"my tag\"=\"x\" aNd größe = '' ").value(),
              ElementsAre(Pair("host", "a b"), Pair("my tag", "x"), Pair("größe", "")));
  EXPECT_THAT(ParseDeletePredicate(R"(a='it''s' and b="say \"hi\"" and c='back\slash')").value(),
              ElementsAre(Pair("a", "it's"), Pair("b", "say \"hi\""), Pair("c", "back\\slash")));
  EXPECT_THAT(ParseDeletePredicate(R"(a='end\\' and b="\\\"" and c='')").value(),
              ElementsAre(Pair("a", "end\\"), Pair("b", "\\\""), Pair("c", "")));
  EXPECT_THAT(ParseDeletePredicate("_measurement=\"cpu\"AND and='x'").value(),
              ElementsAre(Pair("_measurement", "cpu"), Pair("and", "x")));
}

TEST(DeletePredicateTest, RefusesEverythingElseWithThePlace) {
  const auto fault = [](std::string_view text) {
    const auto parsed = ParseDeletePredicate(text);
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument) << text;
    return parsed.status().message();
  };
  EXPECT_EQ(fault("host"),
            "invalid predicate: expected '=': only tag = 'value' is possible, joined by AND at "
            "character 5");
  EXPECT_THAT(fault("host != 'a'"), HasSubstr("expected '='"));
  EXPECT_THAT(fault("host = a"), HasSubstr("expected a value in quotes at character 8"));
  EXPECT_THAT(fault("host = 'a"), HasSubstr("a quote is not closed at character 8"));
  EXPECT_THAT(fault("host = 'a' OR b = 'c'"), HasSubstr("expected AND"));
  EXPECT_THAT(fault("host = 'a' ANDb = 'c'"), HasSubstr("expected AND"));
  EXPECT_THAT(fault("host = 'a' AND"), HasSubstr("expected AND"));
  EXPECT_THAT(fault("host = 'a' AND "), HasSubstr("expected the name of a tag"));
  EXPECT_THAT(fault("= 'a'"), HasSubstr("expected the name of a tag at character 1"));
}

TEST(DeletePredicateTest, HasLimits) {
  std::string conditions = "a='0'";
  for (int i = 1; i < 64; ++i) conditions += " and a='0'";
  EXPECT_EQ(ParseDeletePredicate(conditions).value().size(), 64u);
  EXPECT_THAT(ParseDeletePredicate(conditions + " and a='0'").status().message(),
              HasSubstr("more than 64 conditions"));
  std::string longest = "a='" + std::string(65536 - 4, 'x') + "'";
  EXPECT_TRUE(ParseDeletePredicate(longest).ok());
  EXPECT_THAT(ParseDeletePredicate(longest + " ").status().message(),
              HasSubstr("longer than 65536 bytes"));
}

TEST(MakeDeleteRowsTest, NamesBecomeNumbersAndMistakesAreTold) {
  catalog::Catalog catalog({10, 10, 10, 10});
  ASSERT_TRUE(catalog
                  .ApplyLogged({model::CreateDatabaseOp{util::DbId(1), "db", std::nullopt, 0},
                                model::CreateTableOp{util::DbId(1),
                                                     util::TableId(7),
                                                     "t",
                                                     {{"f", model::ColumnType::kInt64},
                                                      {"host", model::ColumnType::kTag}}}})
                  .ok());
  const auto make = [&](RowDeletion deletion) {
    return MakeDeleteRows(*catalog.state(), deletion);
  };
  EXPECT_EQ(
      make({"db", "t", {1, 2}, {{"host", "a"}}}).value(),
      (model::DeleteRowsOp{util::DbId(1), util::TableId(7), {1, 2}, {{util::ColumnId(1), "a"}}}));
  EXPECT_EQ(make({"no", "t", {}, {}}).status().message(), "Database not found no");
  EXPECT_EQ(make({"db", "no", {}, {}}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(make({"db", "no", {}, {}}).status().message(), "Table no not in DB schema for db");
  EXPECT_EQ(make({"db", "t", {2, 1}, {}}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(make({"db", "t", {}, {{"f", "1"}}}).status().message(), HasSubstr("is a field"));
  EXPECT_THAT(make({"db", "t", {}, {{"x", "1"}}}).status().message(), HasSubstr("has no tag 'x'"));
  EXPECT_THAT(make({"db", "t", {}, {{"time", "1"}}}).status().message(),
              HasSubstr("start and stop"));
  EXPECT_THAT(make({"db", "t", {}, {{"host", "1"}, {"host", "1"}}}).status().message(),
              HasSubstr("stands twice"));
}

}  // namespace
}  // namespace influxdb3::ingest
