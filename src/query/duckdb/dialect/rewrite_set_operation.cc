// UNION, INTERSECT and EXCEPT.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/list.hpp"

#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {

using duckdb::LogicalType;
using duckdb::QueryNode;
using duckdb::SetOperationType;

namespace {

using NodePtr = duckdb::unique_ptr<QueryNode>;

duckdb::unique_ptr<duckdb::SubqueryRef> InFrom(NodePtr node, const std::string& alias) {
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement), alias);
}

const char* NameOfSetOperation(SetOperationType type) {
  switch (type) {
    case SetOperationType::EXCEPT: return "EXCEPT";
    case SetOperationType::INTERSECT: return "INTERSECT";
    default: return "UNION";
  }
}

bool IsNumber(const std::string& type) {
  return type.rfind("Int", 0) == 0 || type.rfind("UInt", 0) == 0 || type.rfind("Float", 0) == 0;
}

/// What both sides of a UNION become, where that is not what the engine makes of them.
LogicalType CommonType(const std::string& left, const std::string& right,
                       const std::string& right_name) {
  const auto is = [&](const char* a, const char* b) {
    return (left == a && right == b) || (left == b && right == a);
  };
  if (is("Int64", "UInt64")) return LogicalType::DECIMAL(20, 0);
  if (is("Timestamp(ns)", "Utf8")) return LogicalType::TIMESTAMP_NS;
  if ((left == "Boolean" && IsNumber(right)) || (right == "Boolean" && IsNumber(left))) {
    throw SqlError(util::Status::InvalidArgument(fmt::format(
        "type_coercion\ncaused by\nError during planning: Incompatible inputs for Union: Previous "
        "inputs were of type {}, but got incompatible type {} on column '{}'",
        left, right, right_name)));
  }
  return LogicalType::INVALID;
}

/// SELECT over the node, with some of its columns cast.
NodePtr WithCasts(NodePtr node, const std::vector<OutputColumn>& columns,
                  const std::vector<LogicalType>& types, const std::string& alias) {
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  for (size_t i = 0; i < columns.size(); ++i) {
    ExpressionPtr item =
        duckdb::make_uniq<duckdb::ColumnRefExpression>(columns[i].engine_name, alias);
    if (types[i].id() != duckdb::LogicalTypeId::INVALID) item = CastTo(types[i], std::move(item));
    item->SetAlias(columns[i].engine_name);
    select->select_list.push_back(std::move(item));
  }
  select->from_table = InFrom(std::move(node), alias);
  return select;
}

/// Whether the rows are sorted by more than positions and names, which is all that a set operation
/// of the engine takes.
bool OrdersByExpressions(const QueryNode& node, const std::vector<OutputColumn>& columns) {
  for (const auto& modifier : node.modifiers) {
    if (modifier->type != duckdb::ResultModifierType::ORDER_MODIFIER) continue;
    for (const auto& order : modifier->Cast<duckdb::OrderModifier>().orders) {
      const std::string* name = BareName(*order.expression);
      const bool known =
          name != nullptr && std::any_of(columns.begin(), columns.end(),
                                         [&](const auto& column) { return column.name == *name; });
      if (!known && LiteralValue(*order.expression) == nullptr) return true;
    }
  }
  return false;
}

}  // namespace

/// INTERSECT ALL and EXCEPT ALL keep each row of the left side that has, or has not, an equal one
/// on the right, however often it is there.
void Rewriter::RewriteSetAll(NodePtr& node, const std::vector<OutputColumn>& left,
                             const std::vector<OutputColumn>& right) {
  auto& operation = node->Cast<duckdb::SetOperationNode>();
  const std::string left_alias = UniqueAlias("left");
  const std::string right_alias = UniqueAlias("right");
  auto join = duckdb::make_uniq<duckdb::JoinRef>(duckdb::JoinRefType::REGULAR);
  join->type = operation.setop_type == SetOperationType::EXCEPT ? duckdb::JoinType::ANTI
                                                                : duckdb::JoinType::SEMI;
  duckdb::vector<ExpressionPtr> equal;
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  for (size_t i = 0; i < left.size(); ++i) {
    ExpressionPtr column =
        duckdb::make_uniq<duckdb::ColumnRefExpression>(left[i].engine_name, left_alias);
    equal.push_back(
        Compare(duckdb::ExpressionType::COMPARE_NOT_DISTINCT_FROM, column->Copy(),
                duckdb::make_uniq<duckdb::ColumnRefExpression>(right[i].engine_name, right_alias)));
    column->SetAlias(left[i].engine_name);
    select->select_list.push_back(std::move(column));
  }
  join->condition = duckdb::make_uniq<duckdb::ConjunctionExpression>(
      duckdb::ExpressionType::CONJUNCTION_AND, std::move(equal));
  join->left = InFrom(std::move(operation.children[0]), left_alias);
  join->right = InFrom(std::move(operation.children[1]), right_alias);
  select->from_table = std::move(join);
  select->modifiers = std::move(operation.modifiers);
  select->cte_map = std::move(operation.cte_map);
  node = std::move(select);
}

