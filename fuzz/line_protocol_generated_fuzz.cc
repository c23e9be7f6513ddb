// The input turns the knobs of a generator of good lines: the rows read back are the rows sent,
// from one write and from the same lines cut into several.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "ingest/batch_builder.h"
#include "ingest/testing/line_generator.h"
#include "util/check.h"

namespace influxdb3 {
namespace {

struct Input {
  uint64_t seed = 0;
  uint8_t reorder = 0;
  uint8_t skip = 0;
  uint8_t escape = 0;
  uint8_t repeat = 0;
  uint8_t noise = 0;
  uint8_t tables = 0;
  uint8_t tags = 0;
  uint8_t fields = 0;
  uint8_t lines = 0;
  uint8_t writes = 0;
};

ingest::testing::GeneratorKnobs KnobsOf(const Input& input) {
  ingest::testing::GeneratorKnobs knobs;
  knobs.reorder_percent = input.reorder % 101;
  knobs.skip_percent = input.skip % 101;
  knobs.escape_percent = input.escape % 101;
  knobs.repeat_percent = input.repeat % 101;
  knobs.noise_percent = input.noise % 101;
  knobs.table_count = 1 + input.tables % 8;
  knobs.tag_count = input.tags % 16;
  knobs.field_count = 1 + input.fields % 40;
  return knobs;
}

void Write(std::string body, catalog::Catalog* catalog, ingest::testing::Rows* stored) {
  ingest::BatchRequest request;
  request.database = "db";
  request.precision = ingest::Precision::kNanosecond;
  request.body = std::make_shared<const std::string>(std::move(body));
  const auto before = catalog->state();
  const ingest::BuiltBatch built = ingest::BuildBatch(request, *before, catalog->limits());
  CHECK(built.status.ok());
  CHECK(built.line_errors.empty());
  for (auto& [table, rows] : ingest::testing::ReadRows(built, *before)) {
    auto& all = (*stored)[table];
    all.insert(all.end(), rows.begin(), rows.end());
  }
  CHECK(catalog->ApplyLogged(built.ops).ok());
}

}  // namespace
}  // namespace influxdb3

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace influxdb3;
  Input input;
  if (size > 0) std::memcpy(&input, data, std::min(size, sizeof(input)));
  ingest::testing::LineGenerator generator(input.seed, KnobsOf(input));
  catalog::Catalog catalog({10, 1000, 10000, 4096});
  ingest::testing::Rows sent, stored;
  for (int write = 0; write <= input.writes % 4; ++write) {
    std::string body;
    for (int line = 0; line <= input.lines % 64; ++line) generator.AppendLine(&body, &sent);
    Write(std::move(body), &catalog, &stored);
  }
  CHECK(sent == stored);
  return 0;
}
