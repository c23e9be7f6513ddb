#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "ingest/testing/batch_rows.h"

namespace influxdb3::ingest::testing {

/// What a body says when it is the first write to a database, nanosecond timestamps, found without
/// any code of the write path: slow, plain, the other opinion.
struct SlowResult {
  Rows rows;
  uint64_t line_count = 0;
  std::set<uint64_t> bad_lines;
};

SlowResult ParseSlowly(std::string_view body, int64_t received_at_ns, bool allow_new_tags);

}  // namespace influxdb3::ingest::testing
