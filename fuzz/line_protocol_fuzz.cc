// Any bytes: nothing crashes, the normal form of every good line is stable, and the write path
// stores exactly the rows that the slow parser of the tests finds.

#include <memory>
#include <set>
#include <string>

#include "ingest/batch_builder.h"
#include "ingest/testing/slow_parser.h"
#include "protocol/line_protocol/line_reader.h"
#include "protocol/line_protocol/parser.h"
#include "protocol/line_protocol/utf8.h"
#include "util/check.h"

namespace influxdb3 {
namespace {

constexpr int64_t kNow = 1'700'000'000'123'456'789;

void CheckNormalForms(std::string_view body) {
  line_protocol::LineReader reader(body);
  line_protocol::ParsedLine parsed;
  std::string_view line;
  while (reader.Next(&line)) {
    CHECK(line.data() >= body.data() && line.data() + line.size() <= body.data() + body.size());
    const util::Status status = line_protocol::ParseLine(line, &parsed);
    CHECK(status.ok() || !status.message().empty());
    if (!status.ok()) continue;
    std::string once, twice;
    line_protocol::AppendLine(parsed, &once);
    line_protocol::ParsedLine again;
    CHECK(line_protocol::ParseLine(once, &again).ok());
    CHECK(again.tags.size() == parsed.tags.size());
    CHECK(again.fields.size() == parsed.fields.size());
    CHECK(again.timestamp == parsed.timestamp);
    line_protocol::AppendLine(again, &twice);
    CHECK(once == twice);
  }
}

void CheckBatch(const std::string& body, bool allow_new_tags) {
  const catalog::Catalog catalog({10, 1000, 10000, 4096});
  ingest::BatchRequest request;
  request.database = "db";
  request.precision = ingest::Precision::kNanosecond;
  request.allow_new_tags = allow_new_tags;
  request.received_at_ns = kNow;
  request.body = std::make_shared<const std::string>(body);
  const auto before = catalog.state();
  const ingest::BuiltBatch built = ingest::BuildBatch(request, *before, catalog.limits());
  const ingest::testing::Rows rows = ingest::testing::ReadRows(built, *before);
  if (line_protocol::FindUtf8Fault(body)) {
    CHECK(!built.status.ok());
    return;
  }
  const auto expected = ingest::testing::ParseSlowly(body, kNow, allow_new_tags);
  CHECK(built.status.ok() == (expected.line_count > 0));
  CHECK(rows == expected.rows);
  CHECK(built.lines_rejected == expected.bad_lines.size());
  CHECK(built.lines_accepted + built.lines_rejected == expected.line_count);
  for (const ingest::LineError& error : built.line_errors) {
    CHECK(expected.bad_lines.contains(error.line_number));
  }
}

}  // namespace
}  // namespace influxdb3

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  influxdb3::CheckNormalForms(body);
  influxdb3::CheckBatch(body, size % 2 == 0);
  return 0;
}
