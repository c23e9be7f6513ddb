// Predicates of row deletions: nothing crashes, and what was understood, written down again in
// quotes, is understood as the same. A misread predicate would delete other rows.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/row_deletion.h"

namespace {

std::string Quoted(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + quote;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto conditions = influxdb3::ingest::ParseDeletePredicate(text);
  if (!conditions.ok()) {
    if (conditions.status().message().empty()) std::abort();
    return 0;
  }
  std::string again;
  for (const auto& [name, value] : *conditions) {
    if (!again.empty()) again += " AND ";
    again += Quoted(name, '"') + " = " + Quoted(value, '\'');
  }
  const auto read_again = influxdb3::ingest::ParseDeletePredicate(again);
  // The longer form may pass the limit of bytes.
  if (!read_again.ok()) {
    if (again.size() <= size) std::abort();
    return 0;
  }
  if (*read_again != *conditions) std::abort();
  return 0;
}
