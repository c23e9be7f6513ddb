#pragma once

#include <string>
#include <utility>

#include "duckdb.hpp"
#include "duckdb/parser/expression/list.hpp"

namespace influxdb3::query::sql {

using ExpressionPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;

inline ExpressionPtr Literal(duckdb::Value value) {
  return duckdb::make_uniq<duckdb::ConstantExpression>(std::move(value));
}
inline ExpressionPtr Literal(const char* text) {
  return Literal(duckdb::Value(std::string(text)));
}

inline ExpressionPtr CastTo(const duckdb::LogicalType& type, ExpressionPtr child,
                            bool try_cast = false) {
  return duckdb::make_uniq<duckdb::CastExpression>(type, std::move(child), try_cast);
}

inline void AppendTo(duckdb::vector<ExpressionPtr>&) {}
template <class... Rest>
void AppendTo(duckdb::vector<ExpressionPtr>& list, ExpressionPtr first, Rest... rest) {
  list.push_back(std::move(first));
  AppendTo(list, std::move(rest)...);
}

inline ExpressionPtr CallList(const std::string& name, duckdb::vector<ExpressionPtr> arguments) {
  return duckdb::make_uniq<duckdb::FunctionExpression>(name, std::move(arguments));
}
template <class... Arguments>
ExpressionPtr Call(const std::string& name, Arguments... arguments) {
  duckdb::vector<ExpressionPtr> list;
  AppendTo(list, std::move(arguments)...);
  return CallList(name, std::move(list));
}

inline ExpressionPtr Compare(duckdb::ExpressionType type, ExpressionPtr left, ExpressionPtr right) {
  return duckdb::make_uniq<duckdb::ComparisonExpression>(type, std::move(left), std::move(right));
}

template <class... Arguments>
ExpressionPtr Operator(duckdb::ExpressionType type, Arguments... arguments) {
  duckdb::vector<ExpressionPtr> list;
  AppendTo(list, std::move(arguments)...);
  return duckdb::make_uniq<duckdb::OperatorExpression>(type, std::move(list));
}

inline ExpressionPtr Case(ExpressionPtr condition, ExpressionPtr then, ExpressionPtr otherwise) {
  auto result = duckdb::make_uniq<duckdb::CaseExpression>();
  duckdb::CaseCheck check;
  check.when_expr = std::move(condition);
  check.then_expr = std::move(then);
  result->case_checks.push_back(std::move(check));
  result->else_expr = std::move(otherwise);
  return result;
}

/// The value of a literal, or null for any other expression.
inline const duckdb::Value* LiteralValue(const duckdb::ParsedExpression& expression) {
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::CONSTANT) return nullptr;
  return &expression.Cast<duckdb::ConstantExpression>().value;
}
/// The text of a string literal, or null.
inline const std::string* LiteralText(const duckdb::ParsedExpression& expression) {
  const duckdb::Value* value = LiteralValue(expression);
  if (value == nullptr || value->IsNull() || value->type().id() != duckdb::LogicalTypeId::VARCHAR) {
    return nullptr;
  }
  return &duckdb::StringValue::Get(*value);
}

}  // namespace influxdb3::query::sql
