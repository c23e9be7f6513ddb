// Aggregate and window functions: the part of the function table and what calls turn into.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr FunctionKind kAggregate = FunctionKind::kAggregate;
constexpr FunctionKind kWindow = FunctionKind::kWindow;

duckdb::unique_ptr<duckdb::FunctionExpression> Aggregate(const std::string& name,
                                                         FunctionCall& call,
                                                         duckdb::vector<ExpressionPtr> arguments) {
  auto result = duckdb::make_uniq<duckdb::FunctionExpression>(name, std::move(arguments));
  result->filter = std::move(call.filter);
  result->distinct = call.distinct;
  return result;
}

void AddFilter(FunctionCall& call, ExpressionPtr condition) {
  call.filter = call.filter ? duckdb::make_uniq<duckdb::ConjunctionExpression>(
                                  ExpressionType::CONJUNCTION_AND, std::move(call.filter),
                                  std::move(condition))
                            : std::move(condition);
}

/// First and last take value and time apart: DuckDB is many times faster over numbers than over
/// pairs.
ExpressionPtr EdgeSelector(FunctionCall& call, ExpressionPtr value, ExpressionPtr time) {
  const bool first = call.function_name == "selector_first";
  duckdb::vector<ExpressionPtr> time_arguments;
  time_arguments.push_back(time->Copy());
  auto edge = Aggregate(first ? "min" : "max", call, std::move(time_arguments));
  duckdb::vector<ExpressionPtr> value_arguments;
  value_arguments.push_back(std::move(value));
  value_arguments.push_back(Call("iox_ns", std::move(time)));
  auto at_edge = duckdb::make_uniq<duckdb::FunctionExpression>(first ? "arg_min" : "arg_max",
                                                               std::move(value_arguments));
  at_edge->filter = edge->filter->Copy();
  ExpressionPtr is_null = Operator(ExpressionType::OPERATOR_IS_NULL, edge->Copy());
  at_edge->SetAlias("value");
  edge->SetAlias("time");
  ExpressionPtr pair =
      Call("struct_pack", ExpressionPtr(std::move(at_edge)), ExpressionPtr(std::move(edge)));
  return Case(std::move(is_null), Literal(Value(LogicalType::SQLNULL)), std::move(pair));
}

/// Further arguments of a selector are fields of the result: what they are in the row selected.
void AddOthers(FunctionCall& call, ExpressionPtr& row) {
  auto& fields = row->Cast<duckdb::FunctionExpression>().children;
  for (size_t i = 2; i < call.children.size(); ++i) {
    ExpressionPtr other = std::move(call.children[i]);
    other->SetAlias(fmt::format("other_{}", i - 1));
    fields.push_back(std::move(other));
  }
}

/// selector_first and its kin: the pair of value and time at an extreme. Ties of min and max go to
/// the earliest time.
ExpressionPtr Selector(FunctionCall& call) {
  if (call.children.size() < 2) {
    ThrowPlanError(fmt::format("{} requires at least 2 arguments, got {}", call.function_name,
                               call.children.size()));
  }
  ExpressionPtr value = std::move(call.children[0]);
  ExpressionPtr time =
      Call("iox_selector_time", std::move(call.children[1]), Literal(call.function_name.c_str()));
  AddFilter(call, Operator(ExpressionType::OPERATOR_IS_NOT_NULL, value->Copy()));
  const bool edge = call.function_name == "selector_first" || call.function_name == "selector_last";
  if (edge && call.children.size() == 2) {
    return EdgeSelector(call, std::move(value), std::move(time));
  }
  const bool least = call.function_name == "selector_min" || call.function_name == "selector_first";
  ExpressionPtr value_key = value->Copy();
  ExpressionPtr time_key = Call("iox_ns", time->Copy());
  if (!least) time_key = Call("iox_negate", std::move(time_key));
  value_key->SetAlias("v");
  time_key->SetAlias("t");
  ExpressionPtr key = edge ? Call("iox_ns", time->Copy())
                           : Call("struct_pack", std::move(value_key), std::move(time_key));
  value->SetAlias("value");
  time->SetAlias("time");
  ExpressionPtr row = Call("struct_pack", std::move(value), std::move(time));
  AddOthers(call, row);
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(std::move(row));
  arguments.push_back(std::move(key));
  return Aggregate(least ? "arg_min" : "arg_max", call, std::move(arguments));
}

/// first_value, last_value: of the rows as ORDER BY inside the call puts them.
ExpressionPtr EdgeValue(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  call.distinct = false;  // The first of all is the first of the distinct ones.
  auto order = std::move(call.order_bys);
  auto result = Aggregate(call.function_name == "first_value" ? "first" : "last", call,
                          std::move(call.children));
  result->order_bys = std::move(order);
  return result;
}

ExpressionPtr NthValue(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  const Value* place = LiteralValue(*call.children[1]);
  if (place != nullptr && (place->IsNull() || !place->type().IsIntegral())) {
    ThrowUnsupported(fmt::format("nth_value not supported for n: {}", place->ToString()));
  }
  call.distinct = false;  // The reference does without, too.
  ExpressionPtr index = std::move(call.children[1]);
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(std::move(call.children[0]));
  auto order = std::move(call.order_bys);
  auto list = Aggregate("list", call, std::move(arguments));
  list->order_bys = std::move(order);
  return Operator(ExpressionType::ARRAY_EXTRACT, ExpressionPtr(std::move(list)), std::move(index));
}

