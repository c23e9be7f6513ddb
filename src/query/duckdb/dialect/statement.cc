#include "query/duckdb/dialect/statement.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/refused_statements.h"
#include "query/duckdb/dialect/settings.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

bool StartsQuery(const Token& token) {
  return token.IsWord("select") || token.IsWord("with") || token.IsWord("values") ||
         token.IsWord("from") || token.IsSymbol("(");
}

bool StartsDescribe(const Token& token) {
  return token.IsWord("describe") || token.IsWord("desc");
}

/// Whether a statement, known or refused, starts with the token.
bool StartsStatement(const Token& token) {
  static constexpr std::string_view kWords[] = {
      "show",   "explain", "create",   "drop",   "insert",   "replace", "update",     "delete",
      "copy",   "set",     "start",    "end",    "commit",   "begin",   "rollback",   "prepare",
      "alter",  "execute", "truncate", "grant",  "revoke",   "call",    "deallocate", "use",
      "attach", "detach",  "pragma",   "vacuum", "savepoint"};
  return StartsQuery(token) || StartsDescribe(token) ||
         (token.kind == TokenKind::kWord &&
          std::find(std::begin(kWords), std::end(kWords), token.value) != std::end(kWords));
}

Status CheckSingleStatement(std::vector<Token>& tokens) {
  while (tokens.size() > 1 && tokens.front().IsSymbol(";")) tokens.erase(tokens.begin());
  size_t end = 0;
  while (tokens[end].kind != TokenKind::kEnd && !tokens[end].IsSymbol(";")) ++end;
  for (size_t i = end; i + 1 < tokens.size(); ++i) {
    if (tokens[i].IsSymbol(";")) continue;
    for (const Token* first : {&tokens[0], &tokens[i]}) {
      if (!StartsStatement(*first)) return UnexpectedToken("an SQL statement", *first);
    }
    return NotImplemented("The context currently only supports a single SQL statement");
  }
  tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(end), tokens.end() - 1);
  if (tokens.size() == 1) {
    return Status::InvalidArgument(
        "Error during planning: No SQL statements were provided in the query string");
  }
  return Status::Ok();
}

/// Reads `a`, `a.b` or `a.b.c` at `at`, to the end of the statement.
Result<std::vector<std::string>> ReadTableName(const std::vector<Token>& tokens, size_t at) {
  std::vector<std::string> parts;
  while (true) {
    const Token& token = TokenAt(tokens, at);
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedIdentifier &&
        token.kind != TokenKind::kString) {
      return UnexpectedToken("identifier", token);
    }
    parts.push_back(token.value);
    ++at;
    if (!TokenAt(tokens, at).IsSymbol(".")) break;
    ++at;
  }
  if (TokenAt(tokens, at).kind != TokenKind::kEnd)
    return UnexpectedToken("end of statement", TokenAt(tokens, at));
  if (parts.size() > 3) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: Unsupported compound identifier '{}'. Expected 1, 2 or "
                    "3 parts, got {}",
                    fmt::join(parts, "."), parts.size()));
  }
  return parts;
}

/// `SHOW TABLES` and nothing else.
Result<Statement> ClassifyShowTables(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = Statement::Form::kShowTables;
  if (TokenAt(tokens, 1).IsWord("extended"))
    return NotImplemented("SHOW TABLES EXTENDED not supported");
  if (TokenAt(tokens, 1).IsWord("external"))
    return NotImplemented("SHOW EXTERNAL TABLES not supported");
  if (at > 1) return NotImplemented("SHOW FULL TABLES not supported");
  if (TokenAt(tokens, at + 1).IsWord("from") || TokenAt(tokens, at + 1).IsWord("in")) {
    return NotImplemented("SHOW TABLES IN not supported");
  }
  if (TokenAt(tokens, at + 1).kind != TokenKind::kEnd) {
    return NotImplemented("SHOW TABLES FILTER not supported");
  }
  return statement;
}

