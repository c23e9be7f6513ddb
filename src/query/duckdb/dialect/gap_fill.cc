// Gap-filling queries: the SELECT becomes an aggregation, a function that completes each series,
// and a SELECT over what comes out.
#include "query/duckdb/dialect/gap_fill.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"

#include "query/duckdb/dialect/gap_fill_bounds.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::ParsedExpression;
using duckdb::SelectNode;
using duckdb::Value;
using util::Status;

constexpr std::string_view kTopLevel =
    "DATE_BIN_GAPFILL must be a top-level expression in the GROUP BY clause when gap filling. It "
    "cannot be part of another expression or cast";

constexpr std::string_view kHandle = "handle_gap_fill\ncaused by\n";
constexpr std::string_view kHandleItems =
    "handle_gap_fill\ncaused by\nhandle_projection\ncaused by\n";
constexpr std::string_view kReplaceBin =
    "handle_gap_fill\ncaused by\nhandle_aggregate\ncaused by\nreplace_date_bin_gapfill\ncaused "
    "by\n";

[[noreturn]] void ThrowGapFill(std::string_view context, std::string_view text) {
  throw SqlError(
      Status::InvalidArgument(fmt::format("{}Error during planning: {}", context, text)));
}

const std::string* FunctionName(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::FUNCTION) return nullptr;
  return &expression.Cast<duckdb::FunctionExpression>().function_name;
}
bool IsBinCall(const ParsedExpression& expression) {
  const std::string* name = FunctionName(expression);
  return name != nullptr && (*name == "date_bin_gapfill" || *name == "date_bin_wallclock_gapfill");
}
bool IsFillCall(const ParsedExpression& expression) {
  const std::string* name = FunctionName(expression);
  return name != nullptr && (*name == "locf" || *name == "interpolate");
}

bool IsFill(FillStrategy strategy) {
  return strategy == FillStrategy::kPrevious || strategy == FillStrategy::kInterpolate;
}

/// The first call of either kind, outside of sub-queries; null when there is none.
const ParsedExpression* FindGapCall(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::SUBQUERY) return nullptr;
  if (IsBinCall(expression) || IsFillCall(expression)) return &expression;
  const ParsedExpression* found = nullptr;
  duckdb::ParsedExpressionIterator::EnumerateChildren(expression,
                                                      [&](const ParsedExpression& child) {
                                                        if (found == nullptr)
                                                          found = FindGapCall(child);
                                                      });
  return found;
}

/// What the bins are made of, without casts and tz().
ExpressionPtr TimeSource(ExpressionPtr source) {
  if (source->GetExpressionClass() == ExpressionClass::CAST) {
    return TimeSource(std::move(source->Cast<duckdb::CastExpression>().child));
  }
  const std::string* name = FunctionName(*source);
  if (name == nullptr || *name != "tz") return source;
  auto& arguments = source->Cast<duckdb::FunctionExpression>().children;
  return arguments.empty() ? std::move(source) : TimeSource(std::move(arguments[0]));
}

duckdb::unique_ptr<duckdb::TableRef> SubqueryOf(duckdb::unique_ptr<SelectNode> node,
                                                const std::string& alias) {
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement), alias);
}

ExpressionPtr Column(const std::string& name) {
  return duckdb::make_uniq<duckdb::ColumnRefExpression>(name);
}

/// Groups by the first `count` columns of the SELECT list.
void GroupByFirst(SelectNode& node, size_t count) {
  duckdb::GroupingSet set;
  for (size_t i = 0; i < count; ++i) {
    node.groups.group_expressions.push_back(Literal(Value::INTEGER(static_cast<int32_t>(i) + 1)));
    set.insert(i);
  }
  if (count > 0) node.groups.grouping_sets = {set};
}

}  // namespace

void RefuseGapCalls(const ParsedExpression& expression) {
  const ParsedExpression* found = FindGapCall(expression);
  if (found == nullptr) return;
  const std::string& name = *FunctionName(*found);
  ThrowGapFill(
      kHandle,
      IsBinCall(*found)
          ? fmt::format("{} may only be used as a GROUP BY expression", name)
          : fmt::format("{} may only be used in the SELECT list of a gap-filling query", name));
}

