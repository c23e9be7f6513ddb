#include "protocol/line_protocol/line_reader.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace influxdb3::line_protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Lines(std::string_view body) {
  LineReader reader(body);
  std::vector<std::string> lines;
  std::string_view line;
  while (reader.Next(&line)) lines.emplace_back(line);
  return lines;
}

TEST(LineReaderTest, BlankLinesAndCommentsDoNotCount) {
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_THAT(Lines("\n \t\n\r\n# note\n   # note \"f=1\n\r"), IsEmpty());
  EXPECT_THAT(Lines("a f=1\n\n#x\n  b f=2\n"), ElementsAre("a f=1", "b f=2"));
  EXPECT_THAT(Lines("#last"), IsEmpty());
}

TEST(LineReaderTest, CarriageReturnBeforeTheNewlineIsNotPartOfTheLine) {
  EXPECT_THAT(Lines("a f=1\r\nb f=2\r\n\r\nc f=3\r"), ElementsAre("a f=1", "b f=2", "c f=3"));
  EXPECT_THAT(Lines("a,t=x\ry f=1\n"), ElementsAre("a,t=x\ry f=1"));
}

TEST(LineReaderTest, NewlinesInQuotedValuesBelongToTheLine) {
  EXPECT_THAT(Lines("m f=\"a\nb\" 1\nm f=2"), ElementsAre("m f=\"a\nb\" 1", "m f=2"));
  EXPECT_THAT(Lines("m f=\"a\\\"\nb\" 1\nm f=2"), ElementsAre("m f=\"a\\\"\nb\" 1", "m f=2"));
  EXPECT_THAT(Lines("m a=1,f=\"x,y=\nz\" 1\nn f=1"), ElementsAre("m a=1,f=\"x,y=\nz\" 1", "n f=1"));
}

TEST(LineReaderTest, QuotesElsewhereMeanNothing) {
  EXPECT_THAT(Lines("m\"a f=1\nn f=1"), ElementsAre("m\"a f=1", "n f=1"));
  EXPECT_THAT(Lines("m,t=\"x f=1\nn f=1"), ElementsAre("m,t=\"x f=1", "n f=1"));
  EXPECT_THAT(Lines("m f\"x=1\nn f=1"), ElementsAre("m f\"x=1", "n f=1"));
  EXPECT_THAT(Lines("m f=1,\"\nn f=1"), ElementsAre("m f=1,\"", "n f=1"));
}

TEST(LineReaderTest, AnOpenQuoteTakesTheRest) {
  EXPECT_THAT(Lines("m f=\"a 1\nn f=1\n"), ElementsAre("m f=\"a 1\nn f=1\n"));
}

TEST(LineReaderTest, BackslashTakesTheNewlineBehindIt) {
  EXPECT_THAT(Lines("a\\\nb\nc\\"), ElementsAre("a\\\nb", "c\\"));
}

}  // namespace
}  // namespace influxdb3::line_protocol
