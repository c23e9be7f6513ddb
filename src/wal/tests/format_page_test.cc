// The worked examples of docs/format/wal.md are what the code writes and reads.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "wal/object_format.h"
#include "wal/record.h"
#include "wal/segment_format.h"

namespace influxdb3::wal {
namespace {

/// The bytes of the page's code blocks: hexadecimal pairs up to three spaces.
std::vector<std::string> ExampleBytes() {
  std::ifstream page(INFLUXDB3_WAL_PAGE);
  EXPECT_TRUE(page.good());
  std::string line;
  std::vector<std::string> blocks;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line == "```") {
      inside = !inside;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      std::istringstream pairs(line.substr(0, line.find("   ")));
      std::string pair;
      while (pairs >> pair) blocks.back() += static_cast<char>(std::stoi(pair, nullptr, 16));
    }
  }
  return blocks;
}

std::string Hex(const std::string& bytes) {
  std::string hex;
  char pair[4];
  for (unsigned char byte : bytes) {
    std::snprintf(pair, sizeof(pair), "%02x ", byte);
    hex += pair;
  }
  return hex;
}

TEST(FormatPage, ExamplesAreWhatTheCodeWrites) {
  Record record;
  record.ops = {model::CreateDatabaseOp{util::DbId(1), "a", std::nullopt, 0}};
  const std::string payload = EncodeRecord(record).value();
  std::string segment = EncodeSegmentHeader(1);
  AppendFrame(1, 1, payload, PayloadHash(payload), &segment);
  const std::vector<std::string> examples = ExampleBytes();
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_EQ(Hex(segment), Hex(examples[0]));

  const std::string object =
      EncodeObject({{1, payload, PayloadHash(payload)}}, "0123456789abcdef", kObjectOpensWriter);
  EXPECT_EQ(Hex(object.substr(0, kObjectHeaderBytes)), Hex(examples[1]));
  EXPECT_EQ(object.substr(kObjectHeaderBytes), segment.substr(kSegmentHeaderBytes));
}

}  // namespace
}  // namespace influxdb3::wal
