// String functions DuckDB lacks or counts differently.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/growth.h"
#include "query/duckdb/dialect/text_vector.h"

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

/// Byte offset of the character at `index`, or the size.
size_t CharacterOffset(std::string_view text, int64_t index) {
  size_t at = 0;
  for (; index > 0 && at < text.size(); --index) {
    do ++at;
    while (at < text.size() && (text[at] & 0xC0) == 0x80);
  }
  return at;
}

/// Positions before the first character count but hold nothing.
std::string_view Substring(std::string_view text, int64_t start, int64_t count) {
  int64_t end = INT64_MAX;
  if (count != INT64_MAX && __builtin_add_overflow(start, count, &end)) end = INT64_MAX;
  const int64_t first = start < 1 ? 1 : start;
  if (end <= first) return {};
  const size_t begin = CharacterOffset(text, first - 1);
  const std::string_view rest = text.substr(begin);
  return rest.substr(0, CharacterOffset(rest, end - first));
}

void RunSubstring(DataChunk& arguments, ExpressionState&, Vector& result) {
  if (arguments.ColumnCount() == 2) {
    duckdb::BinaryExecutor::Execute<string_t, int64_t, string_t>(
        arguments.data[0], arguments.data[1], result, arguments.size(),
        [&](string_t text, int64_t start) {
          return StringVector::AddString(
              result, string_t(std::string(Substring(View(text), start, INT64_MAX))));
        });
    return;
  }
  duckdb::TernaryExecutor::Execute<string_t, int64_t, int64_t, string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](string_t text, int64_t start, int64_t count) {
        if (count < 0) {
          ThrowFromFunction(Status::Internal(
              "Execution error: negative substring length not allowed: substr(<str>, " +
              std::to_string(start) + ", " + std::to_string(count) + ")"));
        }
        return StringVector::AddString(result, std::string(Substring(View(text), start, count)));
      });
}

void RunFindInSet(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<string_t, string_t, int32_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [](string_t wanted, string_t set) {
        const std::string_view list = View(set);
        int32_t position = 1;
        for (size_t begin = 0; begin <= list.size(); ++position) {
          size_t end = list.find(',', begin);
          if (end == std::string_view::npos) end = list.size();
          if (list.substr(begin, end - begin) == View(wanted)) return position;
          begin = end + 1;
        }
        return 0;
      });
}

/// The part at a position counted from 1, from the end when negative; empty when there is none.
std::string_view PartAt(std::string_view text, std::string_view delimiter, int64_t position) {
  if (position == 0) {
    ThrowFromFunction(Status::Internal("Execution error: field position must not be zero"));
  }
  std::vector<std::string_view> parts;
  if (delimiter.empty()) {
    // Nothing is found before the text, between its characters and behind it.
    parts.emplace_back();
    for (size_t at = 0; at < text.size();) {
      const size_t end = at + CharacterOffset(text.substr(at), 1);
      parts.push_back(text.substr(at, end - at));
      at = end;
    }
    parts.emplace_back();
  } else {
    size_t begin = 0;
    for (size_t at = 0; (at = text.find(delimiter, begin)) != std::string_view::npos;) {
      parts.push_back(text.substr(begin, at - begin));
      begin = at + delimiter.size();
    }
    parts.push_back(text.substr(begin));
  }
  const auto count = static_cast<int64_t>(parts.size());
  const int64_t index = position > 0 ? position - 1 : position + count;
  return index >= 0 && index < count ? parts[static_cast<size_t>(index)] : std::string_view();
}

void RunPartAt(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::TernaryExecutor::Execute<string_t, string_t, int64_t, string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](string_t text, string_t delimiter, int64_t position) {
        return StringVector::AddString(result,
                                       std::string(PartAt(View(text), View(delimiter), position)));
      });
}

