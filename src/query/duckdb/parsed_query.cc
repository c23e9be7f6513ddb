#include "query/duckdb/parsed_query.h"

#include <utility>

#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/comparison_expression.hpp"
#include "duckdb/parser/expression/conjunction_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/operator_expression.hpp"
#include "duckdb/parser/expression/subquery_expression.hpp"
#include "duckdb/parser/query_node/set_operation_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"

namespace influxdb3::query::parsed {
namespace {

using duckdb::ExpressionType;

ExpressionPtr Join(ExpressionType type, std::vector<ExpressionPtr> terms) {
  if (terms.empty()) return nullptr;
  if (terms.size() == 1) return std::move(terms[0]);
  duckdb::vector<ExpressionPtr> children;
  for (ExpressionPtr& term : terms) children.push_back(std::move(term));
  return duckdb::make_uniq<duckdb::ConjunctionExpression>(type, std::move(children));
}

ExpressionPtr Timestamp(int64_t ns) {
  return Constant(duckdb::Value::TIMESTAMPNS(duckdb::timestamp_ns_t(ns)));
}

}  // namespace

ExpressionPtr Column(const std::string& name) {
  return duckdb::make_uniq<duckdb::ColumnRefExpression>(name);
}

ExpressionPtr Constant(duckdb::Value value) {
  return duckdb::make_uniq<duckdb::ConstantExpression>(std::move(value));
}

ExpressionPtr Compare(ExpressionType type, ExpressionPtr left, ExpressionPtr right) {
  return duckdb::make_uniq<duckdb::ComparisonExpression>(type, std::move(left), std::move(right));
}

ExpressionPtr Call(const std::string& function, std::vector<ExpressionPtr> arguments) {
  duckdb::vector<ExpressionPtr> children;
  for (ExpressionPtr& argument : arguments) children.push_back(std::move(argument));
  return duckdb::make_uniq<duckdb::FunctionExpression>(function, std::move(children));
}

ExpressionPtr All(std::vector<ExpressionPtr> terms) {
  return Join(ExpressionType::CONJUNCTION_AND, std::move(terms));
}

ExpressionPtr Any(std::vector<ExpressionPtr> terms) {
  return Join(ExpressionType::CONJUNCTION_OR, std::move(terms));
}

ExpressionPtr Not(ExpressionPtr term) {
  return duckdb::make_uniq<duckdb::OperatorExpression>(ExpressionType::OPERATOR_NOT,
                                                       std::move(term));
}

ExpressionPtr Named(ExpressionPtr expression, const std::string& name) {
  expression->SetAlias(name);
  return expression;
}

ExpressionPtr InRange(const std::string& column, const model::TimeRange& range) {
  const model::TimeRange all = model::TimeRange::All();
  std::vector<ExpressionPtr> terms;
  if (range.min_ns != all.min_ns) {
    terms.push_back(Compare(ExpressionType::COMPARE_GREATERTHANOREQUALTO, Column(column),
                            Timestamp(range.min_ns)));
  }
  if (range.max_ns != all.max_ns) {
    terms.push_back(Compare(ExpressionType::COMPARE_LESSTHANOREQUALTO, Column(column),
                            Timestamp(range.max_ns)));
  }
  return All(std::move(terms));
}

ExpressionPtr IsIn(ExpressionPtr value, NodePtr node) {
  auto in = duckdb::make_uniq<duckdb::SubqueryExpression>();
  in->subquery_type = duckdb::SubqueryType::ANY;
  in->comparison_type = ExpressionType::COMPARE_EQUAL;
  in->child = std::move(value);
  in->subquery = duckdb::make_uniq<duckdb::SelectStatement>();
  in->subquery->node = std::move(node);
  return in;
}

void GroupBy(const std::vector<std::string>& names, duckdb::SelectNode* node) {
  if (names.empty()) return;
  duckdb::GroupingSet all;
  for (const std::string& name : names) {
    all.insert(node->groups.group_expressions.size());
    node->groups.group_expressions.push_back(Column(name));
  }
  node->groups.grouping_sets.push_back(std::move(all));
}

NodePtr UnionAll(std::vector<NodePtr> nodes) {
  if (nodes.size() == 1) return std::move(nodes[0]);
  auto all = duckdb::make_uniq<duckdb::SetOperationNode>();
  all->setop_type = duckdb::SetOperationType::UNION;
  all->setop_all = true;
  for (NodePtr& node : nodes) all->children.push_back(std::move(node));
  return all;
}

RefPtr Subquery(NodePtr node) {
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement));
}

}  // namespace influxdb3::query::parsed
