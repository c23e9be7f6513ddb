#pragma once

#include <map>
#include <string>
#include <vector>

#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/lexer.h"
#include "util/result.h"

namespace influxdb3::query::sql {

/// What a request asks for, told by its leading words. Everything but reads was refused.
struct Statement {
  enum class Form {
    kQuery,
    kDescribeQuery,
    kShowTables,
    kDescribeTable,
    kShowColumns,
    kShowAllColumns,
    kShowCreate,
    kShowFunctions,
    kSettings
  };
  Form form = Form::kQuery;
  StatementKind kind = StatementKind::kSelect;  ///< of EXPLAIN, the form is what it explains
  std::vector<Token> query;  ///< kQuery, kDescribeQuery: the query's tokens, with kEnd
  std::vector<std::string>
      table;             ///< kDescribeTable, kShow…Columns, kShowCreate: one to three name parts
  std::string setting;   ///< kSettings: one variable, or empty for all
  bool verbose = false;  ///< kSettings: with descriptions
  std::string pattern;   ///< kShowFunctions: for LIKE, or empty for all
};

/// Applies the allow-list. Errors carry the reference's texts.
util::Result<Statement> ClassifyStatement(std::vector<Token> tokens, TableResolver& resolver);

/// A query's tokens written as text DuckDB's grammar accepts. Its grammar reserves more words and
/// lacks some of the reference's forms; parameters become `$p<n>`, n indexing `parameters`.
struct GrammarText {
  std::string sql;
  std::vector<std::string> parameters;
  /// Offset in `sql` where each token starts, to name the offending token in parser errors.
  std::vector<size_t> token_offsets;
  /// IGNORE NULLS (true) and RESPECT NULLS of calls, by the offset of their name in `sql`, which
  /// does without them: DuckDB takes them in few places.
  std::map<size_t, bool> ignored_nulls;
};
util::Result<GrammarText> WriteForGrammar(const std::vector<Token>& tokens);

/// Prefix of functions whose spelling DuckDB's grammar would lose (`ifnull` becomes COALESCE).
inline constexpr const char* kKeptFunctionPrefix = "iox_kept_";

}  // namespace influxdb3::query::sql
