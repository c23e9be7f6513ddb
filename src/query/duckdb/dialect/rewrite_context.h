#pragma once

#include <map>
#include <string>
#include <vector>

#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/scope.h"

namespace influxdb3::query::sql {

/// A WITH query, by the name users give it.
struct CteDefinition {
  std::string engine_name;
  std::vector<OutputColumn> columns;
};
struct CteScope {
  const CteScope* outer = nullptr;
  std::map<std::string, CteDefinition> definitions;

  const CteDefinition* Find(const std::string& name) const;
};

/// A bound item of a SELECT list, for ORDER BY, HAVING and GROUP BY to refer to.
struct SelectItem {
  std::string name;     ///< name in the result
  std::string display;  ///< the expression in errors, with its casts
  bool aliased = false;
  ExpressionPtr original;    ///< as parsed, without alias
  ExpressionPtr expression;  ///< rewritten, without alias
  OutputColumn output;
};

/// How column names may mean select items.
enum class AliasUse { kNone, kAfterColumns, kBeforeColumns };

/// Where an expression stands.
struct ExpressionContext {
  const Scope* scope = nullptr;
  const CteScope* ctes = nullptr;
  AliasUse alias_use = AliasUse::kNone;
  const std::vector<SelectItem>* items = nullptr;
  bool groups_nullable = false;  ///< several grouping sets: each leaves out some of the columns
};

}  // namespace influxdb3::query::sql