/// `SHOW COLUMNS FROM t [FROM schema]`.
Result<Statement> ClassifyShowColumns(std::vector<Token> tokens, size_t at) {
  Statement statement;
  statement.form = at > 1 ? Statement::Form::kShowAllColumns : Statement::Form::kShowColumns;
  if (TokenAt(tokens, at + 1).kind == TokenKind::kEnd) {
    return Status::InvalidArgument("Error during planning: SHOW COLUMNS requires a table name");
  }
  bool filtered = !TokenAt(tokens, at + 1).IsWord("from") && !TokenAt(tokens, at + 1).IsWord("in");
  for (size_t i = at + 2; tokens[i].kind != TokenKind::kEnd; ++i) {
    filtered = filtered || tokens[i].IsWord("like") || tokens[i].IsWord("ilike") ||
               tokens[i].IsWord("where");
  }
  if (filtered) return NotImplemented("SHOW COLUMNS with WHERE or LIKE is not supported");
  std::string schema;
  const size_t size = tokens.size();
  if (size > at + 5 && (tokens[size - 3].IsWord("from") || tokens[size - 3].IsWord("in"))) {
    schema = tokens[size - 2].value;
    tokens.erase(tokens.end() - 3, tokens.end() - 1);
  }
  ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at + 2));
  if (!schema.empty()) statement.table.insert(statement.table.end() - 1, schema);
  return statement;
}

Result<Statement> ClassifyShowFunctions(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = Statement::Form::kShowFunctions;
  if (TokenAt(tokens, at + 1).kind == TokenKind::kEnd) return statement;
  if (!TokenAt(tokens, at + 1).IsWord("like")) {
    return Status::InvalidArgument("Error during planning: Unsupported SHOW FUNCTIONS filter");
  }
  if (TokenAt(tokens, at + 2).kind != TokenKind::kString) {
    return UnexpectedToken("literal string", TokenAt(tokens, at + 2));
  }
  statement.pattern = TokenAt(tokens, at + 2).value;
  if (TokenAt(tokens, at + 3).kind != TokenKind::kEnd) {
    return UnexpectedToken("end of statement", TokenAt(tokens, at + 3));
  }
  return statement;
}

/// Only tables have a statement to show.
Result<Statement> ClassifyShowCreate(const std::vector<Token>& tokens, size_t at) {
  static constexpr std::string_view kOthers[] = {"trigger", "function", "procedure", "event",
                                                 "view"};
  const Token& what = TokenAt(tokens, at + 1);
  if (what.IsWord("table")) {
    Statement statement;
    statement.form = Statement::Form::kShowCreate;
    ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at + 2));
    return statement;
  }
  if (std::find(std::begin(kOthers), std::end(kOthers), what.value) != std::end(kOthers)) {
    return NotImplemented("Only `SHOW CREATE TABLE  ...` statement is supported");
  }
  return UnexpectedToken("one of TABLE or TRIGGER or FUNCTION or PROCEDURE or EVENT or VIEW", what);
}

Result<Statement> ClassifySettings(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = Statement::Form::kSettings;
  const bool named = TokenAt(tokens, at).kind != TokenKind::kEnd;
  for (; TokenAt(tokens, at).kind != TokenKind::kEnd; ++at) {
    if (TokenAt(tokens, at).IsWord("verbose") && TokenAt(tokens, at + 1).kind == TokenKind::kEnd) {
      statement.verbose = true;
    } else if (!TokenAt(tokens, at).IsSymbol(".")) {
      const Token& token = TokenAt(tokens, at);
      statement.setting += statement.setting.empty() ? "" : ".";
      statement.setting += token.value.empty() ? token.text : token.value;
    }
  }
  const bool all = statement.setting == "all";
  if (all) statement.setting.clear();
  if (statement.setting == "timezone" || statement.setting == "time.zone") {
    statement.setting = "datafusion.execution.time_zone";
  }
  if (!all && (!named || !IsSetting(statement.setting))) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: '{}' is not a variable which can be viewed with 'SHOW'",
                    statement.setting));
  }
  return statement;
}