/// The columns of the aggregation below: groups first, then aggregates.
struct GapFillColumns {
  struct Column {
    ExpressionPtr original;
    std::string name;
    FillStrategy strategy = FillStrategy::kNull;
  };
  std::vector<Column> groups;
  std::vector<Column> aggregates;
  size_t bin = 0;        ///< the group that is the time
  std::string relation;  ///< what the completed rows are called

  ExpressionPtr Reference(size_t index) const {
    return duckdb::make_uniq<duckdb::ColumnRefExpression>(fmt::format("c{}", index), relation);
  }
};

void GroupGapFillByAll(SelectNode& node, const std::vector<SelectItem>& items) {
  if (node.aggregate_handling != duckdb::AggregateHandling::FORCE_AGGREGATES) return;
  const bool fills = std::any_of(items.begin(), items.end(),
                                 [](const SelectItem& item) { return IsBinCall(*item.original); });
  if (!fills) return;
  duckdb::GroupingSet set;
  for (size_t i = 0; i < items.size(); ++i) {
    if (HasAggregate(*items[i].original)) continue;
    set.insert(node.groups.group_expressions.size());
    node.groups.group_expressions.push_back(Literal(Value::INTEGER(static_cast<int32_t>(i) + 1)));
  }
  node.groups.grouping_sets = {set};
  node.aggregate_handling = duckdb::AggregateHandling::STANDARD_HANDLING;
}

bool Rewriter::FindGapFill(const SelectNode& node, const ExpressionContext& context) {
  size_t count = 0;
  for (const ExpressionPtr& group : node.groups.group_expressions) {
    size_t position = 0;
    const SelectItem* item = GroupedItem(*group, context, &position);
    const ParsedExpression& original = item != nullptr ? *item->original : *group;
    const ParsedExpression* found = FindGapCall(original);
    if (found == nullptr) continue;
    if (IsFillCall(*found)) RefuseGapCalls(*found);
    if (found != &original) ThrowGapFill(kReplaceBin, kTopLevel);
    ++count;
  }
  if (count > 1) ThrowGapFill(kReplaceBin, "DATE_BIN_GAPFILL specified more than once");
  if (count == 1) return true;
  for (const SelectItem& item : *context.items) RefuseGapCalls(*item.original);
  for (const ExpressionPtr* part : {&node.having, &node.qualify}) {
    if (*part) RefuseGapCalls(**part);
  }
  return false;
}

/// Replaces what the aggregation yields by references to its columns.
void Rewriter::ReplaceGapFilled(ExpressionPtr& expression, const ExpressionContext& context,
                                GapFillColumns& columns) {
  if (expression->GetExpressionClass() == ExpressionClass::SUBQUERY) return;
  const std::string alias = expression->GetAlias();
  const std::string own_name = NameOf(*expression, context, true);
  const auto replace = [&](size_t index) {
    expression = columns.Reference(index);
    expression->SetAlias(alias);
  };
  const auto aggregate = [&](const ParsedExpression& call, FillStrategy strategy) {
    const std::string name = NameOf(call, context, true);
    size_t i = 0;
    while (i < columns.aggregates.size() && columns.aggregates[i].name != name) ++i;
    if (i == columns.aggregates.size()) {
      columns.aggregates.push_back({call.Copy(), name, strategy});
      columns.aggregates.back().original->ClearAlias();
    } else if (IsFill(strategy)) {
      // The column is one, so it is filled wherever it stands, also where no fill was asked for.
      const FillStrategy known = columns.aggregates[i].strategy;
      if (IsFill(known) && known != strategy) {
        throw SqlError(Status::Unsupported(
            fmt::format("{}rewrite: {}\ncaused by\nThis feature is not implemented: multiple fill "
                        "strategies for the same column",
                        kHandleItems, own_name)));
      }
      columns.aggregates[i].strategy = strategy;
    }
    replace(columns.groups.size() + i);
  };
  if (IsFillCall(*expression)) {
    auto& call = expression->Cast<duckdb::FunctionExpression>();
    CheckArgumentCount(call, 1, 1);
    if (!IsAggregateCall(*call.children[0])) {
      ThrowGapFill(kHandleItems,
                   fmt::format("{} must be called on an aggregate column in a gap-filling query",
                               call.function_name));
    }
    const ExpressionPtr argument = std::move(call.children[0]);
    return aggregate(*argument, call.function_name == "locf" ? FillStrategy::kPrevious
                                                             : FillStrategy::kInterpolate);
  }
  if (IsAggregateCall(*expression)) {
    const std::string* name = FunctionName(*expression);
    const bool counts = *name == "count" || *name == "count_star" || *name == "approx_distinct";
    const ExpressionPtr call = expression->Copy();
    return aggregate(*call, counts ? FillStrategy::kZero : FillStrategy::kNull);
  }
  for (size_t i = 0; i < columns.groups.size(); ++i) {
    if (columns.groups[i].name == own_name) return replace(i);
  }
  if (IsBinCall(*expression)) RefuseGapCalls(*expression);
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      *expression, [&](ExpressionPtr& child) { ReplaceGapFilled(child, context, columns); });
}

