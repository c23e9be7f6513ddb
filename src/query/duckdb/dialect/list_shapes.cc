// Functions over lists that give no elements: sizes, dimensions, distance, text.
#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/growth.h"
#include "query/duckdb/dialect/list_elements.h"
#include "query/duckdb/dialect/number_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using duckdb::Vector;
using util::Status;

/// Computes a function over values, row by row.
template <class Compute>
void EachRow(DataChunk& arguments, Vector& result, Compute compute) {
  const idx_t rows = RowsToCompute(arguments, result);
  for (idx_t row = 0; row < rows; ++row) result.SetValue(row, compute(row));
}

/// How deep lists are nested in a type.
uint64_t Depth(const LogicalType& type) {
  return type.id() == LogicalTypeId::LIST ? 1 + Depth(duckdb::ListType::GetChildType(type)) : 0;
}

/// Sizes of a list, of its first element and so on.
std::vector<uint64_t> Dimensions(const Value& list) {
  std::vector<uint64_t> sizes;
  const Value* at = &list;
  while (at->type().id() == LogicalTypeId::LIST && !at->IsNull()) {
    const auto& elements = duckdb::ListValue::GetChildren(*at);
    sizes.push_back(elements.size());
    if (elements.empty()) break;
    at = &elements[0];
  }
  return sizes;
}

void RunDimensions(DataChunk& arguments, ExpressionState&, Vector& result) {
  EachRow(arguments, result, [&](idx_t row) {
    const std::vector<uint64_t> sizes = Dimensions(arguments.data[0].GetValue(row));
    if (sizes.empty() || sizes[0] == 0) return Value(result.GetType());
    duckdb::vector<Value> list;
    for (const uint64_t size : sizes) list.push_back(Value::UBIGINT(size));
    return Value::LIST(LogicalType::UBIGINT, std::move(list));
  });
}

void RunDepth(DataChunk& arguments, ExpressionState&, Vector& result) {
  const uint64_t depth = Depth(arguments.data[0].GetType());
  EachRow(arguments, result, [&](idx_t row) {
    return arguments.data[0].GetValue(row).IsNull() ? Value(LogicalType::UBIGINT)
                                                    : Value::UBIGINT(depth);
  });
}

void RunLength(DataChunk& arguments, ExpressionState&, Vector& result) {
  EachRow(arguments, result, [&](idx_t row) {
    const Value dimension = arguments.data[1].GetValue(row);
    const std::vector<uint64_t> sizes = Dimensions(arguments.data[0].GetValue(row));
    const int64_t index = dimension.IsNull() ? 0 : dimension.GetValue<int64_t>();
    if (index < 1 || static_cast<uint64_t>(index) > sizes.size()) {
      return Value(LogicalType::UBIGINT);
    }
    return Value::UBIGINT(sizes[static_cast<size_t>(index) - 1]);
  });
}

/// All the values in nested lists, taken as boxes of their first elements' sizes; entries of maps.
void RunCardinality(DataChunk& arguments, ExpressionState&, Vector& result) {
  EachRow(arguments, result, [&](idx_t row) {
    const Value value = arguments.data[0].GetValue(row);
    if (value.IsNull()) return Value(LogicalType::UBIGINT);
    if (value.type().id() == LogicalTypeId::MAP) {
      return Value::UBIGINT(duckdb::MapValue::GetChildren(value).size());
    }
    const std::vector<uint64_t> sizes = Dimensions(value);
    if (sizes.empty() || sizes[0] == 0) return Value(LogicalType::UBIGINT);
    uint64_t product = 1;
    for (const uint64_t size : sizes) product *= size;
    return Value::UBIGINT(product);
  });
}

void RunDistance(DataChunk& arguments, ExpressionState&, Vector& result) {
  EachRow(arguments, result, [&](idx_t row) {
    const Value left = arguments.data[0].GetValue(row);
    const Value right = arguments.data[1].GetValue(row);
    if (left.IsNull() || right.IsNull()) return Value(LogicalType::DOUBLE);
    const auto& from = duckdb::ListValue::GetChildren(left);
    const auto& to = duckdb::ListValue::GetChildren(right);
    if (from.size() != to.size()) {
      ThrowFromFunction(Status::Internal("Execution error: Both arrays must have the same length"));
    }
    double sum = -0.0;
    for (size_t i = 0; i < from.size(); ++i) {
      if (from[i].IsNull() || to[i].IsNull()) return Value(LogicalType::DOUBLE);
      const double distance = from[i].GetValue<double>() - to[i].GetValue<double>();
      sum += distance * distance;
    }
    return Value::DOUBLE(std::sqrt(sum));
  });
}

std::string ElementText(const Value& value) {
  switch (value.type().id()) {
    case LogicalTypeId::DOUBLE: return PlainNumber(value.GetValueUnsafe<double>());
    case LogicalTypeId::FLOAT:
      return PlainNumber(ParseNumber(CastNumber(value.GetValueUnsafe<float>())));
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT:
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::DATE: return value.ToString();
    default:
      ThrowFromFunction(Status::Unsupported(
          "This feature is not implemented: Unsupported data type in array_to_string: " +
          ArrowTypeText(value.type())));
  }
}