Result<Statement> ClassifyShow(const std::vector<Token>& tokens) {
  size_t at = 1;
  while (TokenAt(tokens, at).IsWord("full") || TokenAt(tokens, at).IsWord("extended")) ++at;
  if (TokenAt(tokens, at).IsWord("external") && TokenAt(tokens, at + 1).IsWord("tables")) ++at;
  if (TokenAt(tokens, at).IsWord("tables")) return ClassifyShowTables(tokens, at);
  if (TokenAt(tokens, at).IsWord("columns") || TokenAt(tokens, at).IsWord("fields")) {
    return ClassifyShowColumns(tokens, at);
  }
  if (TokenAt(tokens, at).IsWord("functions")) return ClassifyShowFunctions(tokens, at);
  if (TokenAt(tokens, at).IsWord("create")) return ClassifyShowCreate(tokens, at);
  static constexpr std::string_view kOther[] = {"databases", "schemas", "collation",
                                                "status",    "views",   "variables",
                                                "global",    "charset", "character"};
  if (std::find(std::begin(kOther), std::end(kOther), TokenAt(tokens, at).value) !=
          std::end(kOther) ||
      (TokenAt(tokens, at).IsWord("materialized") && TokenAt(tokens, at + 1).IsWord("views"))) {
    return NotImplemented("Unsupported SQL statement: " + EchoStatement(tokens));
  }
  return ClassifySettings(tokens, at);
}

Result<Statement> ClassifyDescribe(std::vector<Token> tokens) {
  Statement statement;
  size_t at = 1;
  static constexpr std::string_view kIgnored[] = {"table", "extended", "formatted"};
  if (TokenAt(tokens, 2).kind != TokenKind::kEnd &&
      std::find(std::begin(kIgnored), std::end(kIgnored), TokenAt(tokens, at).value) !=
          std::end(kIgnored)) {
    ++at;
  }
  const bool name = TokenAt(tokens, at).kind == TokenKind::kEnd ||
                    TokenAt(tokens, at + 1).IsSymbol(".") ||
                    TokenAt(tokens, at + 1).kind == TokenKind::kEnd;
  if (!name && (TokenAt(tokens, at).IsWord("explain") || StartsDescribe(TokenAt(tokens, at)))) {
    return ParserError("Explain must be root of the plan");
  }
  if (!name && !StartsQuery(TokenAt(tokens, at)) && StartsStatement(TokenAt(tokens, at))) {
    return NotImplemented("Describing statements other than SELECT not supported");
  }
  if (StartsQuery(TokenAt(tokens, at))) {
    statement.form = Statement::Form::kDescribeQuery;
    tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at));
    statement.query = std::move(tokens);
    return statement;
  }
  statement.form = Statement::Form::kDescribeTable;
  ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at));
  return statement;
}

/// What stands behind the common table expressions of a WITH and inside of leading parentheses must
/// be a query.
Status CheckQueryBody(const std::vector<Token>& tokens) {
  size_t at = 0;
  while (TokenAt(tokens, at).IsSymbol("(")) ++at;
  if (at > 0 && !StartsQuery(TokenAt(tokens, at))) {
    return UnexpectedToken("SELECT, VALUES, or a subquery in the query body", TokenAt(tokens, at));
  }
  if (!TokenAt(tokens, at).IsWord("with")) return Status::Ok();
  if (TokenAt(tokens, at + 1).kind == TokenKind::kEnd)
    return UnexpectedToken("identifier", TokenAt(tokens, at + 1));
  int depth = 0;
  for (size_t i = at + 1; tokens[i].kind != TokenKind::kEnd; ++i) {
    if (tokens[i].IsSymbol("(")) ++depth;
    if (tokens[i].IsSymbol(")") && --depth == 0 && TokenAt(tokens, i + 1).kind == TokenKind::kEnd) {
      return UnexpectedToken("SELECT, VALUES, or a subquery in the query body",
                             TokenAt(tokens, i + 1));
    }
    if (depth == 0 && i > at + 1 && tokens[i - 1].IsSymbol(")")) {
      if (tokens[i].IsWord("insert") || tokens[i].IsWord("update") || tokens[i].IsWord("delete")) {
        const std::vector<Token> change(tokens.begin() + static_cast<std::ptrdiff_t>(i),
                                        tokens.end());
        return NotImplemented(fmt::format("Query {} not implemented yet", EchoStatement(change)));
      }
      if (StartsQuery(tokens[i])) break;
    }
  }
  return Status::Ok();
}

