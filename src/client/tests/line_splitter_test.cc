#include "client/line_splitter.h"

#include <numeric>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace influxdb3::client {
namespace {

using ::testing::ElementsAre;

struct Bodies {
  std::vector<std::string> texts;
  std::vector<uint64_t> line_counts;
};

Bodies Split(std::string_view input, size_t body_bytes_max, size_t piece_bytes = 1) {
  Bodies bodies;
  LineSplitter splitter(body_bytes_max, [&bodies](std::string body, uint64_t line_count) {
    bodies.texts.push_back(std::move(body));
    bodies.line_counts.push_back(line_count);
  });
  for (size_t i = 0; i < input.size(); i += piece_bytes) {
    splitter.Feed(input.substr(i, piece_bytes));
  }
  splitter.Finish();
  return bodies;
}

TEST(LineSplitterTest, CutsBetweenLinesAtTheLimit) {
  EXPECT_THAT(Split("a v=1\nb v=1\nc v=1\n", 12).texts, ElementsAre("a v=1\nb v=1\n", "c v=1\n"));
  EXPECT_THAT(Split("a v=1\nb v=1\nc v=1\n", 11).texts,
              ElementsAre("a v=1\n", "b v=1\n", "c v=1\n"));
  EXPECT_THAT(Split("a v=1\nb v=1\nc v=1", 12).line_counts, ElementsAre(2, 1));
}

TEST(LineSplitterTest, NothingComesOfNothing) {
  EXPECT_TRUE(Split("", 10).texts.empty());
}

TEST(LineSplitterTest, ALineBeyondTheLimitIsSentAlone) {
  EXPECT_THAT(Split("a v=1\nlong_name v=12345678\nb v=1\n", 8).texts,
              ElementsAre("a v=1\n", "long_name v=12345678\n", "b v=1\n"));
}

TEST(LineSplitterTest, LineEndsInsideStringsDoNotCut) {
  EXPECT_THAT(Split("a v=\"x\ny\",w=\"\\\"\nz\" 1\nb v=1\n", 1).texts,
              ElementsAre("a v=\"x\ny\",w=\"\\\"\nz\" 1\n", "b v=1\n"));
  // A backslash before the closing quote's backslash does not escape the quote.
  EXPECT_THAT(Split("a v=\"x\\\\\"\nb v=1\n", 1).texts, ElementsAre("a v=\"x\\\\\"\n", "b v=1\n"));
}

TEST(LineSplitterTest, QuotesElsewhereAreOrdinary) {
  EXPECT_THAT(Split("m\"x,t=\"y v=1\nb v=1\n", 1).texts,
              ElementsAre("m\"x,t=\"y v=1\n", "b v=1\n"));
  EXPECT_THAT(Split("# say \"hi\nb v=1\n", 1).texts, ElementsAre("# say \"hi\n", "b v=1\n"));
  // Escaped blanks keep the tag section open; a quote in a field key opens nothing.
  EXPECT_THAT(Split("m,t=a\\ \"b v=1\nb k\"=1\nc v=1\n", 1).texts,
              ElementsAre("m,t=a\\ \"b v=1\n", "b k\"=1\n", "c v=1\n"));
}

TEST(LineSplitterTest, BodiesTogetherAreTheInputHoweverItIsFed) {
  std::mt19937 random(7);
  const std::string alphabet = "a=\" ,\\\n#1";
  for (int round = 0; round < 2000; ++round) {
    std::string input;
    for (size_t length = random() % 60; input.size() < length;) {
      input += alphabet[random() % alphabet.size()];
    }
    size_t limit = 1 + random() % 20;
    Bodies whole = Split(input, limit, input.size() + 1);
    Bodies pieces = Split(input, limit, 1 + random() % 5);
    EXPECT_EQ(whole.texts, pieces.texts);
    EXPECT_EQ(std::accumulate(whole.texts.begin(), whole.texts.end(), std::string()), input);
  }
}

}  // namespace
}  // namespace influxdb3::client
