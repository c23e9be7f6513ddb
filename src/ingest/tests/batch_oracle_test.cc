#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ingest/batch_builder.h"
#include "ingest/testing/line_generator.h"
#include "ingest/testing/slow_parser.h"

namespace influxdb3::ingest {
namespace {

using testing::GeneratorKnobs;
using testing::LineGenerator;
using testing::ParseSlowly;
using testing::ReadRows;
using testing::Rows;
using testing::SlowResult;

constexpr int64_t kNow = 1'700'000'000'123'456'789;

class BatchOracleTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  BatchOracleTest() : catalog_({10, 1000, 10000, 4096}) {}

  BuiltBatch Build(const std::string& body, bool allow_new_tags = false) {
    BatchRequest request;
    request.database = "db";
    request.precision = Precision::kNanosecond;
    request.allow_new_tags = allow_new_tags;
    request.received_at_ns = kNow;
    request.body = std::make_shared<const std::string>(body);
    return BuildBatch(request, *catalog_.state(), catalog_.limits());
  }

  void ExpectSameAsSlowParser(const std::string& body, bool allow_new_tags) {
    const SlowResult expected = ParseSlowly(body, kNow, allow_new_tags);
    const BuiltBatch built = Build(body, allow_new_tags);
    if (expected.line_count == 0) {
      EXPECT_EQ(built.status.message(), "incoming write was empty");
      return;
    }
    ASSERT_TRUE(built.status.ok()) << built.status.message();
    EXPECT_EQ(ReadRows(built, *catalog_.state()), expected.rows) << body;
    std::set<uint64_t> bad_lines;
    for (const LineError& error : built.line_errors) bad_lines.insert(error.line_number);
    EXPECT_EQ(bad_lines, expected.bad_lines) << body;
    EXPECT_EQ(built.lines_accepted + built.lines_rejected, expected.line_count) << body;
  }

  catalog::Catalog catalog_;
};

GeneratorKnobs KnobsOf(uint64_t seed) {
  GeneratorKnobs knobs;
  knobs.reorder_percent = seed % 3 == 0 ? 0 : 30;
  knobs.skip_percent = seed % 4 == 0 ? 0 : 25;
  knobs.escape_percent = seed % 5 == 0 ? 0 : 40;
  knobs.noise_percent = seed % 2 == 0 ? 0 : 15;
  knobs.table_count = 1 + static_cast<uint32_t>(seed % 4);
  knobs.tag_count = static_cast<uint32_t>(seed % 7);
  knobs.field_count = 1 + static_cast<uint32_t>(seed % 11);
  return knobs;
}

TEST_P(BatchOracleTest, GeneratedLinesComeBackAsTheyWereSent) {
  LineGenerator generator(GetParam(), KnobsOf(GetParam()));
  std::string body;
  Rows sent;
  for (int i = 0; i < 500; ++i) generator.AppendLine(&body, &sent);
  const BuiltBatch built = Build(body);
  ASSERT_TRUE(built.status.ok()) << built.status.message();
  ASSERT_TRUE(built.line_errors.empty())
      << built.line_errors[0].error_message << " in " << built.line_errors[0].original_line;
  EXPECT_EQ(ReadRows(built, *catalog_.state()), sent);
  ExpectSameAsSlowParser(body, false);
}

TEST_P(BatchOracleTest, DamagedLinesAreJudgedAsBySlowParser) {
  std::mt19937_64 random(GetParam());
  constexpr std::string_view kBytes = "\n\n,,==  \\\"\"\t\r#-+.eEiutf019a";
  for (int round = 0; round < 40; ++round) {
    LineGenerator generator(random(), KnobsOf(GetParam()));
    std::string body;
    Rows sent;
    for (int i = 0; i < 20; ++i) generator.AppendLine(&body, &sent);
    for (uint64_t damage = random() % 12; damage > 0; --damage) {
      const size_t at = random() % body.size();
      // Bytes of a character of several bytes stay together, for the body must be UTF-8.
      if (static_cast<unsigned char>(body[at]) >= 0x80) continue;
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0: body[at] = byte; break;
        case 1: body.erase(at, 1); break;
        default: {
          if (at > 0 && static_cast<unsigned char>(body[at - 1]) >= 0x80) continue;
          body.insert(at, 1, byte);
        }
      }
    }
    ExpectSameAsSlowParser(body, round % 2 == 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, BatchOracleTest, ::testing::Range<uint64_t>(1, 41));

}  // namespace
}  // namespace influxdb3::ingest