/// Joins the elements, those of nested lists too. Without `null_text` NULLs are left out.
void Join(const Value& list, const std::string& delimiter,
          const std::optional<std::string>& null_text, bool* first, GrowthBudget& budget,
          std::string* text) {
  for (const Value& element : duckdb::ListValue::GetChildren(list)) {
    if (!element.IsNull() && element.type().id() == LogicalTypeId::LIST) {
      Join(element, delimiter, null_text, first, budget, text);
      continue;
    }
    if (element.IsNull() && !null_text) continue;
    const std::string part = element.IsNull() ? *null_text : ElementText(element);
    budget.Take(1, part.size() + delimiter.size());
    if (!*first) *text += delimiter;
    *first = false;
    *text += part;
  }
}

void RunText(DataChunk& arguments, ExpressionState&, Vector& result) {
  GrowthBudget budget;
  EachRow(arguments, result, [&](idx_t row) {
    const Value list = arguments.data[0].GetValue(row);
    const Value delimiter = arguments.data[1].GetValue(row);
    if (list.IsNull() || delimiter.IsNull()) return Value(LogicalType::VARCHAR);
    std::optional<std::string> null_text;
    const Value given = arguments.data[2].GetValue(row);
    if (!given.IsNull()) null_text = duckdb::StringValue::Get(given);
    std::string text;
    bool first = true;
    Join(list, duckdb::StringValue::Get(delimiter), null_text, &first, budget, &text);
    return Value(text);
  });
}

/// The parts between delimiters; the characters for a delimiter that is NULL. Parts equal to
/// `null_text` are NULL.
void RunSplit(DataChunk& arguments, ExpressionState&, Vector& result) {
  EachRow(arguments, result, [&](idx_t row) {
    const Value given = arguments.data[0].GetValue(row);
    const Value delimiter_value = arguments.data[1].GetValue(row);
    const Value null_text = arguments.data[2].GetValue(row);
    if (given.IsNull()) return Value(result.GetType());
    const std::string& text = duckdb::StringValue::Get(given);
    duckdb::vector<Value> parts;
    const auto add = [&](const std::string& part) {
      const bool is_null = !null_text.IsNull() && duckdb::StringValue::Get(null_text) == part;
      parts.push_back(is_null ? Value(LogicalType::VARCHAR) : Value(part));
    };
    if (delimiter_value.IsNull()) {
      for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
        do ++end;
        while (end < text.size() && (text[end] & 0xC0) == 0x80);
        add(text.substr(begin, end - begin));
      }
      return Value::LIST(LogicalType::VARCHAR, std::move(parts));
    }
    const std::string& delimiter = duckdb::StringValue::Get(delimiter_value);
    size_t begin = 0;
    if (!delimiter.empty()) {
      for (size_t at = 0; (at = text.find(delimiter, begin)) != std::string::npos;) {
        add(text.substr(begin, at - begin));
        begin = at + delimiter.size();
      }
    }
    add(text.substr(begin));
    return Value::LIST(LogicalType::VARCHAR, std::move(parts));
  });
}

/// The first argument may be any list, the others are as the function says.
duckdb::unique_ptr<duckdb::FunctionData> BindAnyList(duckdb::ClientContext&,
                                                     duckdb::ScalarFunction& function,
                                                     BoundArguments& arguments) {
  LogicalType type = LogicalType::NormalizeType(arguments[0]->return_type);
  if (type.id() == LogicalTypeId::SQLNULL) type = LogicalType::LIST(LogicalType::BIGINT);
  const bool map = type.id() == LogicalTypeId::MAP && function.name == "iox_cardinality";
  if (type.id() != LogicalTypeId::LIST && !map) {
    ThrowFromFunction(Status::Internal(fmt::format("Execution error: {} does not support type '{}'",
                                                   function.name.substr(4), ArrowTypeText(type))));
  }
  function.arguments[0] = type;
  return nullptr;
}

void Register(duckdb::ExtensionLoader& loader, const std::string& name,
              duckdb::vector<LogicalType> arguments, const LogicalType& result,
              duckdb::scalar_function_t run) {
  const bool any = arguments[0].id() == LogicalTypeId::ANY;
  duckdb::ScalarFunction function(name, std::move(arguments), result, std::move(run),
                                  any ? BindAnyList : nullptr);
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(std::move(function));
}

}  // namespace

void RegisterListShapes(duckdb::ExtensionLoader& loader) {
  const LogicalType count = LogicalType::UBIGINT;
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType numbers = LogicalType::LIST(LogicalType::DOUBLE);
  Register(loader, "iox_array_dims", {LogicalType::ANY}, LogicalType::LIST(count), RunDimensions);
  Register(loader, "iox_array_ndims", {LogicalType::ANY}, count, RunDepth);
  Register(loader, "iox_array_length", {LogicalType::ANY, LogicalType::BIGINT}, count, RunLength);
  Register(loader, "iox_cardinality", {LogicalType::ANY}, count, RunCardinality);
  Register(loader, "iox_array_distance", {numbers, numbers}, LogicalType::DOUBLE, RunDistance);
  Register(loader, "iox_array_to_string", {LogicalType::ANY, text, text}, text, RunText);
  Register(loader, "iox_string_to_array", {text, text, text}, LogicalType::LIST(text), RunSplit);
}

}  // namespace influxdb3::query::sql
