#pragma once

#include <string>
#include <vector>

#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/scope.h"
#include "util/result.h"

namespace influxdb3::query::sql {

/// SHOW TABLES as a query over information_schema.
std::string ShowTablesSql();
/// SHOW ALL, or SHOW of one variable; with descriptions for VERBOSE.
std::string SettingsSql(const std::string& setting, bool verbose);
/// SHOW FUNCTIONS, those that are LIKE a pattern or all.
std::string FunctionsSql(const std::string& pattern);
/// SHOW FULL COLUMNS.
util::Result<std::string> AllColumnsSql(const std::vector<std::string>& table,
                                        TableResolver& resolver);
/// SHOW CREATE TABLE: no table has a definition.
util::Result<std::string> ShowCreateSql(const std::vector<std::string>& table,
                                        TableResolver& resolver);
/// DESCRIBE (three columns) and SHOW COLUMNS (six) as a list of values.
util::Result<std::string> ColumnsSql(const std::vector<std::string>& table, bool show_columns,
                                     TableResolver& resolver);
/// DESCRIBE of a query: names and types of its columns; the query itself is not run.
RewrittenQuery DescribeQuery(RewrittenQuery query, const std::vector<OutputColumn>& columns);

}  // namespace influxdb3::query::sql
