// What parsed expressions and queries are, before they are rewritten.
#include <algorithm>
#include <string_view>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/select_node.hpp"

#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/rewrite_rules.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;

bool IsAggregateCall(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::FUNCTION) return false;
  std::string name = expression.Cast<duckdb::FunctionExpression>().function_name;
  if (name == "count_star") return true;
  constexpr std::string_view kPrefix = kKeptFunctionPrefix;
  if (name.rfind(kPrefix, 0) == 0) name = name.substr(kPrefix.size());
  const FunctionEntry* entry = FindFunction(name);
  return entry != nullptr && entry->kind == FunctionKind::kAggregate;
}

bool HasAggregate(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::SUBQUERY) return false;
  if (IsAggregateCall(expression)) return true;
  bool found = false;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { found = found || HasAggregate(child); });
  return found;
}

bool YieldsOneRow(const duckdb::QueryNode& node) {
  if (node.type != duckdb::QueryNodeType::SELECT_NODE || !node.modifiers.empty()) return false;
  const auto& select = node.Cast<duckdb::SelectNode>();
  if (select.having || select.qualify || !select.groups.group_expressions.empty()) return false;
  if (std::any_of(select.select_list.begin(), select.select_list.end(),
                  [](const ExpressionPtr& item) { return HasAggregate(*item); })) {
    return true;
  }
  return !select.where_clause && select.from_table &&
         select.from_table->type == duckdb::TableReferenceType::EMPTY_FROM;
}

}  // namespace influxdb3::query::sql