constexpr int64_t kCentroidsDefault = 100;

/// `f(q) WITHIN GROUP (ORDER BY x)` and `f(x, q)`, with a size of the digest behind the estimate's.
ExpressionPtr Percentile(FunctionCall& call, bool estimate) {
  const bool within = call.order_bys && !call.order_bys->orders.empty();
  const size_t first = within ? 0 : 1;
  CheckArgumentCount(call, first + 1, first + (estimate ? 2 : 1));
  ExpressionPtr value =
      within ? std::move(call.order_bys->orders[0].expression) : std::move(call.children[0]);
  ExpressionPtr fraction = std::move(call.children[first]);
  const bool descending = within && call.order_bys->orders[0].type == duckdb::OrderType::DESCENDING;
  if (descending) {
    fraction = Call("iox_subtract", Literal(Value::DOUBLE(1)), std::move(fraction));
  }
  call.order_bys = duckdb::make_uniq<duckdb::OrderModifier>();
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(std::move(value));
  arguments.push_back(CastTo(LogicalType::DOUBLE, std::move(fraction)));
  if (estimate) {
    call.distinct = false;  // As the reference has it.
    const bool sized = call.children.size() > first + 1;
    arguments.push_back(sized ? std::move(call.children[first + 1])
                              : Literal(Value::BIGINT(kCentroidsDefault)));
  }
  return Aggregate(estimate ? "iox_estimated_percentile" : "iox_percentile", call,
                   std::move(arguments));
}
ExpressionPtr ExactPercentile(FunctionCall& call) {
  return Percentile(call, false);
}
ExpressionPtr EstimatedPercentile(FunctionCall& call) {
  return Percentile(call, true);
}

/// As the estimate, with a weight of each value in front of the fraction.
ExpressionPtr WeightedPercentile(FunctionCall& call) {
  const bool within = call.order_bys && !call.order_bys->orders.empty();
  if (within) {
    auto& order = call.order_bys->orders[0];
    call.children.insert(call.children.begin(), std::move(order.expression));
    if (order.type == duckdb::OrderType::DESCENDING && call.children.size() > 2) {
      call.children[2] =
          Call("iox_subtract", Literal(Value::DOUBLE(1)), std::move(call.children[2]));
    }
  }
  CheckArgumentCount(call, 3, 4);
  call.distinct = false;
  call.order_bys = duckdb::make_uniq<duckdb::OrderModifier>();
  duckdb::vector<ExpressionPtr> arguments = std::move(call.children);
  arguments[2] = CastTo(LogicalType::DOUBLE, std::move(arguments[2]));
  if (arguments.size() == 3) arguments.push_back(Literal(Value::BIGINT(kCentroidsDefault)));
  return Aggregate("iox_weighted_percentile", call, std::move(arguments));
}

/// Of a single row, and of points that are all above one another, there is no line and no
/// correlation: NULL, not NaN. DISTINCT says nothing about pairs.
ExpressionPtr LineThroughPoints(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  call.distinct = false;
  const bool square = call.function_name == "regr_r2";
  ExpressionPtr value =
      Aggregate(square ? "corr" : call.function_name, call, std::move(call.children));
  ExpressionPtr is_nan = Call("isnan", value->Copy());
  if (square) value = Call("pow", std::move(value), Literal(Value::DOUBLE(2)));
  return Case(std::move(is_nan), Literal(Value(LogicalType::DOUBLE)), std::move(value));
}

ExpressionPtr OfPairs(FunctionCall& call) {
  call.distinct = false;
  if (call.function_name == "covar") call.function_name = "covar_samp";
  return nullptr;
}

/// Of several arguments the rows count where none is NULL.
ExpressionPtr Count(FunctionCall& call) {
  if (call.children.size() < 2) return nullptr;
  ExpressionPtr present;
  for (ExpressionPtr& child : call.children) {
    ExpressionPtr test = Operator(ExpressionType::OPERATOR_IS_NOT_NULL, std::move(child));
    present = present ? duckdb::make_uniq<duckdb::ConjunctionExpression>(
                            ExpressionType::CONJUNCTION_AND, std::move(present), std::move(test))
                      : std::move(test);
  }
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(
      Case(std::move(present), Literal(Value::BIGINT(1)), Literal(Value(LogicalType::BIGINT))));
  return Aggregate("count", call, std::move(arguments));
}

/// The one argument, in parentheses or behind WITHIN GROUP.
duckdb::vector<ExpressionPtr> OneArgument(FunctionCall& call) {
  if (call.order_bys && !call.order_bys->orders.empty() && call.children.empty()) {
    call.children.push_back(std::move(call.order_bys->orders[0].expression));
  }
  CheckArgumentCount(call, 1, 1);
  return std::move(call.children);
}

ExpressionPtr Median(FunctionCall& call) {
  return Aggregate("iox_median", call, OneArgument(call));
}

