// FROM clauses: tables, joins, sub-queries, VALUES, table functions.
#include <algorithm>
#include <map>
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

using duckdb::TableReferenceType;
using util::Result;

std::vector<OutputColumn> ColumnsOf(const ResolvedTable& table) {
  std::vector<OutputColumn> columns;
  for (const ColumnInfo& info : table.columns) {
    columns.push_back({info.name, info.engine_name, info.arrow_type, info.iox_type, info.nullable});
  }
  return columns;
}

namespace {

/// Under one qualifier, columns of one name are told apart by numbers.
void NumberRepeated(std::vector<OutputColumn>& columns) {
  std::map<std::string, int> seen;
  for (OutputColumn& column : columns) {
    const int repeats = seen[column.name]++;
    if (repeats > 0) column.name = fmt::format("{}:{}", column.name, repeats);
  }
}

/// A sub-query's columns keep the qualifiers they have in it: one relation for each run of columns
/// with the same.
std::vector<Relation> SplitByQualifier(const std::vector<OutputColumn>& columns,
                                       const std::string& engine_alias) {
  std::vector<Relation> relations;
  for (const OutputColumn& column : columns) {
    if (relations.empty() || relations.back().display != column.display) {
      Relation relation;
      relation.qualifier = column.qualifier;
      relation.display = column.display;
      relation.engine_alias = engine_alias;
      relations.push_back(std::move(relation));
    }
    relations.back().columns.push_back(column);
  }
  return relations;
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
  if (!ref.column_name_alias.empty()) {
    CheckAliasCount(columns.size(), ref.column_name_alias.size());
  }
  for (const Relation& other : scope.relations()) {
    if (!display.empty() && other.display == display) {
      throw SqlError(util::Status::InvalidArgument(
          fmt::format("Schema error: Schema contains duplicate qualified field name {}.{}", display,
                      columns.empty() ? "" : QuoteIfNeeded(columns[0].name))));
    }
  }
  if (!display.empty()) NumberRepeated(columns);
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
      if (!ref->alias.empty()) {
        AddRelation(scope, *ref, {}, {}, std::move(columns));
        return;
      }
      ref->alias = UniqueAlias("subquery");
      for (Relation& relation : SplitByQualifier(columns, ref->alias)) {
        scope.Add(std::move(relation));
      }
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
    if (left == nullptr || right == nullptr) {
      std::vector<ValidField> valid;
      const size_t begin = left == nullptr ? first : middle;
      const size_t end = left == nullptr ? middle : scope.relations().size();
      for (size_t i = begin; i < end; ++i) {
        const Relation& relation = scope.relations()[i];
        for (const auto& column : relation.columns)
          valid.push_back({relation.display, column.name});
      }
      ThrowUnknownField({name}, valid);
    }
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
    const std::string type = KnownType(*join.condition, context);
    if (!type.empty() && type != "Boolean" && type != "Null") {
      throw SqlError(util::Status::InvalidArgument(
          fmt::format("type_coercion\ncaused by\nError during planning: Join condition must be "
                      "boolean type, but got {}",
                      type)));
    }
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
