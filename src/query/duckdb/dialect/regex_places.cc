// regexp_instr: where a match begins.
#include <string>

#include "duckdb/common/re2_regex.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/regex_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Value;
using util::Status;

/// How many characters begin in the first `bytes` of the text.
int64_t Characters(const std::string& text, size_t bytes) {
  int64_t count = 0;
  for (size_t i = 0; i < bytes && i < text.size(); ++i) count += (text[i] & 0xC0) != 0x80;
  return count;
}

/// Where the character `index` begins, counted from 0; npos when there are fewer.
size_t Offset(const std::string& text, int64_t index) {
  size_t at = 0;
  for (; at < text.size() && index > 0; --index) {
    do ++at;
    while (at < text.size() && (text[at] & 0xC0) == 0x80);
  }
  return index > 0 ? std::string::npos : at;
}

[[noreturn]] void Refuse(const char* what) {
  ThrowFromFunction(
      Status::Internal(std::string("Arrow error: Compute error: regexp_instr() requires ") + what));
}

struct Place {
  int64_t start = 1;
  int64_t nth = 1;
  int64_t group = 0;
};

/// The place of a match's group, counted from 1; 0 when there is none.
int64_t FindPlace(const std::string& text, const std::string& pattern, const Place& wanted) {
  const size_t from = Offset(text, wanted.start - 1);
  if (from == std::string::npos) return 0;
  // Without the flag DuckDB's wrapper ignores case.
  const duckdb_re2::Regex regex("(?-i)" + pattern);
  auto matches = duckdb_re2::RegexFindAll(text.substr(from), regex);
  if (matches.size() < static_cast<size_t>(wanted.nth)) return 0;
  auto& match = matches[static_cast<size_t>(wanted.nth) - 1];
  if (static_cast<size_t>(wanted.group) >= match.groups.size()) return 0;
  return wanted.start +
         Characters(text.substr(from), match.position(static_cast<uint64_t>(wanted.group)));
}

void RunPlace(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  for (idx_t row = 0; row < arguments.size(); ++row) {
    Value cells[6];
    bool null = false;
    for (size_t i = 0; i < 6; ++i) {
      cells[i] = arguments.data[i].GetValue(row);
      null = null || cells[i].IsNull();
    }
    if (null) {
      result.SetValue(row, Value(LogicalType::BIGINT));
      continue;
    }
    const Place wanted{cells[2].GetValue<int64_t>(), cells[3].GetValue<int64_t>(),
                       cells[5].GetValue<int64_t>()};
    if (wanted.start < 1) Refuse("start to be 1-based");
    if (wanted.nth < 1) Refuse("N to be 1 or greater");
    if (wanted.group < 0) Refuse("subexpr to be 0 or greater");
    const std::string pattern =
        EnginePattern(duckdb::StringValue::Get(cells[1]), duckdb::StringValue::Get(cells[4]));
    result.SetValue(row,
                    Value::BIGINT(FindPlace(duckdb::StringValue::Get(cells[0]), pattern, wanted)));
  }
}

}  // namespace

void RegisterRegexPlaces(duckdb::ExtensionLoader& loader) {
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType integer = LogicalType::BIGINT;
  duckdb::ScalarFunction place("iox_regexp_instr", {text, text, integer, integer, text, integer},
                               integer, RunPlace);
  place.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  place.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(place);
}

}  // namespace influxdb3::query::sql