/// Everything before (after, counted from the end) the nth delimiter.
std::string_view PartBefore(std::string_view text, std::string_view delimiter, int64_t count) {
  if (delimiter.empty() || count == 0) return {};
  if (count > 0) {
    size_t at = 0;
    while (true) {
      at = text.find(delimiter, at);
      if (at == std::string_view::npos) return text;
      if (--count == 0) return text.substr(0, at);
      at += delimiter.size();
    }
  }
  size_t end = text.size();
  while (end >= delimiter.size()) {
    const size_t at = text.rfind(delimiter, end - delimiter.size());
    if (at == std::string_view::npos) return text;
    if (++count == 0) return text.substr(at + delimiter.size());
    end = at;
  }
  return text;
}

void RunPartBefore(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::TernaryExecutor::Execute<string_t, string_t, int64_t, string_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [&](string_t text, string_t delimiter, int64_t count) {
        return StringVector::AddString(result,
                                       std::string(PartBefore(View(text), View(delimiter), count)));
      });
}

int64_t CharacterCount(std::string_view text) {
  int64_t count = 0;
  for (char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

/// The reference takes the places for bytes but compares them with the number of characters.
std::string Overlay(std::string_view text, std::string_view with, int64_t start, int64_t count) {
  const int64_t characters = CharacterCount(text);
  const auto at = [&](int64_t byte) {
    const auto index = static_cast<size_t>(byte);
    const bool inside = byte >= 0 && index < text.size();
    if (!inside || (text[index] & 0xC0) == 0x80) {
      ThrowFromFunction(Status::Internal(
          "Execution error: overlay would cut a text within a character or outside of it"));
    }
    return index;
  };
  std::string result;
  if (start > 1 && start - 1 < characters) result += text.substr(0, at(start - 1));
  result += with;
  int64_t end = 0;
  if (!__builtin_add_overflow(start, count - 1, &end) && end < characters) {
    result += text.substr(at(end));
  }
  return result;
}

void RunOverlay(DataChunk& arguments, ExpressionState&, Vector& result) {
  const size_t columns = arguments.ColumnCount();
  std::vector<duckdb::UnifiedVectorFormat> formats(columns);
  for (size_t i = 0; i < columns; ++i) {
    arguments.data[i].ToUnifiedFormat(arguments.size(), formats[i]);
  }
  const auto text_at = [&](size_t column, duckdb::idx_t row) {
    return View(duckdb::UnifiedVectorFormat::GetData<string_t>(
        formats[column])[formats[column].sel->get_index(row)]);
  };
  const auto number_at = [&](size_t column, duckdb::idx_t row) {
    return duckdb::UnifiedVectorFormat::GetData<int64_t>(
        formats[column])[formats[column].sel->get_index(row)];
  };
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<string_t>(result);
  for (duckdb::idx_t row = 0; row < arguments.size(); ++row) {
    bool valid = true;
    for (const auto& format : formats) {
      valid = valid && format.validity.RowIsValid(format.sel->get_index(row));
    }
    if (!valid) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    const std::string_view with = text_at(1, row);
    const int64_t count = columns == 4 ? number_at(3, row) : CharacterCount(with);
    out[row] =
        StringVector::AddString(result, Overlay(text_at(0, row), with, number_at(2, row), count));
  }
}

}  // namespace

void RegisterText(duckdb::ExtensionLoader& loader) {
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType integer = LogicalType::BIGINT;
  ScalarFunctionSet substring("iox_substr");
  substring.AddFunction(ScalarFunction({text, integer}, text, RunSubstring));
  substring.AddFunction(ScalarFunction({text, integer, integer}, text, RunSubstring));
  loader.RegisterFunction(substring);
  loader.RegisterFunction(
      ScalarFunction("iox_find_in_set", {text, text}, LogicalType::INTEGER, RunFindInSet));
  loader.RegisterFunction(
      ScalarFunction("iox_substr_index", {text, text, integer}, text, RunPartBefore));
  loader.RegisterFunction(ScalarFunction("iox_split_part", {text, text, integer}, text, RunPartAt));
  ScalarFunctionSet overlay("iox_overlay");
  overlay.AddFunction(ScalarFunction({text, text, integer}, text, RunOverlay));
  overlay.AddFunction(ScalarFunction({text, text, integer, integer}, text, RunOverlay));
  loader.RegisterFunction(overlay);
  RegisterGrowth(loader);
}

}  // namespace influxdb3::query::sql
