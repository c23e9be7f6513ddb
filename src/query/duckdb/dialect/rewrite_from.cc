// FROM clauses: tables, joins, sub-queries, VALUES, table functions.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/list.hpp"

#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::TableReferenceType;
using util::Result;

std::vector<OutputColumn> ColumnsOf(const ResolvedTable& table) {
  std::vector<OutputColumn> columns;
  for (const ColumnInfo& info : table.columns) {
    columns.push_back({info.name, info.engine_name, info.arrow_type, info.iox_type, info.nullable});
  }
  return columns;
}

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

/// Only `public` exists.
std::vector<std::string> CheckCatalog(const std::string& catalog, const std::string& schema,
                                      const std::string& table) {
  std::vector<std::string> parts;
  if (!catalog.empty()) parts.push_back(catalog);
  if (!schema.empty()) parts.push_back(schema);
  parts.push_back(table);
  if (!catalog.empty() && catalog != "public") {
    ThrowPlanError(fmt::format("table '{}' not found", fmt::join(parts, ".")));
  }
  return parts;
}

}  // namespace

std::string Rewriter::UniqueAlias(const std::string& wanted) {
  std::string alias = wanted;
  for (int number = 2; !used_aliases_.insert(duckdb::StringUtil::Lower(alias)).second; ++number) {
    alias = fmt::format("{}__{}", wanted, number);
  }
  return alias;
}

void Rewriter::AddRelation(Scope& scope, Ref& ref, std::vector<std::string> qualifier,
                           std::string display, std::vector<OutputColumn> columns) {
  Relation relation;
  if (!ref.alias.empty()) {
    qualifier = {ref.alias};
    display = ref.alias;
  }
  for (size_t i = 0; i < ref.column_name_alias.size() && i < columns.size(); ++i) {
    columns[i].name = ref.column_name_alias[i];
  }
  if (ref.column_name_alias.size() > columns.size()) {
    ThrowPlanError(
        fmt::format("Source table contains {} columns but {} names given as column alias",
                    columns.size(), ref.column_name_alias.size()));
  }
  for (const Relation& other : scope.relations()) {
    if (!display.empty() && other.display == display) {
      ThrowPlanError(
          fmt::format("Schema error: Schema contains duplicate qualified field name {}.{}", display,
                      columns.empty() ? "" : columns[0].name));
    }
  }
  relation.qualifier = std::move(qualifier);
  relation.display = std::move(display);
  relation.columns = std::move(columns);
  relation.engine_alias =
      UniqueAlias(relation.qualifier.empty() ? std::string("subquery") : relation.qualifier.back());
  ref.alias = relation.engine_alias;
  ref.column_name_alias.clear();
  scope.Add(std::move(relation));
}

void Rewriter::RewriteFrom(duckdb::unique_ptr<Ref>& ref, Scope& scope, const Scope* outer,
                           const CteScope* ctes) {
  if (!ref) return;
  ref->sample.reset();
  switch (ref->type) {
    case TableReferenceType::EMPTY_FROM: return;
    case TableReferenceType::BASE_TABLE: RewriteBaseTable(ref, scope, ctes); return;
    case TableReferenceType::JOIN:
      RewriteJoin(ref->Cast<duckdb::JoinRef>(), scope, outer, ctes);
      return;
    case TableReferenceType::TABLE_FUNCTION: RewriteTableFunction(ref, scope, ctes); return;
    case TableReferenceType::EXPRESSION_LIST:
      RewriteValues(ref->Cast<duckdb::ExpressionListRef>(), scope, outer, ctes);
      return;
    case TableReferenceType::SUBQUERY: {
      auto& subquery = ref->Cast<duckdb::SubqueryRef>();
      // LATERAL: what stands to the left is visible.
      Scope lateral(outer);
      const bool has_left = !scope.relations().empty();
      if (has_left) {
        for (const Relation& relation : scope.relations()) lateral.Add(relation);
      }
      std::vector<OutputColumn> columns =
          RewriteNode(subquery.subquery->node, has_left ? &lateral : outer, ctes);
      AddRelation(scope, *ref, {}, {}, std::move(columns));
      return;
    }
    default: ThrowUnsupported("this kind of table reference");
  }
}

void Rewriter::RewriteBaseTable(duckdb::unique_ptr<Ref>& ref, Scope& scope, const CteScope* ctes) {
  auto& table = ref->Cast<duckdb::BaseTableRef>();
  if (table.at_clause) ThrowUnsupported("AT clauses");
  if (table.schema_name.empty() && table.catalog_name.empty() && ctes != nullptr) {
    if (const CteDefinition* cte = ctes->Find(table.table_name)) {
      const std::string name = table.table_name;
      table.table_name = cte->engine_name;
      AddRelation(scope, *ref, {name}, name, cte->columns);
      return;
    }
  }
  const std::vector<std::string> parts =
      CheckCatalog(table.catalog_name, table.schema_name, table.table_name);
  const std::string schema = table.schema_name.empty() ? "iox" : table.schema_name;
  Result<ResolvedTable> resolved = resolver_.ResolveTable(schema, table.table_name);
  if (!resolved.ok()) throw SqlError(resolved.status());
  const std::string display = fmt::format("{}", fmt::join(parts, "."));
  resolved->ref->alias = table.alias;
  resolved->ref->column_name_alias = table.column_name_alias;
  std::vector<OutputColumn> columns = ColumnsOf(*resolved);
  const std::string name = table.table_name;
  ref = std::move(resolved->ref);
  AddRelation(scope, *ref, {"public", schema, name}, display, std::move(columns));
}

