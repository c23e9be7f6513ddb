#include "cli/dotenv.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace influxdb3::cli {
namespace {

Variables Parsed(std::string_view text) {
  auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "OUTSIDE") return "outer";
    return std::nullopt;
  };
  auto variables = ParseDotenv(text, lookup);
  EXPECT_TRUE(variables.ok()) << variables.status().message();
  return variables.ok() ? *variables : Variables();
}

std::string Refusal(std::string_view text) {
  auto variables = ParseDotenv(text, [](const std::string&) { return std::nullopt; });
  return variables.ok() ? "accepted" : variables.status().message();
}

TEST(DotenvTest, PlainLinesCommentsAndExport) {
  EXPECT_EQ(Parsed("A=1\n# comment\n\n  B = two # more\nexport C=3\r\nD=\nE=a#b"),
            (Variables{{"A", "1"}, {"B", "two"}, {"C", "3"}, {"D", ""}, {"E", "a#b"}}));
}

TEST(DotenvTest, Quotes) {
  EXPECT_EQ(Parsed(R"(A='a $B \n'
B="x\n\"y\" \$z"
C="one
two"
D=a\ b)"),
            (Variables{{"A", "a $B \\n"}, {"B", "x\n\"y\" $z"}, {"C", "one\ntwo"}, {"D", "a b"}}));
}

TEST(DotenvTest, Substitution) {
  EXPECT_EQ(Parsed("A=1\nB=$A-${OUTSIDE}-$MISSING\nC=\"${A}x\""),
            (Variables{{"A", "1"}, {"B", "1-outer-"}, {"C", "1x"}}));
}

TEST(DotenvTest, RefusalNamesTheLine) {
  EXPECT_EQ(Refusal("A=1\nB=two words\n"),
            "Error parsing line: 'B=two words', error at line index: 6");
  EXPECT_EQ(Refusal("1A=1"), "Error parsing line: '1A=1', error at line index: 0");
  EXPECT_NE(Refusal("A"), "accepted");
  EXPECT_NE(Refusal("A=\"open"), "accepted");
}

TEST(DotenvTest, NearestFileIsLoadedAndSetVariablesWin) {
  std::filesystem::path root = std::filesystem::path(::testing::TempDir()) / "dotenv_test";
  std::filesystem::create_directories(root / "a" / "b");
  std::ofstream(root / "a" / ".env") << "DOTENV_TEST_NEW=file\nDOTENV_TEST_SET=file\n";
  setenv("DOTENV_TEST_SET", "process", 1);
  unsetenv("DOTENV_TEST_NEW");
  EXPECT_TRUE(LoadDotenv((root / "a" / "b").string()).ok());
  EXPECT_STREQ(std::getenv("DOTENV_TEST_NEW"), "file");
  EXPECT_STREQ(std::getenv("DOTENV_TEST_SET"), "process");
  std::ofstream(root / "a" / "b" / ".env") << "=";
  EXPECT_FALSE(LoadDotenv((root / "a" / "b").string()).ok());
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace influxdb3::cli
