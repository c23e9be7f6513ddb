// Functions in FROM.
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/list.hpp"

#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {

using util::Result;

namespace {

/// A series of times as rows; its arguments are rewritten already.
duckdb::unique_ptr<duckdb::TableRef> TimesOf(duckdb::TableFunctionRef& table, bool dates) {
  auto& call = table.function->Cast<duckdb::FunctionExpression>();
  if (call.children.size() != 3) {
    ThrowPlanError(fmt::format("{} function with {} requires exactly 3 arguments",
                               call.function_name, dates ? "dates" : "timestamps"));
  }
  ExpressionPtr series =
      Call("iox_series", std::move(call.children[0]), std::move(call.children[1]),
           std::move(call.children[2]), Literal(call.function_name == "range" ? "t" : "ti"));
  auto node = duckdb::make_uniq<duckdb::SelectNode>();
  node->from_table = duckdb::make_uniq<duckdb::EmptyTableRef>();
  node->select_list.push_back(Call("unnest", std::move(series)));
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  auto rows = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement), table.alias);
  rows->column_name_alias = table.column_name_alias;
  return rows;
}

}  // namespace

/// What can be told of `generate_series` and `range` before they run.
void Rewriter::CheckSeries(const std::string& name, const duckdb::FunctionExpression& call,
                           const ExpressionContext& context) const {
  const auto& arguments = call.children;
  if (arguments.empty() || arguments.size() > 3) {
    ThrowPlanError(name + " function requires 1 to 3 arguments");
  }
  const std::string first = KnownType(*arguments[0], context);
  if (first == "Float64" || first == "Utf8" || first == "Boolean") {
    ThrowPlanError("Argument #1 must be an INTEGER, TIMESTAMP, DATE or NULL, got " + first);
  }
  if (first != "Int64") return;
  std::vector<int64_t> bounds;
  for (const ExpressionPtr& argument : arguments) {
    const std::string type = KnownType(*argument, context);
    if (LiteralValue(*argument) == nullptr) return;
    if (type == "Float64" || type == "Utf8" || type == "Boolean") {
      ThrowPlanError(fmt::format("Argument #{} must be an INTEGER or NULL, got Literal({}, None)",
                                 &argument - arguments.data() + 1,
                                 NameOfLiteral(*LiteralValue(*argument))));
    }
    const duckdb::Value* value = LiteralValue(*argument);
    if (value == nullptr || value->IsNull()) return;
    bounds.push_back(Ordinal(*argument));
  }
  if (bounds.size() == 1) bounds.insert(bounds.begin(), 0);
  const int64_t step = bounds.size() == 3 ? bounds[2] : 1;
  if (step == 0) ThrowPlanError("Step cannot be zero");
  if (bounds[0] > bounds[1] && step > 0) {
    ThrowPlanError(
        "Start is bigger than end, but increment is positive: Cannot generate infinite series");
  }
  if (bounds[0] < bounds[1] && step < 0) {
    ThrowPlanError(
        "Start is smaller than end, but increment is negative: Cannot generate infinite series");
  }
}

/// `unnest(a, b)`: side by side, the shorter ones end in NULLs.
void Rewriter::RewriteUnnests(duckdb::unique_ptr<Ref>& ref, Scope& scope, const CteScope* ctes) {
  auto& table = ref->Cast<duckdb::TableFunctionRef>();
  auto& call = table.function->Cast<duckdb::FunctionExpression>();
  ExpressionContext context;
  context.scope = &scope;
  context.ctes = ctes;
  auto node = duckdb::make_uniq<duckdb::SelectNode>();
  node->from_table = duckdb::make_uniq<duckdb::EmptyTableRef>();
  std::vector<OutputColumn> columns;
  for (ExpressionPtr& child : call.children) {
    OutputColumn column;
    column.name = fmt::format("UNNEST({})", NameOf(*child, context));
    column.engine_name = fmt::format("value{}", columns.size());
    Rewrite(child, context);
    node->select_list.push_back(Call("unnest", std::move(child)));
    node->select_list.back()->SetAlias(column.engine_name);
    columns.push_back(std::move(column));
  }
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  auto subquery = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement), table.alias);
  subquery->column_name_alias = table.column_name_alias;
  ref = std::move(subquery);
  AddRelation(scope, *ref, {}, {}, std::move(columns));
}

void Rewriter::RewriteTableFunction(duckdb::unique_ptr<Ref>& ref, Scope& scope,
                                    const CteScope* ctes) {
  auto& table = ref->Cast<duckdb::TableFunctionRef>();
  if (table.subquery || table.function->GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) {
    ThrowUnsupported("this kind of table function");
  }
  auto& call = table.function->Cast<duckdb::FunctionExpression>();
  ExpressionContext context;
  context.scope = &scope;
  context.ctes = ctes;
  const std::string name = call.function_name;
  std::vector<OutputColumn> columns(1);
  std::string display;
  if (name == "unnest" && call.children.size() > 1) {
    RewriteUnnests(ref, scope, ctes);
    return;
  }
  if (name == "unnest") {
    columns[0].name = NameOf(call, context);
  } else if (name == "generate_series" || name == "range") {
    CheckSeries(name, call, context);
    columns[0].name = "value";
    const std::string type = call.children.empty() ? "" : KnownType(*call.children[0], context);
    if (type == "Int64") columns[0].arrow_type = type;
    columns[0].nullable = false;
    display = name + "()";
  } else {
    duckdb::vector<duckdb::Value> arguments;
    for (ExpressionPtr& child : call.children) {
      Rewrite(child, context);
      const duckdb::Value* value = LiteralValue(*child);
      if (value == nullptr) {
        ThrowPlanError(fmt::format("{} arguments must be string literals", name));
      }
      arguments.push_back(*value);
    }
    Result<ResolvedTable> resolved = resolver_.ResolveTableFunction(
        name, std::vector<duckdb::Value>(arguments.begin(), arguments.end()));
    if (!resolved.ok()) throw SqlError(resolved.status());
    resolved->ref->alias = table.alias;
    resolved->ref->column_name_alias = table.column_name_alias;
    columns = ColumnsOf(*resolved);
    ref = std::move(resolved->ref);
    AddRelation(scope, *ref, {name}, name, std::move(columns));
    return;
  }
  const std::string first = call.children.empty() ? "" : KnownType(*call.children[0], context);
  for (ExpressionPtr& child : call.children) {
    const BoundParameter* parameter = AsBoundParameter(*child);
    const bool is_unsigned =
        parameter != nullptr && parameter->value.type().id() == duckdb::LogicalTypeId::UBIGINT;
    Rewrite(child, context);
    if (is_unsigned) child = CastTo(duckdb::LogicalType::BIGINT, std::move(child));
  }
  columns[0].engine_name = "value";
  if (name != "unnest" && (first == "Date32" || first.rfind("Timestamp(", 0) == 0)) {
    ref = TimesOf(table, first == "Date32");
    columns[0].arrow_type = "Timestamp(ns)";
  }
  std::vector<std::string> qualifier;
  if (!display.empty()) qualifier.push_back(display);
  AddRelation(scope, *ref, std::move(qualifier), display, std::move(columns));
  ref->column_name_alias = {"value"};
}

}  // namespace influxdb3::query::sql
