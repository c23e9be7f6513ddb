// Query nodes: SELECT lists, GROUP BY, ORDER BY, LIMIT.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/gap_fill.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ParsedExpression;
using duckdb::QueryNodeType;
using duckdb::Value;
using util::Status;

/// An integer literal of any width, cut to what fits.
int64_t WholeNumber(const Value& value) {
  Value narrow;
  std::string error;
  if (value.DefaultTryCastAs(duckdb::LogicalType::BIGINT, narrow, &error)) {
    return narrow.GetValue<int64_t>();
  }
  return value.ToString()[0] == '-' ? INT64_MIN : INT64_MAX;
}

/// The 1-based position a literal in ORDER BY or GROUP BY stands for; 0 for other expressions.
int64_t Ordinal(const ParsedExpression& expression) {
  const Value* value = LiteralValue(expression);
  if (value == nullptr || value->IsNull() || !value->type().IsIntegral()) return 0;
  return WholeNumber(*value);
}
bool IsOrdinal(const ParsedExpression& expression) {
  if (AsBoundParameter(expression) != nullptr) return false;
  const Value* value = LiteralValue(expression);
  return value != nullptr && !value->IsNull() && value->type().IsIntegral();
}

/// A constant that is none of the positions that the engine too reads integers as.
void HidePosition(ExpressionPtr& expression) {
  const BoundParameter* parameter = AsBoundParameter(*expression);
  if (parameter == nullptr) return;
  const duckdb::LogicalType type = parameter->value.type();
  expression = CastTo(type, std::move(expression));
}

const std::string* BareName(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::COLUMN_REF) return nullptr;
  const auto& column = expression.Cast<duckdb::ColumnRefExpression>();
  return column.column_names.size() == 1 ? &column.column_names[0] : nullptr;
}

bool HasWindow(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::WINDOW) return true;
  bool found = false;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { found = found || HasWindow(child); });
  return found;
}

}  // namespace

Rewriter::Rewriter(TableResolver& resolver, std::vector<const ParameterValue*> parameters,
                   GrammarText text, int64_t now_ns)
    : resolver_(resolver),
      parameters_(std::move(parameters)),
      text_(std::move(text)),
      now_ns_(now_ns) {}

std::vector<OutputColumn> Rewriter::RewriteQuery(duckdb::unique_ptr<Node>& node) {
  return RewriteNode(node, nullptr, nullptr);
}

std::vector<OutputColumn> Rewriter::RewriteNode(duckdb::unique_ptr<Node>& node, const Scope* outer,
                                                const CteScope* ctes) {
  BindParameters(*node);
  CteScope own_ctes;
  own_ctes.outer = ctes;
  DefineCtes(*node, outer, own_ctes);
  switch (node->type) {
    case QueryNodeType::SELECT_NODE:
      return RewriteSelect(node->Cast<duckdb::SelectNode>(), outer, &own_ctes);
    case QueryNodeType::SET_OPERATION_NODE:
      return RewriteSetOperation(node->Cast<duckdb::SetOperationNode>(), outer, &own_ctes);
    default: ThrowUnsupported("this form of WITH");
  }
}

