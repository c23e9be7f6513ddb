// String functions DuckDB lacks or counts differently.
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/growth.h"

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

std::string_view View(const string_t& text) {
  return {text.GetData(), text.GetSize()};
}

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
  const int64_t end = start > INT64_MAX - count ? INT64_MAX : start + count;
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

void RunCapitalize(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<string_t, string_t>(
      arguments.data[0], result, arguments.size(), [&](string_t text) {
        std::string copy(View(text));
        bool inside = false;
        for (char& c : copy) {
          const auto byte = static_cast<unsigned char>(c);
          if (byte < 0x80) c = static_cast<char>(inside ? std::tolower(byte) : std::toupper(byte));
          inside = std::isalnum(byte) || byte >= 0x80;
        }
        return StringVector::AddString(result, copy);
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
    parts.push_back(text);
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

std::string Overlay(std::string_view text, std::string_view with, int64_t start, int64_t count) {
  const size_t begin = CharacterOffset(text, start - 1);
  const std::string_view rest = text.substr(begin);
  return std::string(text.substr(0, begin)) + std::string(with) +
         std::string(rest.substr(CharacterOffset(rest, count)));
}

int64_t CharacterCount(std::string_view text) {
  int64_t count = 0;
  for (char c : text) count += (c & 0xC0) != 0x80;
  return count;
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

duckdb::unique_ptr<duckdb::FunctionData> BindToBinary(duckdb::ClientContext&,
                                                      ScalarFunction& function,
                                                      BoundArguments& arguments) {
  const bool blob = arguments[0]->return_type.id() == duckdb::LogicalTypeId::BLOB;
  function.arguments = {blob ? LogicalType::BLOB : LogicalType::VARCHAR};
  function.return_type = LogicalType::BLOB;
  // Text is its own bytes.
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
    result.Reinterpret(chunk.data[0]);
  };
  return nullptr;
}

}  // namespace

void RegisterText(duckdb::ExtensionLoader& loader) {
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType integer = LogicalType::BIGINT;
  ScalarFunctionSet substring("iox_substr");
  substring.AddFunction(ScalarFunction({text, integer}, text, RunSubstring));
  substring.AddFunction(ScalarFunction({text, integer, integer}, text, RunSubstring));
  loader.RegisterFunction(substring);
  loader.RegisterFunction(ScalarFunction("iox_initcap", {text}, text, RunCapitalize));
  loader.RegisterFunction(
      ScalarFunction("iox_find_in_set", {text, text}, LogicalType::INTEGER, RunFindInSet));
  loader.RegisterFunction(
      ScalarFunction("iox_substr_index", {text, text, integer}, text, RunPartBefore));
  loader.RegisterFunction(ScalarFunction("iox_split_part", {text, text, integer}, text, RunPartAt));
  ScalarFunctionSet overlay("iox_overlay");
  overlay.AddFunction(ScalarFunction({text, text, integer}, text, RunOverlay));
  overlay.AddFunction(ScalarFunction({text, text, integer, integer}, text, RunOverlay));
  loader.RegisterFunction(overlay);
  loader.RegisterFunction(Polymorphic("iox_to_binary", 1, BindToBinary));
  RegisterGrowth(loader);
}

}  // namespace influxdb3::query::sql
