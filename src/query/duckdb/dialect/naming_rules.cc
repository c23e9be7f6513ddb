#include "query/duckdb/dialect/naming_rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;

std::string NameOfLiteral(const Value& value) {
  if (value.IsNull()) return "NULL";
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN:
      return fmt::format("Boolean({})", duckdb::BooleanValue::Get(value) ? "true" : "false");
    case LogicalTypeId::VARCHAR:
      return fmt::format("Utf8(\"{}\")", duckdb::StringValue::Get(value));
    case LogicalTypeId::DOUBLE:
      return fmt::format("Float64({})", PlainNumber(value.GetValue<double>()));
    case LogicalTypeId::DECIMAL:
      return fmt::format("Float64({})", PlainNumber(ParseNumber(value.ToString())));
    case LogicalTypeId::HUGEINT: {
      uint64_t number = 0;
      const std::string digits = value.ToString();
      if (ParseUnsigned(digits, &number)) return fmt::format("UInt64({})", digits);
      return fmt::format("Float64({})", PlainNumber(ParseNumber(digits)));
    }
    case LogicalTypeId::UBIGINT: return fmt::format("UInt64({})", value.ToString());
    default: return fmt::format("Int64({})", value.ToString());
  }
}

std::string NameOfInterval(const IntervalParts& parts) {
  return fmt::format(
      "IntervalMonthDayNano(\"IntervalMonthDayNano {{ months: {}, days: {}, nanoseconds: {} }}\")",
      parts.months, parts.days, parts.nanos);
}

std::string_view OperatorSymbol(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> kSymbols[] = {
      {"~@~", "SIMILAR TO"},     {"!~@~", "NOT SIMILAR TO"},
      {"^", "BIT_XOR"},          {"~~", "LIKE"},
      {"!~~", "NOT LIKE"},       {"~~*", "ILIKE"},
      {"!~~*", "NOT ILIKE"},     {"<=>", "IS NOT DISTINCT FROM"},
      {"regexp_full_match", "~"}};
  for (const auto& [from, to] : kSymbols) {
    if (name == from) return to;
  }
  return name;
}

std::string_view ComparisonSymbol(ExpressionType type) {
  switch (type) {
    case ExpressionType::COMPARE_EQUAL: return "=";
    case ExpressionType::COMPARE_NOTEQUAL: return "!=";
    case ExpressionType::COMPARE_LESSTHAN: return "<";
    case ExpressionType::COMPARE_GREATERTHAN: return ">";
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return "<=";
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO: return ">=";
    case ExpressionType::COMPARE_DISTINCT_FROM: return "IS DISTINCT FROM";
    case ExpressionType::COMPARE_NOT_DISTINCT_FROM: return "IS NOT DISTINCT FROM";
    default: return "?";
  }
}

std::string_view NullTreatmentText(const bool* ignores_nulls) {
  if (ignores_nulls == nullptr) return "";
  return *ignores_nulls ? " IGNORE NULLS" : " RESPECT NULLS";
}

std::string ShownAggregate(std::string name) {
  return name == "count(*)" ? "count(Int64(1))" : name;
}

bool IsUnknownLiteral(const duckdb::ParsedExpression& expression) {
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::CAST) return false;
  const auto& cast = expression.Cast<duckdb::CastExpression>();
  const duckdb::Value* value = LiteralValue(*cast.child);
  return value != nullptr && value->IsNull() && cast.cast_type.ToString() == "BOOLEAN";
}

bool HasLocation(const ParsedExpression& expression) {
  return expression.query_location.IsValid();
}

std::string NameOfBinary(const duckdb::FunctionExpression& call) {
  const std::string* digits = LiteralText(*call.children[0]);
  std::string bytes;
  for (size_t i = 0; digits != nullptr && i + 1 < digits->size(); i += 2) {
    bytes += fmt::format("{}{}", bytes.empty() ? "" : ",",
                         std::strtoul(digits->substr(i, 2).c_str(), nullptr, 16));
  }
  return fmt::format("Binary(\"{}\")", bytes);
}