std::vector<OutputColumn> Rewriter::RewriteSelect(duckdb::SelectNode& node, const Scope* outer,
                                                  const CteScope* ctes) {
  Scope scope(outer);
  RewriteFrom(node.from_table, scope, outer, ctes);
  node.sample.reset();  // The reference parses TABLESAMPLE and ignores it.
  ExpressionContext context;
  context.scope = &scope;
  context.ctes = ctes;
  if (node.where_clause) {
    RefuseAggregates(*node.where_clause);
    CheckFilter(*node.where_clause, context);
    RefuseGapCalls(*node.where_clause);
    Rewrite(node.where_clause, context);
  }
  context.groups_nullable = node.groups.grouping_sets.size() > 1;
  std::vector<SelectItem> items = BindSelectList(node, context);
  CheckUniqueNames(items);
  context.items = &items;
  GroupGapFillByAll(node, items);
  CheckGrouping(node, context);
  Scope filled_scope(outer);
  const bool gap_fill = FindGapFill(node, context);
  if (gap_fill) {
    RewriteGapFill(node, context, filled_scope, items);
  } else {
    RewriteGroups(node, context);
  }
  if (node.having) {
    ExpressionContext having = context;
    having.alias_use = AliasUse::kAfterColumns;
    Rewrite(node.having, having);
    if (gap_fill) node.where_clause = std::move(node.having);
  }
  if (node.qualify) {
    bool windows = HasWindow(*node.qualify);
    for (const SelectItem& item : items) windows = windows || HasWindow(*item.original);
    if (!windows) {
      ThrowPlanError(
          "QUALIFY clause requires window functions in the SELECT list or QUALIFY clause");
    }
    ExpressionContext qualify = context;
    qualify.alias_use = AliasUse::kAfterColumns;
    Rewrite(node.qualify, qualify);
  }
  std::vector<OutputColumn> columns(items.size());
  for (size_t i = 0; i < items.size(); ++i) columns[i] = items[i].output;
  CheckDistinctOrder(node, context);
  RewriteModifiers(node, context, columns);
  return EmitSelectList(node, items);
}

std::vector<SelectItem> Rewriter::BindSelectList(duckdb::SelectNode& node,
                                                 const ExpressionContext& context) {
  std::vector<SelectItem> items;
  for (ExpressionPtr& expression : node.select_list) {
    if (expression->GetExpressionClass() == ExpressionClass::STAR) {
      ExpandStar(expression->Cast<duckdb::StarExpression>(), context, items);
      continue;
    }
    SelectItem item;
    item.aliased = expression->HasAlias();
    const OutputColumn* plain = PlainColumn(*expression, context);
    if (item.aliased) {
      item.name = expression->GetAlias();
      item.display = fmt::format("{} AS {}", NameOf(*expression, context, true), item.name);
      item.output.name = item.name;
    } else {
      const std::string name = NameOf(*expression, context);
      item.display = NameOf(*expression, context, true);
      item.name = name;
      item.output.name = plain != nullptr ? plain->name : name;
    }
    if (plain != nullptr) item.output.iox_type = plain->iox_type;
    item.output.arrow_type = KnownType(*expression, context);
    item.output.nullable = IsNullable(*expression, context);
    expression->ClearAlias();
    item.original = expression->Copy();
    item.expression = std::move(expression);
    Rewrite(item.expression, context);
    item.expression->ClearAlias();
    items.push_back(std::move(item));
  }
  return items;
}

void Rewriter::ExpandStar(duckdb::StarExpression& star, const ExpressionContext& context,
                          std::vector<SelectItem>& items) {
  if (star.columns || star.expr) ThrowUnsupported("COLUMNS expressions");
  const std::vector<Relation>& relations = context.scope->relations();
  const Relation* only =
      star.relation_name.empty() ? nullptr : &context.scope->ResolveRelation(star.relation_name);
  if (only == nullptr && relations.empty())
    ThrowPlanError("SELECT * with no tables specified is not valid");
  std::set<std::string> merged_seen;
  std::set<std::string> excluded;
  for (const auto& name : star.exclude_list) excluded.insert(name.column);
  for (const Relation& relation : relations) {
    if (only != nullptr && only != &relation) continue;
    for (const OutputColumn& column : relation.columns) {
      const bool merged = only == nullptr && context.scope->IsMerged(column.name);
      if (merged && !merged_seen.insert(column.name).second) continue;
      if (excluded.count(column.name) > 0) continue;
      SelectItem item;
      item.name = DisplayColumn(relation, column);
      item.display = item.name;
      item.output = column;
      item.output.nullable = column.nullable || context.groups_nullable;
      item.original = duckdb::make_uniq<duckdb::ColumnRefExpression>([&] {
        duckdb::vector<std::string> parts(relation.qualifier.begin(), relation.qualifier.end());
        if (merged) parts.clear();
        parts.push_back(column.name);
        return parts;
      }());
      const auto replaced = star.replace_list.find(column.name);
      if (replaced != star.replace_list.end()) {
        item.output.iox_type.clear();
        item.output.arrow_type = KnownType(*replaced->second, context);
        item.output.nullable = IsNullable(*replaced->second, context);
        item.original = replaced->second->Copy();
        item.expression = replaced->second->Copy();
        Rewrite(item.expression, context);
        item.expression->ClearAlias();
      } else if (merged) {
        item.expression = duckdb::make_uniq<duckdb::ColumnRefExpression>(column.engine_name);
      } else {
        item.expression = duckdb::make_uniq<duckdb::ColumnRefExpression>(column.engine_name,
                                                                         relation.engine_alias);
      }
      items.push_back(std::move(item));
    }
  }
}

