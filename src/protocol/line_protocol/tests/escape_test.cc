#include "protocol/line_protocol/escape.h"

#include <gtest/gtest.h>

namespace influxdb3::line_protocol {
namespace {

struct Case {
  std::string_view written;
  std::string_view key;
  std::string_view measurement;
};

TEST(EscapeTest, BackslashMeansSomethingOnlyInFrontOfSeparators) {
  const Case cases[] = {
      {R"(plain)", "plain", "plain"},      {R"(a\,b)", "a,b", "a,b"},
      {R"(a\ b)", "a b", "a b"},           {R"(a\=b)", "a=b", R"(a\=b)"},
      {R"(a\"b)", R"(a\"b)", R"(a\"b)"},   {R"(a\\b)", R"(a\b)", R"(a\b)"},
      {R"(a\nb)", R"(a\nb)", R"(a\nb)"},   {R"(a\\\,b)", R"(a\,b)", R"(a\,b)"},
      {R"(a\\\\b)", R"(a\\b)", R"(a\\b)"}, {"a\\\tb", "a\\\tb", "a\\\tb"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(UnescapedName(NameKind::kKey, c.written), c.key) << c.written;
    EXPECT_EQ(UnescapedName(NameKind::kMeasurement, c.written), c.measurement) << c.written;
  }
}

TEST(EscapeTest, NamesComeBackAsTheyWere) {
  const std::string_view names[] = {"a",
                                    "a b,c=d",
                                    R"(\)"
                                    "x",
                                    R"(a\\b)",
                                    R"(\,)"
                                    "x",
                                    "a\\\nb",
                                    "å=ß"};
  for (const NameKind kind : {NameKind::kKey, NameKind::kMeasurement}) {
    for (const std::string_view name : names) {
      std::string written;
      AppendEscapedName(kind, name, &written);
      EXPECT_EQ(UnescapedName(kind, written), name) << written;
    }
  }
}

TEST(EscapeTest, StringsKnowTwoEscapes) {
  EXPECT_EQ(UnescapedString(R"(say \"hi\")"), R"(say "hi")");
  EXPECT_EQ(UnescapedString(R"(C:\\dir\file)"), R"(C:\dir\file)");
  EXPECT_EQ(UnescapedString(R"(a\,b\ c\=d)"), R"(a\,b\ c\=d)");
  std::string quoted;
  AppendQuotedString("a\"b\\c\nd", &quoted);
  EXPECT_EQ(quoted, "\"a\\\"b\\\\c\nd\"");
}

}  // namespace
}  // namespace influxdb3::line_protocol
