// ORDER BY, LIMIT, OFFSET and DISTINCT.
#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/result_modifier.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;
using duckdb::Value;
using util::Status;

namespace {

/// An integer literal of any width, cut to what fits.
int64_t WholeNumber(const Value& value) {
  Value narrow;
  std::string error;
  if (value.DefaultTryCastAs(duckdb::LogicalType::BIGINT, narrow, &error)) {
    return narrow.GetValue<int64_t>();
  }
  return value.ToString()[0] == '-' ? INT64_MIN : INT64_MAX;
}

/// Literals that are no positions sort nothing.
void EraseConstants(duckdb::vector<duckdb::OrderByNode>& orders) {
  const auto constant = [](const duckdb::OrderByNode& order) {
    const Value* value = LiteralValue(*order.expression);
    return value != nullptr && (!IsOrdinal(*order.expression) || Ordinal(*order.expression) < 0);
  };
  orders.erase(std::remove_if(orders.begin(), orders.end(), constant), orders.end());
}

}  // namespace

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

void Rewriter::CheckColumns(const ParsedExpression& expression, const ExpressionContext& context) {
  if (expression.GetExpressionClass() == ExpressionClass::SUBQUERY ||
      expression.GetExpressionClass() == ExpressionClass::LAMBDA) {
    return;
  }
  if (expression.GetExpressionClass() != ExpressionClass::COLUMN_REF) {
    duckdb::ParsedExpressionIterator::EnumerateChildren(
        expression, [&](const ParsedExpression& child) { CheckColumns(child, context); });
    return;
  }
  const auto& names = expression.Cast<duckdb::ColumnRefExpression>().column_names;
  const std::vector<std::string> parts(names.begin(), names.end());
  ResolvedColumn found;
  if (context.scope->TryResolve(parts, &found)) return;
  if (parts.size() == 1 && FindFunction(parts[0]) != nullptr) return;
  std::vector<ValidField> valid;
  if (context.items != nullptr) {
    for (const SelectItem& item : *context.items) {
      if (parts.size() == 1 && item.output.name == parts[0]) return;
      valid.push_back({item.output.display, item.output.name});
    }
  }
  // A qualifier says that no alias is meant, and the rows of the SELECT list are all there is.
  if (parts.size() == 1 || valid.empty()) {
    for (ValidField& field : context.scope->ValidFields()) valid.push_back(std::move(field));
  }
  ThrowUnknownField(parts, valid);
}

/// DISTINCT leaves the columns of the SELECT list only to sort by.
void Rewriter::CheckDistinctColumns(const duckdb::vector<duckdb::OrderByNode>& orders,
                                    const ExpressionContext& context) {
  std::set<std::string> selected;
  for (const SelectItem& item : *context.items) {
    selected.insert(item.output.name);
    const OutputColumn* plain = PlainColumn(*item.original, context);
    if (plain != nullptr) selected.insert(NameOf(*item.original, context));
  }
  std::string missing;
  const std::function<void(const ParsedExpression&)> visit = [&](const ParsedExpression& part) {
    if (part.GetExpressionClass() == ExpressionClass::SUBQUERY || IsAggregateCall(part)) return;
    if (part.GetExpressionClass() == ExpressionClass::COLUMN_REF) {
      const std::string* bare = BareName(part);
      if (bare != nullptr && selected.count(*bare) > 0) return;
      const std::string name = NameOf(part, context);
      if (selected.insert(name).second) missing += name;
      return;
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(part, visit);
  };
  for (const duckdb::OrderByNode& order : orders) {
    CheckColumns(*order.expression, context);
    visit(*order.expression);
  }
  if (!missing.empty()) {
    ThrowPlanError(fmt::format(
        "For SELECT DISTINCT, ORDER BY expressions {} must appear in select list", missing));
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
  if (columns != nullptr) EraseConstants(orders);
  for (duckdb::OrderByNode& order : orders) {
    if (order.type == duckdb::OrderType::ORDER_DEFAULT) order.type = duckdb::OrderType::ASCENDING;
    if (order.null_order == duckdb::OrderByNullType::ORDER_DEFAULT) {
      order.null_order = order.type == duckdb::OrderType::DESCENDING
                             ? duckdb::OrderByNullType::NULLS_FIRST
                             : duckdb::OrderByNullType::NULLS_LAST;
    }
    if (columns != nullptr && IsOrdinal(*order.expression)) {
      const int64_t position = Ordinal(*order.expression);
      if (position == 0) ThrowPlanError("Order by index starts at 1 for column indexes");
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
    if (columns != nullptr) CheckColumns(*order.expression, context);
    Rewrite(order.expression, context);
    HidePosition(order.expression);
    order.expression->ClearAlias();
  }
}

void Rewriter::RewriteLimit(ExpressionPtr& limit, const char* what, const char* rule,
                            const ExpressionContext& context) {
  if (!limit) return;
  if (limit->GetExpressionClass() == ExpressionClass::COLUMN_REF) {
    const auto& parts = limit->Cast<duckdb::ColumnRefExpression>().column_names;
    ThrowUnknownField({parts.begin(), parts.end()}, {});
  }
  Rewrite(limit, context);
  const Value* value = LiteralValue(*limit);
  if (value == nullptr || value->IsNull()) return;
  if (!value->type().IsIntegral()) {
    throw SqlError(Status::InvalidArgument(
        fmt::format("type_coercion\ncaused by\nError during planning: Expected {} to be an integer "
                    "or null, but got {}",
                    what, ArrowTypeText(value->type()))));
  }
  const int64_t count = WholeNumber(*value);
  if (count < 0) {
    throw SqlError(Status::InvalidArgument(fmt::format(
        "Optimizer rule '{}' failed\ncaused by\nError during planning: {} must be >={}0, "
        "'{}' was provided",
        rule, what, std::string_view(what) == "LIMIT" ? " " : "", count)));
  }
}

}  // namespace influxdb3::query::sql