void Rewriter::CheckUniqueNames(const std::vector<SelectItem>& items) const {
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto [first, inserted] = seen.emplace(items[i].name, i);
    if (inserted) continue;
    ThrowPlanError(
        fmt::format("Projections require unique expression names but the expression \"{}\" at "
                    "position {} and \"{}\" at position {} have the same name. Consider aliasing "
                    "(\"AS\") one of them.",
                    items[first->second].display, first->second, items[i].display, i));
  }
}

std::vector<OutputColumn> Rewriter::EmitSelectList(duckdb::SelectNode& node,
                                                   std::vector<SelectItem>& items) {
  std::vector<OutputColumn> columns(items.size());
  for (size_t i = 0; i < items.size(); ++i) columns[i] = items[i].output;
  AssignEngineNames(columns);
  node.select_list.clear();
  for (size_t i = 0; i < items.size(); ++i) {
    items[i].expression->SetAlias(columns[i].engine_name);
    node.select_list.push_back(std::move(items[i].expression));
  }
  return columns;
}

/// The item a group expression names by position or alias; null when it is an expression.
const SelectItem* Rewriter::GroupedItem(const ParsedExpression& group,
                                        const ExpressionContext& context, size_t* position) const {
  const std::vector<SelectItem>& items = *context.items;
  if (IsOrdinal(group)) {
    const int64_t ordinal = Ordinal(group);
    if (ordinal < 1 || ordinal > static_cast<int64_t>(items.size())) {
      ThrowPlanError(fmt::format(
          "Cannot find column with position {} in SELECT clause. Valid columns: 1 to {}", ordinal,
          items.size()));
    }
    *position = static_cast<size_t>(ordinal);
    return &items[*position - 1];
  }
  const std::string* name = BareName(group);
  ResolvedColumn found;
  if (name == nullptr) return nullptr;
  // An own column wins over an alias, an alias over a column of the query around this one.
  const auto& own = context.scope->relations();
  if (context.scope->TryResolve({*name}, &found) && found.relation >= own.data() &&
      found.relation < own.data() + own.size()) {
    return nullptr;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].aliased && items[i].name == *name) {
      *position = i + 1;
      return &items[i];
    }
  }
  return nullptr;
}

void Rewriter::RewriteGroups(duckdb::SelectNode& node, const ExpressionContext& context) {
  ExpressionContext own = context;
  own.alias_use = AliasUse::kAfterColumns;
  for (ExpressionPtr& group : node.groups.group_expressions) {
    size_t position = 0;
    if (GroupedItem(*group, context, &position) != nullptr) {
      group = Literal(Value::INTEGER(static_cast<int32_t>(position)));
    } else {
      Rewrite(group, own);
      HidePosition(group);
      group->ClearAlias();
    }
  }
}