void Rewriter::RewriteJoin(duckdb::JoinRef& join, Scope& scope, const Scope* outer,
                           const CteScope* ctes) {
  const bool one_sided = join.type == duckdb::JoinType::SEMI || join.type == duckdb::JoinType::ANTI;
  if (join.ref_type == duckdb::JoinRefType::ASOF && one_sided) {
    std::swap(join.left, join.right);
    join.ref_type = duckdb::JoinRefType::REGULAR;
  }
  if (join.ref_type == duckdb::JoinRefType::ASOF ||
      join.ref_type == duckdb::JoinRefType::POSITIONAL) {
    ThrowUnsupported("ASOF and POSITIONAL joins");
  }
  const size_t first = scope.relations().size();
  RewriteFrom(join.left, scope, outer, ctes);
  const size_t middle = scope.relations().size();
  RewriteFrom(join.right, scope, outer, ctes);
  const auto side = [&](const std::string& name, size_t begin, size_t end) -> const OutputColumn* {
    for (size_t i = begin; i < end; ++i) {
      for (const OutputColumn& column : scope.relations()[i].columns) {
        if (column.name == name) return &column;
      }
    }
    return nullptr;
  };
  std::vector<std::string> shared(join.using_columns.begin(), join.using_columns.end());
  if (join.ref_type == duckdb::JoinRefType::NATURAL) {
    for (size_t i = first; i < middle; ++i) {
      for (const OutputColumn& column : scope.relations()[i].columns) {
        if (side(column.name, middle, scope.relations().size()) != nullptr) {
          shared.push_back(column.name);
        }
      }
    }
    join.ref_type = shared.empty() ? duckdb::JoinRefType::CROSS : duckdb::JoinRefType::REGULAR;
  }
  join.using_columns.clear();
  for (const std::string& name : shared) {
    const OutputColumn* left = side(name, first, middle);
    const OutputColumn* right = side(name, middle, scope.relations().size());
    if (left == nullptr || right == nullptr) scope.ThrowUnknown({name});
    if (left->engine_name != right->engine_name) {
      ThrowUnsupported("USING over columns whose names differ by case only elsewhere");
    }
    join.using_columns.push_back(left->engine_name);
    scope.Merge(name);
  }
  if (join.condition) {
    ExpressionContext context;
    context.scope = &scope;
    context.ctes = ctes;
    Rewrite(join.condition, context);
  }
  const bool keeps_left = join.type == duckdb::JoinType::LEFT;
  const bool keeps_right = join.type == duckdb::JoinType::RIGHT;
  const bool keeps_both = join.type == duckdb::JoinType::OUTER;
  if (keeps_left || keeps_both) scope.MakeNullable(middle, scope.relations().size());
  if (keeps_right || keeps_both) scope.MakeNullable(first, middle);
  // Only the left side of these is visible afterwards.
  if (one_sided) {
    scope.Truncate(middle);
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
  if (name == "unnest" && call.children.size() > 1) {
    RewriteUnnests(ref, scope, ctes);
    return;
  }
  if (name == "unnest") {
    columns[0].name = NameOf(call, context);
  } else if (name == "generate_series" || name == "range") {
    columns[0].name = "value";
    columns[0].arrow_type = "Int64";
    columns[0].nullable = false;
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
  AddRelation(scope, *ref, {}, {}, std::move(columns));
  ref->column_name_alias = {"value"};
}

void Rewriter::RewriteValues(duckdb::ExpressionListRef& values, Scope& scope, const Scope* outer,
                             const CteScope* ctes) {
  Scope empty(outer);
  ExpressionContext context;
  context.scope = &empty;
  context.ctes = ctes;
  std::vector<OutputColumn> columns;
  for (auto& row : values.values) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (columns.size() <= i) {
        const std::string name = fmt::format("column{}", i + 1);
        columns.push_back({name, name, KnownType(*row[i], context), {}});
      }
      Rewrite(row[i], context);
    }
    if (row.size() != columns.size()) {
      ThrowPlanError(fmt::format(
          "Inconsistent data length across values list: got {} values in row {} but expected {}",
          row.size(), &row - values.values.data(), columns.size()));
    }
  }
  values.expected_names.clear();
  for (const OutputColumn& column : columns) values.expected_names.push_back(column.engine_name);
  // DuckDB invents this alias for VALUES that have none.
  if (values.alias == "valueslist") values.alias.clear();
  AddRelation(scope, values, {}, {}, std::move(columns));
}

}  // namespace influxdb3::query::sql