/// The aggregation, the completion of its series and their columns, as one table reference.
duckdb::unique_ptr<duckdb::TableRef> Rewriter::CompleteSeries(SelectNode& node,
                                                              const ExpressionContext& context,
                                                              GapFillColumns& columns) {
  const auto& bin = columns.groups[columns.bin].original->Cast<duckdb::FunctionExpression>();
  CheckArgumentCount(bin, 2, 3);
  const bool wall_clock = bin.function_name == "date_bin_wallclock_gapfill";
  ExpressionPtr stride = bin.children[0]->Copy();
  ExpressionPtr origin =
      bin.children.size() == 3 ? bin.children[2]->Copy() : Literal(Value(LogicalType::SQLNULL));
  ExpressionPtr source = bin.children[1]->Copy();
  source = TimeSource(std::move(source));
  if (source->GetExpressionClass() != ExpressionClass::COLUMN_REF) {
    ThrowGapFill(fmt::format("{}get time column\ncaused by\n", kGapFillContext),
                 "DATE_BIN_GAPFILL requires a column as the source argument");
  }
  for (ExpressionPtr* part : {&stride, &origin, &source}) Rewrite(*part, context);
  TimeBounds bounds =
      FindTimeBounds(node.where_clause.get(), *node.from_table, *source, cte_queries_);
  if (!bounds.lower || !bounds.upper) {
    ThrowGapFill(fmt::format("{}validate time range\ncaused by\n", kGapFillContext),
                 fmt::format("gap-filling query is missing {} time bound{}",
                             bounds.upper   ? "lower"
                             : bounds.lower ? "upper"
                                            : "both upper and lower",
                             bounds.lower || bounds.upper ? "" : "s"));
  }

  auto aggregation = duckdb::make_uniq<SelectNode>();
  aggregation->from_table = std::move(node.from_table);
  aggregation->where_clause = std::move(node.where_clause);
  duckdb::vector<ExpressionPtr> members;
  members.push_back(Column(fmt::format("c{}", columns.bin)));
  members.back()->SetAlias(fmt::format("c{}", columns.bin));
  std::string plan(1, wall_clock ? kWallClockPlan : 'u');
  size_t index = 0;
  for (auto* list : {&columns.groups, &columns.aggregates}) {
    for (auto& column : *list) {
      const std::string name = fmt::format("c{}", index++);
      ExpressionPtr expression = column.original->Copy();
      Rewrite(expression, context);
      expression->SetAlias(name);
      aggregation->select_list.push_back(std::move(expression));
      if (list == &columns.groups) continue;
      members.push_back(Column(name));
      members.back()->SetAlias(name);
      plan += static_cast<char>(column.strategy);
    }
  }
  GroupByFirst(*aggregation, columns.groups.size());

  auto series = duckdb::make_uniq<SelectNode>();
  auto rows = duckdb::make_uniq<SelectNode>();
  auto flat = duckdb::make_uniq<SelectNode>();
  for (size_t i = 0; i < columns.groups.size(); ++i) {
    if (i == columns.bin) continue;
    for (SelectNode* level : {series.get(), rows.get(), flat.get()}) {
      level->select_list.push_back(Column(fmt::format("c{}", i)));
    }
  }
  const size_t key_count = series->select_list.size();
  std::vector<std::string> names;
  for (const ExpressionPtr& member : members) names.push_back(member->GetAlias());
  ExpressionPtr all = Call("list", CallList("struct_pack", std::move(members)));
  all->SetAlias("rows");
  series->select_list.push_back(std::move(all));
  GroupByFirst(*series, key_count);
  series->from_table = SubqueryOf(std::move(aggregation), "aggregation");

  ExpressionPtr filled =
      Call("unnest",
           Call("iox_gap_fill", Column("rows"), std::move(bounds.lower), std::move(bounds.upper),
                Literal(plan.c_str()), std::move(stride), std::move(origin)));
  filled->SetAlias("row");
  rows->select_list.push_back(std::move(filled));
  rows->from_table = SubqueryOf(std::move(series), "series");
  for (const std::string& name : names) {
    flat->select_list.push_back(Call("struct_extract", Column("row"), Literal(name.c_str())));
    flat->select_list.back()->SetAlias(name);
  }
  flat->from_table = SubqueryOf(std::move(rows), "rows");
  return SubqueryOf(std::move(flat), columns.relation);
}

