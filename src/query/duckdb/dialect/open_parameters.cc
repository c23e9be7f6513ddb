// Types of parameters that have no value, told by what stands beside them.
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::ParsedExpression;

/// INVALID for types that no parameter has.
LogicalType ParameterType(const std::string& arrow_type) {
  static constexpr std::pair<std::string_view, duckdb::LogicalTypeId> kTypes[] = {
      {"Int64", duckdb::LogicalTypeId::BIGINT},
      {"UInt64", duckdb::LogicalTypeId::UBIGINT},
      {"Float64", duckdb::LogicalTypeId::DOUBLE},
      {"Boolean", duckdb::LogicalTypeId::BOOLEAN},
      {"Utf8", duckdb::LogicalTypeId::VARCHAR},
      {"Dictionary(Int32, Utf8)", duckdb::LogicalTypeId::VARCHAR},
      {"Timestamp(ns)", duckdb::LogicalTypeId::TIMESTAMP_NS}};
  for (const auto& [text, type] : kTypes) {
    if (arrow_type == text) return LogicalType(type);
  }
  return LogicalType::INVALID;
}

bool IsText(std::string_view symbol) {
  return symbol == "||" || symbol.find('~') != std::string_view::npos || symbol == "LIKE" ||
         symbol == "ILIKE";
}

/// Notes the type of a parameter that has none yet; nothing for other expressions.
void SetOpenType(const ParsedExpression& expression, const LogicalType& type,
                 std::map<size_t, LogicalType>* types) {
  if (expression.GetExpressionClass() != ExpressionClass::PARAMETER) return;
  if (type.id() == duckdb::LogicalTypeId::INVALID) return;
  const std::string& identifier = expression.Cast<duckdb::ParameterExpression>().identifier;
  types->emplace(std::stoul(identifier.substr(1)), type);
}

}  // namespace

void Rewriter::InferOpenTypes(const ParsedExpression& expression,
                              const ExpressionContext& context) {
  const auto pair = [&](const ParsedExpression& left, const ParsedExpression& right) {
    SetOpenType(left, ParameterType(KnownType(right, context)), &open_types_);
    SetOpenType(right, ParameterType(KnownType(left, context)), &open_types_);
  };
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COMPARISON: {
      const auto& comparison = expression.Cast<duckdb::ComparisonExpression>();
      pair(*comparison.left, *comparison.right);
      break;
    }
    case ExpressionClass::BETWEEN: {
      const auto& between = expression.Cast<duckdb::BetweenExpression>();
      pair(*between.input, *between.lower);
      pair(*between.input, *between.upper);
      break;
    }
    case ExpressionClass::OPERATOR: {
      const auto& children = expression.Cast<duckdb::OperatorExpression>().children;
      if (expression.type == ExpressionType::OPERATOR_NOT) {
        SetOpenType(*children[0], LogicalType::BOOLEAN, &open_types_);
      }
      if (expression.type != ExpressionType::COMPARE_IN &&
          expression.type != ExpressionType::COMPARE_NOT_IN) {
        break;
      }
      for (size_t i = 1; i < children.size(); ++i) pair(*children[0], *children[i]);
      break;
    }
    case ExpressionClass::CONJUNCTION:
      for (const auto& child : expression.Cast<duckdb::ConjunctionExpression>().children) {
        SetOpenType(*child, LogicalType::BOOLEAN, &open_types_);
      }
      break;
    case ExpressionClass::FUNCTION: {
      const auto& call = expression.Cast<duckdb::FunctionExpression>();
      const bool matches = call.function_name == "regexp_full_match";
      if (call.children.size() != 2 || !(call.is_operator || matches)) break;
      pair(*call.children[0], *call.children[1]);
      if (!matches && !IsText(OperatorSymbol(call.function_name))) break;
      for (const auto& child : call.children)
        SetOpenType(*child, LogicalType::VARCHAR, &open_types_);
      break;
    }
    default: break;
  }
}

}  // namespace influxdb3::query::sql
