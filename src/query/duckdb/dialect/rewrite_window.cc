// Windows: functions of rows as they stand, aggregates over frames.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"

#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/row_changes.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

/// A text that bounds a frame is an interval.
void ReadBoundText(ExpressionPtr& bound) {
  const std::string* text = bound ? LiteralText(*bound) : nullptr;
  if (text == nullptr) return;
  const util::Result<IntervalParts> parts = ParseInterval(*text);
  if (!parts.ok()) throw SqlError(parts.status());
  bound = Literal(IntervalValue(*parts));
}

/// Whether DuckDB itself can skip nulls for the function.
bool SkipsNulls(ExpressionType type) {
  return type == ExpressionType::WINDOW_LAG || type == ExpressionType::WINDOW_LEAD ||
         type == ExpressionType::WINDOW_FIRST_VALUE || type == ExpressionType::WINDOW_LAST_VALUE ||
         type == ExpressionType::WINDOW_NTH_VALUE;
}

/// Puts the outermost aggregates of an expression over the frames of a window.
void PutOverWindow(ExpressionPtr& expression, const duckdb::WindowExpression& window) {
  if (expression->GetExpressionClass() == ExpressionClass::FUNCTION) {
    auto& call = expression->Cast<duckdb::FunctionExpression>();
    if (IsEngineAggregate(call.function_name)) {
      auto over = window.Copy();
      auto& copy = over->Cast<duckdb::WindowExpression>();
      copy.type = ExpressionType::WINDOW_AGGREGATE;
      copy.function_name = call.function_name;
      copy.children = std::move(call.children);
      copy.filter_expr = std::move(call.filter);
      copy.distinct = call.distinct;
      copy.alias = call.alias;
      expression = std::move(over);
      return;
    }
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      *expression, [&](ExpressionPtr& child) { PutOverWindow(child, window); });
}

/// nth_value from the end of the frame.
bool CountsFromEnd(const duckdb::WindowExpression& window) {
  if (window.type != ExpressionType::WINDOW_NTH_VALUE || window.children.size() != 2) return false;
  const Value* place = LiteralValue(*window.children[1]);
  return place != nullptr && !place->IsNull() && place->type().IsIntegral() &&
         place->GetValue<int64_t>() < 0;
}

/// An aggregate as the call of it becomes, each aggregate in it over the frames.
ExpressionPtr AggregateWindow(const FunctionEntry& entry, duckdb::WindowExpression& window) {
  auto call = duckdb::make_uniq<duckdb::FunctionExpression>(entry.name, std::move(window.children));
  call->filter = std::move(window.filter_expr);
  call->distinct = window.distinct;
  if (window.ignore_nulls) FilterNulls(entry.name, *call);
  window.ignore_nulls = false;
  ExpressionPtr result;
  if (entry.transform != nullptr) {
    result = entry.transform(*call);
  } else {
    call->function_name = entry.engine;
  }
  if (!result) result = std::move(call);
  PutOverWindow(result, window);
  return result;
}

struct Bound {
  std::string text;
  int64_t place;  ///< before the current row negative
};

Bound BoundOf(duckdb::WindowBoundary boundary, const duckdb::ParsedExpression* offset) {
  using duckdb::WindowBoundary;
  int64_t amount = 0;
  if (offset != nullptr) {
    const Value* value = LiteralValue(*offset);
    if (value == nullptr || value->IsNull() || !value->type().IsIntegral() ||
        value->GetValue<int64_t>() < 0) {
      ThrowPlanError(
          "Invalid window frame: frame offsets for ROWS / GROUPS must be non negative integers");
    }
    amount = value->GetValue<int64_t>();
  }
  switch (boundary) {
    case WindowBoundary::UNBOUNDED_PRECEDING: return {"UNBOUNDED PRECEDING", INT64_MIN};
    case WindowBoundary::UNBOUNDED_FOLLOWING: return {"UNBOUNDED FOLLOWING", INT64_MAX};
    case WindowBoundary::EXPR_PRECEDING_ROWS:
    case WindowBoundary::EXPR_PRECEDING_GROUPS:
      return {fmt::format("{} PRECEDING", amount), -amount};
    case WindowBoundary::EXPR_FOLLOWING_ROWS:
    case WindowBoundary::EXPR_FOLLOWING_GROUPS:
      return {fmt::format("{} FOLLOWING", amount), amount};
    default: return {"CURRENT ROW", 0};
  }
}

