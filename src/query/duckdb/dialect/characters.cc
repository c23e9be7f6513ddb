// Functions over the characters of a text, where DuckDB's differ: case, trimming, order, distance.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/text_vector.h"
#include "query/duckdb/dialect/unicode_case.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;
using util::Status;

/// Where the character that starts at `at` ends.
size_t CharacterEnd(std::string_view text, size_t at) {
  do ++at;
  while (at < text.size() && !StartsCharacter(text[at]));
  return at;
}
/// Where the character that ends at `end` starts.
size_t CharacterStart(std::string_view text, size_t end) {
  do --end;
  while (end > 0 && !StartsCharacter(text[end]));
  return end;
}

std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (size_t at = 0; at < text.size();) {
    const size_t end = CharacterEnd(text, at);
    characters.push_back(text.substr(at, end - at));
    at = end;
  }
  return characters;
}

template <std::string (*change)(std::string_view)>
void RunChange(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<string_t, string_t>(
      arguments.data[0], result, arguments.size(),
      [&](string_t text) { return Store(result, change(View(text))); });
}

/// ASCII texts, which most are, are written in place.
template <std::string (*change)(std::string_view), char first, char last>
void RunCase(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<string_t, string_t>(
      arguments.data[0], result, arguments.size(), [&](string_t text) {
        const std::string_view from = View(text);
        unsigned char seen = 0;
        for (const char c : from) seen |= static_cast<unsigned char>(c);
        if (seen >= 0x80) return Store(result, change(from));
        string_t changed = StringVector::EmptyString(result, from.size());
        char* out = changed.GetDataWriteable();
        for (size_t i = 0; i < from.size(); ++i) {
          const bool other_case = from[i] >= first && from[i] <= last;
          out[i] = static_cast<char>(other_case ? from[i] ^ 0x20 : from[i]);
        }
        changed.Finalize();
        return changed;
      });
}

std::string Reversed(std::string_view text) {
  std::string reversed;
  reversed.reserve(text.size());
  for (size_t end = text.size(); end > 0;) {
    const size_t start = CharacterStart(text, end);
    reversed += text.substr(start, end - start);
    end = start;
  }
  return reversed;
}

/// Without what stands in `unwanted` at the ends asked for.
template <bool left, bool right>
std::string_view Trimmed(std::string_view text, std::string_view unwanted) {
  while (left && !text.empty()) {
    const size_t end = CharacterEnd(text, 0);
    if (unwanted.find(text.substr(0, end)) == std::string_view::npos) break;
    text.remove_prefix(end);
  }
  while (right && !text.empty()) {
    const size_t start = CharacterStart(text, text.size());
    if (unwanted.find(text.substr(start)) == std::string_view::npos) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

template <bool left, bool right>
void RunTrim(DataChunk& arguments, ExpressionState&, Vector& result) {
  if (arguments.ColumnCount() == 1) {
    duckdb::UnaryExecutor::Execute<string_t, string_t>(
        arguments.data[0], result, arguments.size(),
        [&](string_t text) { return Store(result, Trimmed<left, right>(View(text), " ")); });
    return;
  }
  duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](string_t text, string_t unwanted) {
        return Store(result, Trimmed<left, right>(View(text), View(unwanted)));
      });
}

template <bool left, bool right>
void RegisterTrim(duckdb::ExtensionLoader& loader, const char* name) {
  const LogicalType text = LogicalType::VARCHAR;
  ScalarFunctionSet set(name);
  set.AddFunction(ScalarFunction({text}, text, RunTrim<left, right>));
  set.AddFunction(ScalarFunction({text, text}, text, RunTrim<left, right>));
  loader.RegisterFunction(set);
}

/// How many characters must be added, removed or replaced.
int32_t Distance(std::string_view from, std::string_view to) {
  const std::vector<std::string_view> a = Characters(from);
  const std::vector<std::string_view> b = Characters(to);
  std::vector<int32_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = static_cast<int32_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int32_t diagonal = row[0];
    row[0] = static_cast<int32_t>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int32_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

void RunDistance(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<string_t, string_t, int32_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [](string_t a, string_t b) { return Distance(View(a), View(b)); });
}

/// Characters of `from` become those of `to` in the same place; without one there they vanish. Of
/// a character that stands in `from` twice the last place counts.
std::string Translated(std::string_view text, std::string_view from, std::string_view to) {
  const std::vector<std::string_view> replacements = Characters(to);
  std::unordered_map<std::string_view, std::string_view> mapping;
  size_t index = 0;
  for (const std::string_view character : Characters(from)) {
    mapping[character] = index < replacements.size() ? replacements[index] : std::string_view();
    ++index;
  }
  std::string translated;
  for (const std::string_view character : Characters(text)) {
    const auto found = mapping.find(character);
    translated += found == mapping.end() ? character : found->second;
  }
  return translated;
}

void RunTranslate(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::TernaryExecutor::Execute<string_t, string_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](string_t text, string_t from, string_t to) {
        return Store(result, Translated(View(text), View(from), View(to)));
      });
}

void RunCharacter(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, string_t>(
      arguments.data[0], result, arguments.size(), [&](int64_t number) {
        if (number < 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF)) {
          ThrowFromFunction(Status::Internal(
              fmt::format("Execution error: invalid Unicode scalar value: {}", number)));
        }
        std::string text;
        AppendCodePoint(text, static_cast<uint32_t>(number));
        return Store(result, text);
      });
}

template <class T>
void RunHex(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<T, string_t>(
      arguments.data[0], result, arguments.size(),
      [&](T number) { return Store(result, fmt::format("{:x}", static_cast<uint64_t>(number))); });
}

}  // namespace

void RegisterCharacters(duckdb::ExtensionLoader& loader) {
  const LogicalType text = LogicalType::VARCHAR;
  loader.RegisterFunction(ScalarFunction("iox_upper", {text}, text, RunCase<UpperCase, 'a', 'z'>));
  loader.RegisterFunction(ScalarFunction("iox_lower", {text}, text, RunCase<LowerCase, 'A', 'Z'>));
  loader.RegisterFunction(ScalarFunction("iox_initcap", {text}, text, RunChange<CapitalizedWords>));
  loader.RegisterFunction(ScalarFunction("iox_reverse", {text}, text, RunChange<Reversed>));
  RegisterTrim<true, true>(loader, "iox_btrim");
  RegisterTrim<true, false>(loader, "iox_ltrim");
  RegisterTrim<false, true>(loader, "iox_rtrim");
  loader.RegisterFunction(
      ScalarFunction("iox_levenshtein", {text, text}, LogicalType::INTEGER, RunDistance));
  loader.RegisterFunction(ScalarFunction("iox_translate", {text, text, text}, text, RunTranslate));
  loader.RegisterFunction(ScalarFunction("iox_chr", {LogicalType::BIGINT}, text, RunCharacter));
  ScalarFunctionSet hex("iox_to_hex");
  hex.AddFunction(ScalarFunction({LogicalType::BIGINT}, text, RunHex<int64_t>));
  hex.AddFunction(ScalarFunction({LogicalType::UBIGINT}, text, RunHex<uint64_t>));
  loader.RegisterFunction(hex);
}

}  // namespace influxdb3::query::sql