void Rewriter::RewriteGapFill(SelectNode& node, ExpressionContext& context, Scope& filled_scope,
                              std::vector<SelectItem>& items) {
  if (node.groups.grouping_sets.size() > 1) ThrowUnsupported("gap filling with grouping sets");
  GapFillColumns columns;
  columns.relation = UniqueAlias("filled");
  for (const ExpressionPtr& group : node.groups.group_expressions) {
    size_t position = 0;
    const SelectItem* item = GroupedItem(*group, context, &position);
    const ParsedExpression& original = item != nullptr ? *item->original : *group;
    if (IsBinCall(original)) columns.bin = columns.groups.size();
    columns.groups.push_back({original.Copy(), NameOf(original, context, true)});
  }
  for (SelectItem& item : items) {
    item.expression = item.original->Copy();
    ReplaceGapFilled(item.expression, context, columns);
  }
  for (ExpressionPtr* part : {&node.having, &node.qualify}) {
    if (*part) ReplaceGapFilled(*part, context, columns);
  }
  bool ordered = false;
  bool distinct = false;
  for (auto& modifier : node.modifiers) {
    distinct |= modifier->type == duckdb::ResultModifierType::DISTINCT_MODIFIER;
    if (modifier->type != duckdb::ResultModifierType::ORDER_MODIFIER) continue;
    ordered = true;
    for (auto& order : modifier->Cast<duckdb::OrderModifier>().orders) {
      const std::string name = NameOf(*order.expression, context, true);
      const auto item = std::find_if(items.begin(), items.end(), [&](const SelectItem& each) {
        return NameOf(*each.original, context, true) == name;
      });
      if (item == items.end()) {
        ReplaceGapFilled(order.expression, context, columns);
      } else {
        order.expression = Literal(Value::INTEGER(static_cast<int32_t>(item - items.begin()) + 1));
      }
    }
  }
  const ExpressionContext inner = context;
  node.from_table = CompleteSeries(node, inner, columns);
  node.groups = {};

  Relation relation;
  relation.qualifier = {columns.relation};
  relation.display = columns.relation;
  relation.engine_alias = columns.relation;
  size_t index = 0;
  for (auto* list : {&columns.groups, &columns.aggregates}) {
    for (auto& column : *list) {
      const std::string name = fmt::format("c{}", index++);
      relation.columns.push_back({name, name, KnownType(*column.original, inner), {}});
    }
  }
  filled_scope.Add(std::move(relation));
  context.scope = &filled_scope;
  context.items = nullptr;
  for (SelectItem& item : items) {
    Rewrite(item.expression, context);
    item.expression->ClearAlias();
  }
  context.items = &items;
  if (ordered || distinct) return;
  auto order = duckdb::make_uniq<duckdb::OrderModifier>();
  for (size_t pass = 0; pass < 2; ++pass) {
    for (size_t i = 0; i < columns.groups.size(); ++i) {
      if ((i == columns.bin) != (pass == 1)) continue;
      order->orders.emplace_back(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_LAST,
                                 columns.Reference(i));
    }
  }
  node.modifiers.insert(node.modifiers.begin(), std::move(order));
}

}  // namespace influxdb3::query::sql