/// Casts the columns of a UNION's sides that the engine would give another type.
void Rewriter::AlignUnion(duckdb::SetOperationNode& node,
                          std::vector<std::vector<OutputColumn>>& sides) {
  std::vector<OutputColumn>& first = sides[0];
  std::vector<LogicalType> types(first.size(), LogicalType::INVALID);
  bool any = false;
  for (size_t i = 0; i < first.size(); ++i) {
    std::string known = first[i].arrow_type;
    for (size_t side = 1; side < sides.size(); ++side) {
      const OutputColumn& other = sides[side][i];
      const LogicalType type = CommonType(known, other.arrow_type, other.name);
      if (type.id() != duckdb::LogicalTypeId::INVALID) types[i] = type;
      if (known == "Null") known = other.arrow_type;
    }
    const bool cast = types[i].id() != duckdb::LogicalTypeId::INVALID;
    any = any || cast;
    if (cast) first[i].iox_type.clear();
    if (types[i] == LogicalType::TIMESTAMP_NS) known = "Timestamp(ns)";
    if (cast && types[i] != LogicalType::TIMESTAMP_NS) known.clear();
    for (size_t side = 1; side < sides.size() && !cast; ++side) {
      if (sides[side][i].arrow_type != known) known.clear();
    }
    first[i].arrow_type = known;
  }
  if (!any) return;
  for (size_t side = 0; side < sides.size(); ++side) {
    node.children[side] =
        WithCasts(std::move(node.children[side]), sides[side], types, UniqueAlias("side"));
  }
}

std::vector<OutputColumn> Rewriter::RewriteSetOperation(NodePtr& node, const Scope* outer,
                                                        const CteScope* ctes) {
  auto& operation = node->Cast<duckdb::SetOperationNode>();
  const SetOperationType kind = operation.setop_type;
  std::vector<std::vector<OutputColumn>> sides;
  for (auto& child : operation.children) {
    sides.push_back(RewriteNode(child, outer, ctes));
    if (sides[0].size() != sides.back().size()) {
      ThrowPlanError(
          fmt::format("{} queries have different number of columns", NameOfSetOperation(kind)));
    }
  }
  if (kind == SetOperationType::UNION) {
    AlignUnion(operation, sides);
    for (size_t i = 0; i < sides[0].size(); ++i) {
      OutputColumn& column = sides[0][i];
      for (const auto& side : sides) column.nullable = column.nullable || side[i].nullable;
      column.qualifier.clear();
      column.display.clear();
    }
  } else if (operation.setop_all && kind != SetOperationType::UNION_BY_NAME) {
    RewriteSetAll(node, sides[0], sides[1]);
  }
  std::vector<OutputColumn> columns = std::move(sides[0]);
  Relation relation;
  relation.columns = columns;
  if (node->type == duckdb::QueryNodeType::SELECT_NODE || OrdersByExpressions(*node, columns)) {
    relation.engine_alias = UniqueAlias("rows");
    auto modifiers = std::move(node->modifiers);
    node->modifiers.clear();
    auto map = std::move(node->cte_map);
    node->cte_map = {};
    node = WithCasts(std::move(node), columns,
                     std::vector<LogicalType>(columns.size(), LogicalType::INVALID),
                     relation.engine_alias);
    node->modifiers = std::move(modifiers);
    node->cte_map = std::move(map);
  }
  Scope scope(outer);
  scope.Add(std::move(relation));
  ExpressionContext context;
  context.scope = &scope;
  context.ctes = ctes;
  RewriteModifiers(*node, context, columns);
  return columns;
}

}  // namespace influxdb3::query::sql