std::string CallName(const duckdb::FunctionExpression& call) {
  static constexpr std::string_view kPrefix = kKeptFunctionPrefix;
  std::string name = call.function_name;
  if (name.rfind(kPrefix, 0) == 0) name = name.substr(kPrefix.size());
  if (name == "count_star") return "count";
  if (name == "trim") return "btrim";
  if (name == "position" && call.function_name == name) return "strpos";
  if (name == "row" && call.function_name == name) return "struct";  // (1, 2)
  if (name == "substring") return "substr";
  if (name == "list_value" && call.schema == "main") return "make_array";
  return name;
}

const ParsedExpression* ListOfAny(const duckdb::SubqueryExpression& subquery) {
  if (!subquery.child || subquery.comparison_type != ExpressionType::COMPARE_EQUAL ||
      subquery.subquery->node->type != duckdb::QueryNodeType::SELECT_NODE) {
    return nullptr;
  }
  const auto& node = subquery.subquery->node->Cast<duckdb::SelectNode>();
  if (node.select_list.size() != 1 || HasLocation(*node.select_list[0]) ||
      node.select_list[0]->GetExpressionClass() != ExpressionClass::FUNCTION) {
    return nullptr;
  }
  const auto& call = node.select_list[0]->Cast<duckdb::FunctionExpression>();
  const std::string name = duckdb::StringUtil::Lower(call.function_name);
  return name == "unnest" && call.children.size() == 1 ? call.children[0].get() : nullptr;
}

std::string_view NegatedSymbol(const ParsedExpression& comparison, std::string_view sql) {
  if (!comparison.query_location.IsValid()) return {};
  const size_t at = comparison.query_location.GetIndex();
  if (at >= sql.size() || duckdb::StringUtil::Lower(std::string(sql.substr(at, 4))) != "not ") {
    return {};
  }
  return ComparisonSymbol(duckdb::NegateComparisonExpression(comparison.type));
}

int BindingStrength(const ParsedExpression& expression) {
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::CONJUNCTION:
      return expression.type == ExpressionType::CONJUNCTION_AND ? 10 : 5;
    case ExpressionClass::COMPARISON:
      return expression.type == ExpressionType::COMPARE_DISTINCT_FROM ||
                     expression.type == ExpressionType::COMPARE_NOT_DISTINCT_FROM
                 ? 0
                 : 20;
    case ExpressionClass::FUNCTION: break;
    default: return -1;
  }
  const auto& call = expression.Cast<duckdb::FunctionExpression>();
  if (!call.is_operator || call.children.size() != 2) return -1;
  const std::string& symbol = call.function_name;
  if (symbol == "+" || symbol == "-") return 30;
  if (symbol == "*" || symbol == "/" || symbol == "%") return 40;
  return symbol.find('~') == std::string::npos ? 0 : -1;
}

bool IsSecondName(std::string_view name) {
  static constexpr std::string_view kNames[] = {"array_cat",
                                                "array_contains",
                                                "array_empty",
                                                "array_extract",
                                                "array_indexof",
                                                "array_join",
                                                "array_push_back",
                                                "array_push_front",
                                                "arrays_overlap",
                                                "char_length",
                                                "covar",
                                                "current_timestamp",
                                                "date_format",
                                                "datepart",
                                                "datetrunc",
                                                "element_at",
                                                "ifnull",
                                                "instr",
                                                "length",
                                                "make_list",
                                                "mean",
                                                "pow",
                                                "quantile_cont",
                                                "row",
                                                "stddev_samp",
                                                "string_to_list",
                                                "substring_index",
                                                "today",
                                                "var_population",
                                                "var_samp",
                                                "var_sample"};
  return std::binary_search(std::begin(kNames), std::end(kNames), name) ||
         name.substr(0, 5) == "list_";
}

}  // namespace influxdb3::query::sql
