#include "query/duckdb/dialect/gap_fill_bounds.h"

#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ParsedExpression;

bool IsScalar(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::COLUMN_REF ||
      expression.GetExpressionClass() == ExpressionClass::SUBQUERY) {
    return false;
  }
  bool scalar = true;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { scalar = scalar && IsScalar(child); });
  return scalar;
}

/// The later of several conditions counts, whichever is the tighter one: so does the reference.
void SetBound(ExpressionPtr& bound, const char* which, const ParsedExpression& value,
              int64_t step) {
  if (!IsScalar(value)) {
    throw SqlError(util::Status::InvalidArgument(fmt::format(
        "{}validate time range\ncaused by\nError during planning: {} time bound for gap "
        "fill query must evaluate to a scalar",
        kGapFillContext, which)));
  }
  ExpressionPtr nanos = Call(
      "iox_ns", CastTo(duckdb::LogicalType(duckdb::LogicalTypeId::TIMESTAMP_NS), value.Copy()));
  bound = step == 0 ? std::move(nanos)
                    : Call("iox_add", std::move(nanos), Literal(duckdb::Value::BIGINT(step)));
}

void AddComparison(ExpressionType type, const ParsedExpression& value, TimeBounds* bounds) {
  switch (type) {
    case ExpressionType::COMPARE_GREATERTHAN: SetBound(bounds->lower, "lower", value, 1); break;
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      SetBound(bounds->lower, "lower", value, 0);
      break;
    case ExpressionType::COMPARE_LESSTHAN: SetBound(bounds->upper, "upper", value, -1); break;
    case ExpressionType::COMPARE_LESSTHANOREQUALTO:
      SetBound(bounds->upper, "upper", value, 0);
      break;
    default: break;
  }
}

/// Whether the expression is the column, cast to other timestamps or not.
bool IsTimeColumn(const ParsedExpression& expression, const ParsedExpression& column) {
  if (expression.GetExpressionClass() != ExpressionClass::CAST) return expression.Equals(column);
  const auto& cast = expression.Cast<duckdb::CastExpression>();
  return cast.cast_type.IsTemporal() && IsTimeColumn(*cast.child, column);
}

void AddCondition(const ParsedExpression& condition, const ParsedExpression& column,
                  TimeBounds* bounds) {
  if (condition.type == ExpressionType::CONJUNCTION_AND) {
    for (const auto& child : condition.Cast<duckdb::ConjunctionExpression>().children) {
      AddCondition(*child, column, bounds);
    }
    return;
  }
  if (condition.GetExpressionClass() == ExpressionClass::BETWEEN) {
    const auto& between = condition.Cast<duckdb::BetweenExpression>();
    if (!IsTimeColumn(*between.input, column)) return;
    SetBound(bounds->lower, "lower", *between.lower, 0);
    SetBound(bounds->upper, "upper", *between.upper, 0);
    return;
  }
  if (condition.GetExpressionClass() != ExpressionClass::COMPARISON) return;
  const auto& comparison = condition.Cast<duckdb::ComparisonExpression>();
  if (IsTimeColumn(*comparison.left, column)) {
    AddComparison(comparison.type, *comparison.right, bounds);
  } else if (IsTimeColumn(*comparison.right, column)) {
    AddComparison(duckdb::FlipComparisonExpression(comparison.type), *comparison.left, bounds);
  }
}

using CteQueries = std::map<std::string, const duckdb::QueryNode*>;

/// The query that a relation stands for; null for tables.
const duckdb::QueryNode* QueryOf(const duckdb::TableRef& from, const CteQueries& ctes) {
  if (from.type == duckdb::TableReferenceType::SUBQUERY) {
    return from.Cast<duckdb::SubqueryRef>().subquery->node.get();
  }
  if (from.type != duckdb::TableReferenceType::BASE_TABLE) return nullptr;
  const auto found = ctes.find(from.Cast<duckdb::BaseTableRef>().table_name);
  return found == ctes.end() ? nullptr : found->second;
}

/// Follows a column into the query it comes from.
void AddFromBelow(const duckdb::TableRef& from, const ParsedExpression& column,
                  const CteQueries& ctes, TimeBounds* bounds) {
  if (column.GetExpressionClass() != ExpressionClass::COLUMN_REF) return;
  const auto& names = column.Cast<duckdb::ColumnRefExpression>().column_names;
  const duckdb::QueryNode* node = QueryOf(from, ctes);
  if (node == nullptr || names.size() != 2 || names[0] != from.alias) return;
  if (node->type != duckdb::QueryNodeType::SELECT_NODE) return;
  const auto& select = node->Cast<duckdb::SelectNode>();
  for (const auto& item : select.select_list) {
    if (item->GetAlias() != names[1]) continue;
    const ExpressionPtr source = item->Copy();
    source->ClearAlias();
    if (select.where_clause) AddCondition(*select.where_clause, *source, bounds);
    if (select.from_table) AddFromBelow(*select.from_table, *source, ctes, bounds);
  }
}

}  // namespace

TimeBounds FindTimeBounds(const ParsedExpression* where, const duckdb::TableRef& from,
                          const ParsedExpression& column, const CteQueries& ctes) {
  TimeBounds bounds;
  if (where != nullptr) AddCondition(*where, column, &bounds);
  AddFromBelow(from, column, ctes, &bounds);
  return bounds;
}

}  // namespace influxdb3::query::sql
