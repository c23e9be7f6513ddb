#include "query/duckdb/dialect/show_statements.h"

#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/expressionlistref.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"

#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;

std::string Quote(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

/// `(SELECT column FROM (query) LIMIT 0)`: has the column's type and costs nothing.
ExpressionPtr TypeProbe(const duckdb::SelectStatement& query, const std::string& column) {
  auto node = duckdb::make_uniq<duckdb::SelectNode>();
  node->select_list.push_back(duckdb::make_uniq<duckdb::ColumnRefExpression>(column));
  node->from_table = duckdb::make_uniq<duckdb::SubqueryRef>(
      duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(query.Copy()),
      "probe");
  auto limit = duckdb::make_uniq<duckdb::LimitModifier>();
  limit->limit = Literal(duckdb::Value::BIGINT(0));
  node->modifiers.push_back(std::move(limit));
  auto subquery = duckdb::make_uniq<duckdb::SubqueryExpression>();
  subquery->subquery_type = duckdb::SubqueryType::SCALAR;
  subquery->subquery = duckdb::make_uniq<duckdb::SelectStatement>();
  subquery->subquery->node = std::move(node);
  return subquery;
}

struct TableName {
  std::string schema;
  std::string table;
};

/// Throws the reference's error for a table of another catalog.
TableName NameOfTable(const std::vector<std::string>& parts) {
  if (parts.size() == 3 && parts[0] != "public") {
    ThrowPlanError(fmt::format("table '{}' not found", fmt::join(parts, ".")));
  }
  return {parts.size() > 1 ? parts[parts.size() - 2] : "iox", parts.back()};
}

}  // namespace

std::string ShowTablesSql() {
  // The guide's list shows neither the system tables nor the views behind SHOW FUNCTIONS.
  return "SELECT table_catalog, table_schema, table_name, table_type "
         "FROM information_schema.tables WHERE table_schema <> 'system' "
         "AND NOT (table_schema = 'information_schema' AND table_name IN ('routines', "
         "'parameters')) "
         "ORDER BY CASE table_schema WHEN 'iox' THEN 0 ELSE 1 END, "
         "CASE WHEN table_schema = 'information_schema' THEN CASE table_name "
         "WHEN 'tables' THEN 0 WHEN 'views' THEN 1 WHEN 'columns' THEN 2 WHEN 'df_settings' THEN 3 "
         "ELSE 4 END ELSE 0 END, table_name";
}

std::string SettingsSql(const std::string& setting, bool verbose) {
  const std::string all = fmt::format("SELECT name, value{} FROM information_schema.df_settings",
                                      verbose ? ", description" : "");
  if (setting.empty()) return all + " ORDER BY name";
  return fmt::format("{} WHERE name = {} ORDER BY name", all, Quote(setting));
}

std::string FunctionsSql(const std::string& pattern) {
  return fmt::format(
      "SELECT r.routine_name AS function_name, r.data_type AS return_type, p.parameters, "
      "p.parameter_types, r.function_type, r.description, r.syntax_example "
      "FROM information_schema.routines r LEFT JOIN "
      "(SELECT specific_name, array_agg(parameter_name ORDER BY ordinal_position) AS parameters, "
      "array_agg(data_type ORDER BY ordinal_position) AS parameter_types "
      "FROM information_schema.parameters WHERE parameter_mode = 'IN' GROUP BY specific_name) p "
      "ON r.specific_name = p.specific_name {} ORDER BY function_name",
      pattern.empty() ? "" : "WHERE r.routine_name LIKE " + Quote(pattern));
}

Result<std::string> AllColumnsSql(const std::vector<std::string>& table, TableResolver& resolver) {
  const TableName name = NameOfTable(table);
  RETURN_IF_ERROR(resolver.ResolveTable(name.schema, name.table).status());
  return fmt::format(
      "SELECT * FROM information_schema.columns WHERE table_schema = {} AND table_name = {} "
      "ORDER BY ordinal_position",
      Quote(name.schema), Quote(name.table));
}

Result<std::string> ShowCreateSql(const std::vector<std::string>& table, TableResolver& resolver) {
  const TableName name = NameOfTable(table);
  RETURN_IF_ERROR(resolver.ResolveTable(name.schema, name.table).status());
  return fmt::format(
      "SELECT table_catalog, table_schema, table_name, definition FROM information_schema.views "
      "WHERE table_schema = {} AND table_name = {}",
      Quote(name.schema), Quote(name.table));
}

Result<std::string> ColumnsSql(const std::vector<std::string>& table, bool show_columns,
                               TableResolver& resolver) {
  const auto [schema, name] = NameOfTable(table);
  ASSIGN_OR_RETURN(const ResolvedTable resolved, resolver.ResolveTable(schema, name));
  std::string rows;
  for (const ColumnInfo& column : resolved.columns) {
    rows += fmt::format("{}({}, {}, {}, {}, {}, {})", rows.empty() ? "" : ", ", Quote("public"),
                        Quote(schema), Quote(name), Quote(column.name), Quote(column.arrow_type),
                        column.nullable ? "'YES'" : "'NO'");
  }
  const char* wanted = show_columns ? "*" : "column_name, data_type, is_nullable";
  const char* names =
      "table_catalog, table_schema, table_name, column_name, data_type, is_nullable";
  if (rows.empty()) {
    return fmt::format("SELECT {} FROM (VALUES ('', '', '', '', '', '')) AS t({}) LIMIT 0", wanted,
                       names);
  }
  return fmt::format("SELECT {} FROM (VALUES {}) AS t({})", wanted, rows, names);
}

RewrittenQuery DescribeQuery(RewrittenQuery query, const std::vector<OutputColumn>& columns) {
  auto values = duckdb::make_uniq<duckdb::ExpressionListRef>();
  values->alias = "columns";
  values->expected_names = {"column_name", "data_type", "is_nullable"};
  for (const OutputColumn& column : columns) {
    duckdb::vector<ExpressionPtr> row;
    row.push_back(Literal(column.name.c_str()));
    row.push_back(!column.arrow_type.empty()
                      ? Literal(column.arrow_type.c_str())
                      : Call("iox_arrow_typeof", TypeProbe(*query.statement, column.engine_name)));
    row.push_back(Literal(column.nullable ? "YES" : "NO"));
    values->values.push_back(std::move(row));
  }
  auto node = duckdb::make_uniq<duckdb::SelectNode>();
  for (const std::string& name : values->expected_names) {
    node->select_list.push_back(duckdb::make_uniq<duckdb::ColumnRefExpression>(name));
  }
  node->from_table = std::move(values);
  RewrittenQuery result;
  result.statement = duckdb::make_uniq<duckdb::SelectStatement>();
  result.statement->node = std::move(node);
  result.columns = {
      {"column_name", "", false}, {"data_type", "", false}, {"is_nullable", "", false}};
  return result;
}

}  // namespace influxdb3::query::sql