ExpressionPtr EstimatedMedian(FunctionCall& call) {
  duckdb::vector<ExpressionPtr> arguments = OneArgument(call);
  arguments.push_back(Literal(Value::DOUBLE(0.5)));
  arguments.push_back(Literal(Value::BIGINT(kCentroidsDefault)));
  return Aggregate("iox_estimated_percentile", call, std::move(arguments));
}

/// No separator is an empty one.
ExpressionPtr JoinedText(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  const Value* separator = LiteralValue(*call.children[1]);
  if (separator != nullptr && separator->IsNull()) {
    call.children[1] = Literal("");
  } else if (separator != nullptr) {
    call.children[1] = Literal(separator->ToString().c_str());
  }
  return nullptr;
}

FunctionEntry Mapped(const char* name, const char* engine,
                     LogicalTypeId result = LogicalTypeId::INVALID) {
  return {name, kAggregate, engine, result};
}

}  // namespace

bool IsEngineAggregate(const std::string& engine_name) {
  static constexpr std::string_view kBuilt[] = {"arg_max",
                                                "arg_min",
                                                "corr",
                                                "first",
                                                "iox_estimated_percentile",
                                                "iox_median",
                                                "iox_percentile",
                                                "iox_weighted_percentile",
                                                "last",
                                                "list",
                                                "regr_intercept",
                                                "regr_slope"};
  if (std::find(std::begin(kBuilt), std::end(kBuilt), engine_name) != std::end(kBuilt)) return true;
  const std::vector<FunctionEntry>& all = AllFunctions();
  return std::any_of(all.begin(), all.end(), [&](const FunctionEntry& entry) {
    return entry.kind == kAggregate && entry.engine == engine_name;
  });
}

void FilterNulls(const std::string& function, FunctionCall& call) {
  static constexpr std::string_view kMinding[] = {"array_agg", "first_value", "last_value",
                                                  "nth_value"};
  if (call.children.empty() ||
      std::find(std::begin(kMinding), std::end(kMinding), function) == std::end(kMinding)) {
    return;
  }
  AddFilter(call, Operator(ExpressionType::OPERATOR_IS_NOT_NULL, call.children[0]->Copy()));
}

std::vector<FunctionEntry> AggregateFunctions() {
  const LogicalTypeId count = LogicalTypeId::UBIGINT;
  std::vector<FunctionEntry> table = {
      Mapped("approx_distinct", "iox_approx_distinct"),
      Mapped("array_agg", "array_agg"),
      Mapped("avg", "iox_avg"),
      Mapped("bit_and", "bit_and"),
      Mapped("bit_or", "bit_or"),
      Mapped("bit_xor", "bit_xor"),
      Mapped("bool_and", "bool_and"),
      Mapped("bool_or", "bool_or"),
      Mapped("max", "max"),
      Mapped("mean", "iox_avg"),
      Mapped("min", "min"),
      Mapped("stddev", "stddev_samp"),
      Mapped("stddev_pop", "stddev_pop"),
      Mapped("stddev_samp", "stddev_samp"),
      Mapped("sum", "iox_sum"),
      Mapped("var", "var_samp"),
      Mapped("var_pop", "var_pop"),
      Mapped("var_population", "var_pop"),
      Mapped("var_samp", "var_samp"),
      Mapped("var_sample", "var_samp"),
  };
  const std::pair<const char*, CallTransform> built[] = {
      {"approx_median", EstimatedMedian},
      {"approx_percentile_cont", EstimatedPercentile},
      {"approx_percentile_cont_with_weight", WeightedPercentile},
      {"first_value", EdgeValue},
      {"last_value", EdgeValue},
      {"median", Median},
      {"nth_value", NthValue},
      {"percentile_cont", ExactPercentile},
      {"quantile_cont", ExactPercentile},
      {"selector_first", Selector},
      {"selector_last", Selector},
      {"selector_max", Selector},
      {"selector_min", Selector}};
  for (const auto& [name, transform] : built) {
    table.push_back({name, kAggregate, "", LogicalTypeId::INVALID, transform});
  }
  for (const char* name : {"corr", "regr_intercept", "regr_r2", "regr_slope"}) {
    table.push_back({name, kAggregate, name, LogicalTypeId::INVALID, LineThroughPoints});
  }
  for (const char* name : {"covar", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_sxx",
                           "regr_sxy", "regr_syy"}) {
    table.push_back({name, kAggregate, name, LogicalTypeId::INVALID, OfPairs});
  }
  table.push_back({"regr_count", kAggregate, "regr_count", count, OfPairs});
  table.push_back({"string_agg", kAggregate, "string_agg", LogicalTypeId::INVALID, JoinedText});
  table.push_back({"count", kAggregate, "count", LogicalTypeId::INVALID, Count});
  for (const char* name : {"cume_dist", "lag", "lead", "percent_rank"}) {
    table.push_back({name, kWindow, name});
  }
  for (const char* name : {"dense_rank", "ntile", "rank", "row_number"}) {
    table.push_back({name, kWindow, name, count});
  }
  return table;
}

}  // namespace influxdb3::query::sql
