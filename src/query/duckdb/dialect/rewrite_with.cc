// WITH.
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {

using duckdb::QueryNodeType;
using util::Status;

const CteDefinition* CteScope::Find(const std::string& name) const {
  for (const CteScope* scope = this; scope != nullptr; scope = scope->outer) {
    const auto found = scope->definitions.find(name);
    if (found != scope->definitions.end()) return &found->second;
  }
  return nullptr;
}

void CheckAliasCount(size_t columns, size_t aliases) {
  if (columns == aliases) return;
  ThrowPlanError(
      fmt::format("Source table contains {} columns but only {} names given as column alias",
                  columns, aliases));
}

void AssignEngineNames(std::vector<OutputColumn>& columns) {
  std::set<std::string> used;
  for (OutputColumn& column : columns) {
    std::string name = column.name.empty() ? std::string("column") : column.name;
    for (int number = 2; !used.insert(duckdb::StringUtil::Lower(name)).second; ++number) {
      name = fmt::format("{}__{}", column.name, number);
    }
    column.engine_name = name;
  }
}

void Rewriter::DefineCtes(Node& node, const Scope* outer, CteScope& ctes) {
  duckdb::CommonTableExpressionMap renamed;
  for (auto& [name, info] : node.cte_map.map) {
    if (ctes.definitions.count(name) > 0) {
      ThrowPlanError(fmt::format("WITH query name \"{}\" specified more than once", name));
    }
    CteDefinition definition;
    definition.engine_name = UniqueAlias(name);
    duckdb::unique_ptr<Node>& query = info->query->node;
    const std::vector<std::string> aliases(info->aliases.begin(), info->aliases.end());
    if (query->type == QueryNodeType::RECURSIVE_CTE_NODE) {
      auto& recursive = query->Cast<duckdb::RecursiveCTENode>();
      recursive.ctename = definition.engine_name;
      if (recursive.aliases.empty()) recursive.aliases = info->aliases;
      definition.columns = RewriteRecursive(recursive, name, outer, &ctes);
      info->aliases = recursive.aliases;
    } else {
      definition.columns = RewriteNode(query, outer, &ctes);
      if (!aliases.empty()) CheckAliasCount(definition.columns.size(), aliases.size());
      for (size_t i = 0; i < aliases.size() && i < definition.columns.size(); ++i) {
        definition.columns[i].name = aliases[i];
      }
      AssignEngineNames(definition.columns);
      info->aliases.clear();
      for (const OutputColumn& column : definition.columns) {
        info->aliases.push_back(column.engine_name);
      }
    }
    const std::string engine_name = definition.engine_name;
    cte_queries_[engine_name] = query.get();
    ctes.definitions.emplace(name, std::move(definition));
    renamed.map.insert(engine_name, std::move(info));
  }
  node.cte_map = std::move(renamed);
}

std::vector<OutputColumn> Rewriter::RewriteRecursive(duckdb::RecursiveCTENode& node,
                                                     const std::string& name, const Scope* outer,
                                                     const CteScope* ctes) {
  const std::vector<std::string> aliases(node.aliases.begin(), node.aliases.end());
  std::vector<OutputColumn> columns = RewriteNode(node.left, outer, ctes);
  for (size_t i = 0; i < aliases.size() && i < columns.size(); ++i) columns[i].name = aliases[i];
  AssignEngineNames(columns);
  node.aliases.clear();
  for (const OutputColumn& column : columns) node.aliases.push_back(column.engine_name);
  CteScope inner;
  inner.outer = ctes;
  inner.definitions.emplace(name, CteDefinition{node.ctename, columns});
  const std::vector<OutputColumn> right = RewriteNode(node.right, outer, &inner);
  if (right.size() != columns.size()) {
    ThrowPlanError("UNION queries have different number of columns");
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].nullable = columns[i].nullable || right[i].nullable;
  }
  return columns;
}

}  // namespace influxdb3::query::sql