/// `FOR UPDATE` and its kin at the end, which mean nothing to those who only read.
void DropLockingClauses(std::vector<Token>* tokens) {
  int depth = 0;
  for (size_t i = 0; i + 1 < tokens->size(); ++i) {
    depth += (*tokens)[i].IsSymbol("(") ? 1 : (*tokens)[i].IsSymbol(")") ? -1 : 0;
    const Token& next = (*tokens)[i + 1];
    if (depth == 0 && i > 0 && (*tokens)[i].IsWord("for") &&
        (next.IsWord("update") || next.IsWord("share"))) {
      tokens->erase(tokens->begin() + static_cast<std::ptrdiff_t>(i), tokens->end() - 1);
      return;
    }
  }
}

/// `option` is the word that does not go with a format, or empty.
Status CheckExplainFormat(const std::string& format, const std::string& option) {
  if (!option.empty()) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: EXPLAIN {} with FORMAT is not supported", option));
  }
  if (format == "tree" || format == "indent" || format == "pgjson" || format == "graphviz") {
    return Status::Ok();
  }
  return Status::Internal(
      fmt::format("Invalid or Unsupported Configuration: Invalid explain format. Expected "
                  "'indent', 'tree', 'pgjson' or 'graphviz'. Got '{}'",
                  format));
}

Result<Statement> ClassifyOne(std::vector<Token> tokens, TableResolver& resolver);

/// The words between EXPLAIN and the statement.
struct ExplainOptions {
  bool analyze = false;
  bool verbose = false;
  std::string format;  ///< lower-case, or empty
};

/// Reads them from `at` on, which ends behind.
Result<ExplainOptions> ReadExplainOptions(const std::vector<Token>& tokens, size_t* at) {
  ExplainOptions options;
  for (;; ++*at) {
    const Token& token = TokenAt(tokens, *at);
    if (token.IsWord("analyze")) {
      options.analyze = true;
    } else if (token.IsWord("verbose")) {
      options.verbose = true;
    } else if (token.IsWord("format")) {
      const Token& format = TokenAt(tokens, ++*at);
      if (format.kind != TokenKind::kWord && format.kind != TokenKind::kString) {
        return UnexpectedToken("an explain format such as TREE", format);
      }
      options.format = format.value;
      std::transform(options.format.begin(), options.format.end(), options.format.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    } else {
      return options;
    }
  }
}

StatementKind KindOf(const ExplainOptions& options) {
  if (options.analyze) return StatementKind::kExplainAnalyze;
  if (options.format == "tree") return StatementKind::kExplainTree;
  if (options.format == "pgjson") return StatementKind::kExplainPgJson;
  if (options.format == "graphviz") return StatementKind::kExplainGraphviz;
  return StatementKind::kExplain;
}

Result<Statement> ClassifyExplain(std::vector<Token> tokens, TableResolver& resolver) {
  size_t at = 1;
  ASSIGN_OR_RETURN(const ExplainOptions options, ReadExplainOptions(tokens, &at));
  if (TokenAt(tokens, at).IsWord("explain")) {
    return Status::InvalidArgument("Error during planning: Nested EXPLAINs are not supported");
  }
  if (!options.format.empty()) {
    RETURN_IF_ERROR(CheckExplainFormat(options.format, options.analyze   ? "ANALYZE"
                                                       : options.verbose ? "VERBOSE"
                                                                         : ""));
  }
  tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at));
  ASSIGN_OR_RETURN(Statement statement, ClassifyOne(std::move(tokens), resolver));
  statement.kind = KindOf(options);
  return statement;
}

Result<Statement> ClassifyOne(std::vector<Token> tokens, TableResolver& resolver) {
  const Token& first = tokens[0];
  if (first.kind == TokenKind::kWord) {
    RETURN_IF_ERROR(CheckRefused(tokens, resolver));
    if (first.value == "show") return ClassifyShow(tokens);
    if (StartsDescribe(first)) return ClassifyDescribe(std::move(tokens));
    if (first.value == "explain") return ClassifyExplain(std::move(tokens), resolver);
  }
  if (!StartsQuery(first)) return UnexpectedToken("an SQL statement", first);
  RETURN_IF_ERROR(CheckQueryBody(tokens));
  DropLockingClauses(&tokens);
  Statement statement;
  statement.query = std::move(tokens);
  return statement;
}

}  // namespace

Result<Statement> ClassifyStatement(std::vector<Token> tokens, TableResolver& resolver) {
  RETURN_IF_ERROR(CheckSingleStatement(tokens));
  return ClassifyOne(std::move(tokens), resolver);
}

}  // namespace influxdb3::query::sql
