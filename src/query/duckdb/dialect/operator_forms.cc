// Operators that the grammar leaves in another form than users wrote.
#include <string>

#include <fmt/format.h>

#include "query/duckdb/dialect/rewriter.h"

namespace influxdb3::query::sql {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;

const ParsedExpression* BooleanTestOperand(const ParsedExpression& expression, std::string* test) {
  if (expression.GetExpressionClass() != ExpressionClass::COMPARISON) return nullptr;
  const auto& comparison = expression.Cast<duckdb::ComparisonExpression>();
  const bool distinct = comparison.type == ExpressionType::COMPARE_DISTINCT_FROM;
  if (!distinct && comparison.type != ExpressionType::COMPARE_NOT_DISTINCT_FROM) return nullptr;
  const Value* value = LiteralValue(*comparison.right);
  if (value == nullptr || value->type().id() != LogicalTypeId::BOOLEAN) return nullptr;
  if (comparison.left->GetExpressionClass() != ExpressionClass::CAST ||
      comparison.left->query_location.IsValid()) {
    return nullptr;
  }
  *test = fmt::format("IS {}{}", distinct ? "NOT " : "",
                      duckdb::BooleanValue::Get(*value) ? "TRUE" : "FALSE");
  return comparison.left->Cast<duckdb::CastExpression>().child.get();
}

bool IsListConstructor(const duckdb::ParsedExpression& expression) {
  if (expression.type == ExpressionType::ARRAY_CONSTRUCTOR) return true;
  if (expression.GetExpressionClass() != ExpressionClass::FUNCTION) return false;
  const std::string& name = expression.Cast<duckdb::FunctionExpression>().function_name;
  return name == "list_value" || name == "make_array" || name == "make_list";
}

std::string NameOfListOperator(const duckdb::FunctionExpression& call) {
  const std::string& symbol = call.function_name;
  if (symbol == "@>" || symbol == "<@") return "array_has_all";
  if (symbol != "||") return {};
  const bool left = IsListConstructor(*call.children[0]);
  const bool right = IsListConstructor(*call.children[1]);
  if (left && right) return "array_concat";
  return left ? "array_append" : right ? "array_prepend" : "";
}

}  // namespace influxdb3::query::sql
