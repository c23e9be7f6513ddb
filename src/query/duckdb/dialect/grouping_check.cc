// What a grouped query may not name: columns that are neither grouped nor aggregated.
#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/result_modifier.hpp"

#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ParsedExpression;

struct Rewriter::GroupingCheck {
  std::set<std::string> groups;
  std::string shown;   ///< the groups and the aggregates so far, as errors list them
  std::string column;  ///< the first one neither grouped nor aggregated

  void Show(const std::string& name) { shown += (shown.empty() ? "" : ", ") + name; }
};

namespace {

[[noreturn]] void ThrowUngrouped(const char* clause, const std::string& column,
                                 const std::string& shown) {
  ThrowPlanError(fmt::format(
      "Column in {} must be in GROUP BY or an aggregate function: While expanding wildcard, column "
      "\"{}\" must appear in the GROUP BY clause or must be part of an aggregate function, "
      "currently only \"{}\" appears in the SELECT clause satisfies this requirement",
      clause, column, shown));
}

/// Whether the expression may mean an item of the SELECT list by its alias. With a scope, its
/// columns go before aliases.
bool NamesItem(const ParsedExpression& expression, const std::vector<SelectItem>& items,
               const Scope* scope = nullptr) {
  if (expression.GetExpressionClass() == ExpressionClass::COLUMN_REF) {
    const auto& parts = expression.Cast<duckdb::ColumnRefExpression>().column_names;
    ResolvedColumn found;
    if (scope != nullptr && scope->TryResolve(parts, &found)) return false;
    return std::any_of(items.begin(), items.end(), [&](const SelectItem& item) {
      return parts.size() == 1 && item.output.name == parts[0];
    });
  }
  bool found = false;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression,
      [&](const ParsedExpression& child) { found = found || NamesItem(child, items, scope); });
  return found;
}

}  // namespace

void Rewriter::FindUngrouped(const ParsedExpression& expression, const ExpressionContext& context,
                             GroupingCheck* check) {
  if (expression.GetExpressionClass() == ExpressionClass::SUBQUERY ||
      expression.GetExpressionClass() == ExpressionClass::LAMBDA ||
      expression.GetExpressionClass() == ExpressionClass::WINDOW ||
      expression.type == ExpressionType::GROUPING_FUNCTION) {
    return;
  }
  if (IsAggregateCall(expression)) {
    check->Show(ShownAggregate(NameOf(expression, context)));
    return;
  }
  if (check->groups.count(NameOf(expression, context, true)) > 0) return;
  if (expression.GetExpressionClass() == ExpressionClass::COLUMN_REF) {
    const auto& parts = expression.Cast<duckdb::ColumnRefExpression>().column_names;
    ResolvedColumn found;
    if (!context.scope->TryResolve(parts, &found)) return;
    const std::string name = DisplayColumn(*found.relation, *found.column);
    const auto& local = context.scope->relations();
    const bool outer =
        found.relation < local.data() || found.relation >= local.data() + local.size();
    if (!outer && check->groups.count(name) == 0 && check->column.empty()) check->column = name;
    return;
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { FindUngrouped(child, context, check); });
}

void Rewriter::CheckGrouping(const duckdb::SelectNode& node, const ExpressionContext& context) {
  if (node.aggregate_handling == duckdb::AggregateHandling::FORCE_AGGREGATES) return;
  const std::vector<SelectItem>& items = *context.items;
  bool grouped = !node.groups.group_expressions.empty();
  for (const SelectItem& item : items) grouped |= HasAggregate(*item.original);
  if (node.having && !grouped && !HasAggregate(*node.having)) {
    ThrowPlanError(fmt::format(
        "HAVING clause references: {} must appear in the GROUP BY clause or be used in an "
        "aggregate function",
        NameOf(*node.having, context)));
  }
  if (!grouped && !node.having) return;
  GroupingCheck check;
  for (const ExpressionPtr& group : node.groups.group_expressions) {
    size_t position = 0;
    const SelectItem* item = GroupedItem(*group, context, &position);
    const ParsedExpression& original = item != nullptr ? *item->original : *group;
    if (check.groups.insert(NameOf(original, context, true)).second) {
      check.Show(NameOf(original, context));
    }
  }
  if (node.having && !grouped) FindUngrouped(*node.having, context, &check);
  check.column.clear();
  for (const SelectItem& item : items) FindUngrouped(*item.original, context, &check);
  if (!check.column.empty()) ThrowUngrouped("SELECT", check.column, check.shown);
  const std::string shown = check.shown;
  if (node.having && !NamesItem(*node.having, items, context.scope)) {
    FindUngrouped(*node.having, context, &check);
    if (!check.column.empty()) ThrowUngrouped("HAVING", check.column, shown);
  }
  CheckGroupedOrder(node, context, &check);
}

/// Of distinct rows only what they show can order them; what DISTINCT ON names comes first.
void Rewriter::CheckDistinctOrder(const duckdb::SelectNode& node,
                                  const ExpressionContext& context) {
  const duckdb::DistinctModifier* distinct = nullptr;
  const duckdb::OrderModifier* order = nullptr;
  for (const auto& modifier : node.modifiers) {
    if (modifier->type == duckdb::ResultModifierType::DISTINCT_MODIFIER) {
      distinct = &modifier->Cast<duckdb::DistinctModifier>();
    } else if (modifier->type == duckdb::ResultModifierType::ORDER_MODIFIER) {
      order = &modifier->Cast<duckdb::OrderModifier>();
    }
  }
  if (distinct == nullptr || order == nullptr) return;
  const std::vector<SelectItem>& items = *context.items;
  const auto& targets = distinct->distinct_on_targets;
  for (size_t i = 0; i < targets.size() && i < order->orders.size(); ++i) {
    const ParsedExpression& by = *order->orders[i].expression;
    if (by.GetExpressionClass() == ExpressionClass::CONSTANT || NamesItem(by, items)) continue;
    if (NameOf(*targets[i], context) == NameOf(by, context)) continue;
    ThrowPlanError("SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
  }
  if (targets.empty()) CheckDistinctColumns(order->orders, context);
}

/// ORDER BY sees the rows of the groups, where other columns are unknown.
void Rewriter::CheckGroupedOrder(const duckdb::SelectNode& node, const ExpressionContext& context,
                                 GroupingCheck* check) {
  const std::vector<SelectItem>& items = *context.items;
  for (const auto& modifier : node.modifiers) {
    if (modifier->type != duckdb::ResultModifierType::ORDER_MODIFIER) continue;
    for (const auto& order : modifier->Cast<duckdb::OrderModifier>().orders) {
      if (NamesItem(*order.expression, items)) continue;
      FindUngrouped(*order.expression, context, check);
      if (check->column.empty()) continue;
      std::string valid;
      for (const SelectItem& item : items) {
        const bool column = item.original->GetExpressionClass() == ExpressionClass::COLUMN_REF;
        valid += (valid.empty() ? "" : ", ") +
                 (column && !item.aliased ? item.name : QuoteIfNeeded(item.name));
      }
      throw SqlError(util::Status::InvalidArgument(fmt::format(
          "Schema error: No field named {}. Valid fields are {}.", check->column, valid)));
    }
  }
}

}  // namespace influxdb3::query::sql
