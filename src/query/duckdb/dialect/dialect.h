#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "query/query_engine.h"
#include "util/result.h"

namespace influxdb3::query::sql {

/// A column as a table reference offers it.
struct ColumnInfo {
  std::string name;  ///< as users write it
  std::string
      engine_name;  ///< as DuckDB knows it: differs only where two names differ by case alone
  std::string arrow_type;  ///< reference type text, e.g. `Dictionary(Int32, Utf8)`, `Timestamp(ns)`
  std::string iox_type;    ///< value of the `iox::column::type` field metadata; empty when none
  bool nullable = true;
};

/// A table reference replaced by something DuckDB can scan.
struct ResolvedTable {
  duckdb::unique_ptr<duckdb::TableRef> ref;  ///< without alias; the caller sets it
  std::vector<ColumnInfo> columns;           ///< in the order `SELECT *` shows them
};

/// Knows the tables a query may name. Implemented by the engine, asked by the rewriter.
class TableResolver {
 public:
  virtual ~TableResolver() = default;
  /// `schema` is `iox` when the query names none. Error text for an unknown one:
  /// `Error during planning: table 'public.iox.nosuch' not found`.
  virtual util::Result<ResolvedTable> ResolveTable(const std::string& schema,
                                                   const std::string& table) = 0;
  /// Table functions the engine provides (later: last_cache, distinct_cache).
  virtual util::Result<ResolvedTable> ResolveTableFunction(
      const std::string& name, const std::vector<duckdb::Value>& arguments) = 0;
};

/// One column of the final result.
struct ResultColumn {
  std::string name;      ///< what the client sees
  std::string iox_type;  ///< `iox::column::type` when it is a plain table column, else empty
  bool nullable = true;  ///< as the schema says; false only where no row can hold NULL
};

/// kExplainTree shows the physical plan alone, kExplainPgJson and kExplainGraphviz the logical one.
enum class StatementKind {
  kSelect,
  kExplain,
  kExplainAnalyze,
  kExplainTree,
  kExplainPgJson,
  kExplainGraphviz
};

struct RewrittenQuery {
  StatementKind kind = StatementKind::kSelect;
  /// The SELECT to run (for EXPLAIN: the query to explain). All names resolved, all parameters
  /// bound. SHOW and DESCRIBE arrive as SELECTs from information_schema.
  duckdb::unique_ptr<duckdb::SelectStatement> statement;
  /// By position. Empty when not known before binding; then the engine's names stand.
  std::vector<ResultColumn> columns;
  /// The names of the statement's parameters in order of first use.
  std::vector<std::string> parameters;
};

struct RewriteOptions {
  bool numbered_placeholders = false;  ///< `?` stands for `$1`, `$2`, … in order
  /// Parameters without a value stay in the statement, the i-th as `$pi`, instead of being errors.
  bool keep_unbound = false;
};

/// Parses one SQL statement of the reference's dialect and turns it into one that DuckDB runs with
/// the same meaning, names and errors. Only reads pass. Errors carry the reference's texts and the
/// status codes described at QueryEngine.
util::Result<RewrittenQuery> RewriteSql(const std::string& sql,
                                        const std::map<std::string, ParameterValue>& parameters,
                                        TableResolver& resolver,
                                        const RewriteOptions& options = RewriteOptions());

/// Registers our functions, overloads and casts with a DuckDB instance; once per instance.
void RegisterDialect(duckdb::DatabaseInstance& database);

/// The reference's text for an error DuckDB raised while binding or running a rewritten query.
util::Status TranslateError(const duckdb::ErrorData& error);

}  // namespace influxdb3::query::sql
