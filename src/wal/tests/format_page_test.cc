// The worked example of docs/format/wal.md is what the code writes and reads.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "wal/record.h"
#include "wal/segment_format.h"

namespace influxdb3::wal {
namespace {

/// The bytes of the last code block of the page: hexadecimal pairs up to three spaces.
std::string ExampleBytes() {
  std::ifstream page(INFLUXDB3_WAL_PAGE);
  EXPECT_TRUE(page.good());
  std::string line;
  std::string block;
  std::string last_block;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line == "```") {
      if (inside) last_block = block;
      block.clear();
      inside = !inside;
    } else if (inside) {
      block += line.substr(0, line.find("   ")) + " ";
    }
  }
  std::istringstream pairs(last_block);
  std::string bytes;
  std::string pair;
  while (pairs >> pair) bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
  return bytes;
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

TEST(FormatPage, ExampleIsWhatTheCodeWrites) {
  Record record;
  record.ops = {model::CreateDatabaseOp{util::DbId(1), "a", std::nullopt, 0}};
  const std::string payload = EncodeRecord(record).value();
  std::string segment = EncodeSegmentHeader(1);
  AppendFrame(1, 1, payload, PayloadHash(payload), &segment);
  EXPECT_EQ(Hex(segment), Hex(ExampleBytes()));
}

}  // namespace
}  // namespace influxdb3::wal
