// `*` and `t.*`, with EXCEPT and REPLACE.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/parser/query_node/list.hpp"

#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

/// The columns left out. Each must be there, exactly as written.
std::set<std::string> ExcludedColumns(const duckdb::StarExpression& star,
                                      const ExpressionContext& context, const Relation* only) {
  std::set<std::string> excluded;
  for (const auto& name : star.exclude_list) {
    std::vector<std::string> parts = {name.column};
    bool found = false;
    for (const Relation& relation : context.scope->relations()) {
      if (only != nullptr && only != &relation) continue;
      for (const OutputColumn& column : relation.columns) found |= column.name == name.column;
    }
    if (only != nullptr && !only->display.empty()) parts.insert(parts.begin(), only->display);
    if (!found) context.scope->ThrowUnknown(parts);
    excluded.insert(name.column);
  }
  return excluded;
}

}  // namespace

void Rewriter::ExpandStar(duckdb::StarExpression& star, const ExpressionContext& context,
                          std::vector<SelectItem>& items) {
  if (star.columns || star.expr) ThrowUnsupported("COLUMNS expressions");
  const std::vector<Relation>& relations = context.scope->relations();
  const Relation* only =
      star.relation_name.empty() ? nullptr : &context.scope->ResolveRelation(star.relation_name);
  if (only == nullptr && relations.empty())
    ThrowPlanError("SELECT * with no tables specified is not valid");
  std::set<std::string> merged_seen;
  const std::set<std::string> excluded = ExcludedColumns(star, context, only);
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
      item.output.qualifier = relation.qualifier;
      item.output.display = relation.display;
      item.original = duckdb::make_uniq<duckdb::ColumnRefExpression>([&] {
        duckdb::vector<std::string> parts(relation.qualifier.begin(), relation.qualifier.end());
        if (merged) parts.clear();
        parts.push_back(column.name);
        return parts;
      }());
      const auto replaced = star.replace_list.find(column.name);
      if (replaced != star.replace_list.end()) {
        item.output.iox_type.clear();
        item.output.qualifier.clear();
        item.output.display.clear();
        item.output.arrow_type = KnownType(*replaced->second, context);
        item.output.nullable = IsNullable(*replaced->second, context);
        item.original = replaced->second->Copy();
        item.expression = replaced->second->Copy();
        Rewrite(item.expression, context);
        item.expression->ClearAlias();
      } else {
        // A merged column is the left side's, also where only the right side has a row.
        item.expression = duckdb::make_uniq<duckdb::ColumnRefExpression>(column.engine_name,
                                                                         relation.engine_alias);
      }
      items.push_back(std::move(item));
    }
  }
}

}  // namespace influxdb3::query::sql