void Rewriter::RewriteModifiers(Node& node, const ExpressionContext& context,
                                const std::vector<OutputColumn>& columns) {
  ExpressionContext own = context;
  own.alias_use = AliasUse::kBeforeColumns;
  for (auto& modifier : node.modifiers) {
    switch (modifier->type) {
      case duckdb::ResultModifierType::ORDER_MODIFIER:
        RewriteOrders(modifier->Cast<duckdb::OrderModifier>().orders, own, &columns);
        break;
      case duckdb::ResultModifierType::LIMIT_MODIFIER: {
        auto& limit = modifier->Cast<duckdb::LimitModifier>();
        RewriteLimit(limit.limit, "LIMIT", "eliminate_limit", context);
        RewriteLimit(limit.offset, "OFFSET", limit.limit ? "push_down_limit" : "eliminate_limit",
                     context);
        break;
      }
      case duckdb::ResultModifierType::DISTINCT_MODIFIER:
        for (auto& target : modifier->Cast<duckdb::DistinctModifier>().distinct_on_targets) {
          Rewrite(target, own);
        }
        break;
      case duckdb::ResultModifierType::LIMIT_PERCENT_MODIFIER: ThrowUnsupported("LIMIT in percent");
    }
  }
}

void Rewriter::RewriteOrders(duckdb::vector<duckdb::OrderByNode>& orders,
                             const ExpressionContext& context,
                             const std::vector<OutputColumn>* columns) {
  for (duckdb::OrderByNode& order : orders) {
    if (order.type == duckdb::OrderType::ORDER_DEFAULT) order.type = duckdb::OrderType::ASCENDING;
    if (order.null_order == duckdb::OrderByNullType::ORDER_DEFAULT) {
      order.null_order = order.type == duckdb::OrderType::DESCENDING
                             ? duckdb::OrderByNullType::NULLS_FIRST
                             : duckdb::OrderByNullType::NULLS_LAST;
    }
    if (columns != nullptr && IsOrdinal(*order.expression)) {
      const int64_t position = Ordinal(*order.expression);
      if (position < 1) ThrowPlanError("Order by index starts at 1 for column indexes");
      if (position > static_cast<int64_t>(columns->size())) {
        ThrowPlanError(fmt::format("Order by column out of bounds, specified: {}, max: {}",
                                   position, columns->size()));
      }
      continue;
    }
    const std::string* name = BareName(*order.expression);
    if (columns != nullptr && name != nullptr) {
      const auto found = std::find_if(columns->begin(), columns->end(),
                                      [&](const OutputColumn& c) { return c.name == *name; });
      if (found != columns->end()) {
        order.expression =
            Literal(Value::INTEGER(static_cast<int32_t>(found - columns->begin()) + 1));
        continue;
      }
    }
    Rewrite(order.expression, context);
    HidePosition(order.expression);
    order.expression->ClearAlias();
  }
}

void Rewriter::RewriteLimit(ExpressionPtr& limit, const char* what, const char* rule,
                            const ExpressionContext& context) {
  if (!limit) return;
  Rewrite(limit, context);
  const Value* value = LiteralValue(*limit);
  if (value == nullptr || value->IsNull()) return;
  int64_t count = 0;
  if (value->type().IsIntegral()) {
    count = WholeNumber(*value);
  } else {
    throw SqlError(Status::InvalidArgument(
        fmt::format("type_coercion\ncaused by\nError during planning: Expected {} to be an integer "
                    "or null, but got {}",
                    what, ArrowTypeText(value->type()))));
  }
  if (count < 0) {
    throw SqlError(Status::InvalidArgument(fmt::format(
        "Optimizer rule '{}' failed\ncaused by\nError during planning: {} must be >={}0, "
        "'{}' was provided",
        rule, what, std::string_view(what) == "LIMIT" ? " " : "", count)));
  }
}

void Rewriter::CheckFilter(const ParsedExpression& filter, const ExpressionContext& context) {
  const std::string type = KnownType(filter, context);
  if (type.empty() || type == "Boolean" || type == "Null") return;
  ThrowPlanError(fmt::format("Cannot create filter with non-boolean predicate '{}' returning {}",
                             NameOf(filter, context), type));
}

}  // namespace influxdb3::query::sql