/// The reference's rules for frames.
void CheckFrame(const duckdb::WindowExpression& window) {
  using duckdb::WindowBoundary;
  for (WindowBoundary boundary : {window.start, window.end}) {
    if (boundary == WindowBoundary::EXPR_PRECEDING_RANGE ||
        boundary == WindowBoundary::EXPR_FOLLOWING_RANGE) {
      if (window.orders.size() != 1) ThrowPlanError("RANGE requires exactly one ORDER BY column");
      return;
    }
    const bool groups = boundary == WindowBoundary::EXPR_PRECEDING_GROUPS ||
                        boundary == WindowBoundary::EXPR_FOLLOWING_GROUPS ||
                        boundary == WindowBoundary::CURRENT_ROW_GROUPS;
    if (groups && window.orders.empty()) ThrowPlanError("GROUPS requires an ORDER BY clause");
  }
  const Bound start = BoundOf(window.start, window.start_expr.get());
  const Bound end = BoundOf(window.end, window.end_expr.get());
  if (start.place > end.place) {
    ThrowPlanError(
        fmt::format("Invalid window frame: start bound ({}) cannot be larger than end bound ({})",
                    start.text, end.text));
  }
}

}  // namespace

/// Ranks take no arguments.
void Rewriter::CheckNoArguments(const std::string& name, const duckdb::WindowExpression& window,
                                const ExpressionContext& context) const {
  static constexpr std::string_view kRanks[] = {"cume_dist", "dense_rank", "percent_rank", "rank",
                                                "row_number"};
  if (window.children.empty() ||
      std::find(std::begin(kRanks), std::end(kRanks), name) == std::end(kRanks)) {
    return;
  }
  std::string types;
  for (const ExpressionPtr& child : window.children) {
    types += (types.empty() ? "" : ", ") + KnownType(*child, context);
  }
  ThrowPlanError(fmt::format(
      "The function '{}' expected zero argument but received {} No function matches the given name "
      "and argument types '{}({})'. You might need to add explicit type casts.\n\tCandidate "
      "functions:\n\t{}(NullAry())",
      name, window.children.size(), name, types, name));
}

void Rewriter::RewriteWindow(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& window = expression->Cast<duckdb::WindowExpression>();
  constexpr std::string_view kPrefix = kKeptFunctionPrefix;
  std::string name = window.function_name;
  if (name.rfind(kPrefix, 0) == 0) name = name.substr(kPrefix.size());
  if (name == "count_star") name = "count";
  const FunctionEntry& entry = RequireFunction(name);
  if (entry.kind == FunctionKind::kScalar) ThrowInvalidFunction(name);
  bool known = true;
  if (entry.kind == FunctionKind::kAggregate) {
    known = CheckAggregateTypes(name, window.children, context);
  } else {
    CheckNoArguments(name, window, context);
  }
  if (!window.arg_orders.empty()) {
    ThrowPlanError("Aggregate ORDER BY is not implemented for window functions");
  }
  CheckFrame(window);
  const bool* ignores_nulls = IgnoresNulls(window);
  window.ignore_nulls = ignores_nulls != nullptr && *ignores_nulls;
  for (ExpressionPtr& child : window.children) Rewrite(child, context);
  if (!known) CheckWhenBound(name, window.children);
  for (ExpressionPtr& partition : window.partitions) Rewrite(partition, context);
  RewriteOrders(window.orders, context, nullptr);
  for (ExpressionPtr* bound : {&window.start_expr, &window.end_expr}) ReadBoundText(*bound);
  for (ExpressionPtr* part : {&window.filter_expr, &window.start_expr, &window.end_expr,
                              &window.offset_expr, &window.default_expr}) {
    if (*part) Rewrite(*part, context);
  }
  window.catalog.clear();
  window.schema.clear();
  if (IsRowChange(name)) {
    expression = RowChange(name, window);
    return;
  }
  const bool counts_all = window.function_name == "count_star";
  if (counts_all || (name == "count" && window.children.empty())) {
    window.function_name = "count_star";
  } else if (window.type == ExpressionType::WINDOW_AGGREGATE || CountsFromEnd(window)) {
    expression = AggregateWindow(entry, window);
  } else if (!SkipsNulls(window.type)) {
    window.ignore_nulls = false;
  }
  if (entry.result != LogicalTypeId::INVALID) {
    expression = CastTo(LogicalType(entry.result), std::move(expression));
  }
}

}  // namespace influxdb3::query::sql
