#include "query/duckdb/dialect/statement.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parser.hpp"

#include "query/duckdb/dialect/settings.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

Status NotSupported(std::string_view what) {
  return Status::Unsupported(fmt::format("This feature is not implemented: {}", what));
}

Status Refused(std::string_view group, std::string_view name) {
  return Status::InvalidArgument(
      fmt::format("Error during planning: {} not supported: {}", group, name));
}

/// The statement as the reference echoes it: one blank between words, keywords in capitals.
std::string Echo(const std::vector<Token>& tokens) {
  std::string text;
  for (size_t i = 0; i + 1 < tokens.size() && !tokens[i].IsSymbol(";"); ++i) {
    const Token& token = tokens[i];
    const bool tight = token.IsSymbol(")") || token.IsSymbol(",") || token.IsSymbol("(") ||
                       (i > 0 && tokens[i - 1].IsSymbol("("));
    if (!text.empty() && !tight) text += ' ';
    const bool keyword =
        token.kind == TokenKind::kWord &&
        (i == 0 || token.IsWord("databases") ||
         duckdb::Parser::IsKeyword(token.value) != duckdb::KeywordCategory::KEYWORD_NONE);
    for (char c : token.text) {
      text += keyword ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
  }
  return text;
}

std::string CreateKind(const std::vector<Token>& tokens) {
  for (const Token& token : tokens) {
    if (token.IsWord("external")) return "CreateExternalTable";
    if (token.IsWord("view")) return "CreateView";
    if (token.IsWord("database")) return "CreateCatalog";
    if (token.IsWord("schema")) return "CreateCatalogSchema";
    if (token.IsWord("index")) return "CreateIndex";
    if (token.IsWord("function")) return "CreateFunction";
    if (token.IsWord("table")) return "CreateMemoryTable";
  }
  return {};
}

std::string DropKind(const std::vector<Token>& tokens) {
  if (tokens[1].IsWord("table")) return "DropTable";
  if (tokens[1].IsWord("view")) return "DropView";
  if (tokens[1].IsWord("schema")) return "DropCatalogSchema";
  if (tokens[1].IsWord("function")) return "DropFunction";
  return {};
}

/// Statements that are no reads. OK when the first word starts none of them.
Status CheckRefused(const std::vector<Token>& tokens) {
  const std::string& first = tokens[0].value;
  if (first == "create") {
    const std::string kind = CreateKind(tokens);
    if (!kind.empty()) return Refused("DDL", kind);
    return NotSupported("Unsupported SQL statement: " + Echo(tokens));
  }
  if (first == "drop") {
    const std::string kind = DropKind(tokens);
    if (!kind.empty()) return Refused("DDL", kind);
    return NotSupported("Unsupported SQL statement: " + Echo(tokens));
  }
  static constexpr std::pair<std::string_view, std::pair<std::string_view, std::string_view>>
      kRefused[] = {{"insert", {"DML", "Insert Into"}},
                    {"update", {"DML", "Update"}},
                    {"delete", {"DML", "Delete"}},
                    {"copy", {"DML", "COPY"}},
                    {"set", {"Statement", "SetVariable"}},
                    {"reset", {"Statement", "ResetVariable"}},
                    {"commit", {"Statement", "TransactionEnd"}},
                    {"rollback", {"Statement", "TransactionEnd"}},
                    {"end", {"Statement", "TransactionEnd"}},
                    {"prepare", {"Statement", "Prepare"}},
                    {"execute", {"Statement", "Execute"}},
                    {"deallocate", {"Statement", "Deallocate"}}};
  for (const auto& [word, reason] : kRefused) {
    if (first == word) return Refused(reason.first, reason.second);
  }
  static constexpr std::string_view kUnsupported[] = {
      "begin",   "start",     "pragma",  "alter",   "truncate", "grant",      "revoke",  "call",
      "use",     "attach",    "detach",  "vacuum",  "analyze",  "merge",      "install", "load",
      "export",  "import",    "comment", "declare", "fetch",    "checkpoint", "replace", "optimize",
      "kill",    "savepoint", "release", "lock",    "unlock",   "flush",      "cache",   "uncache",
      "discard", "close",     "assert",  "listen",  "notify",   "msck",       "unload"};
  if (std::find(std::begin(kUnsupported), std::end(kUnsupported), first) !=
      std::end(kUnsupported)) {
    return NotSupported("Unsupported SQL statement: " + Echo(tokens));
  }
  return Status::Ok();
}

Status CheckSingleStatement(std::vector<Token>& tokens) {
  while (tokens.size() > 1 && tokens.front().IsSymbol(";")) tokens.erase(tokens.begin());
  size_t end = 0;
  while (tokens[end].kind != TokenKind::kEnd && !tokens[end].IsSymbol(";")) ++end;
  for (size_t i = end; i + 1 < tokens.size(); ++i) {
    if (!tokens[i].IsSymbol(";")) {
      return NotSupported("The context currently only supports a single SQL statement");
    }
  }
  tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(end), tokens.end() - 1);
  if (tokens.size() == 1) {
    return Status::InvalidArgument(
        "Error during planning: No SQL statements were provided in the query string");
  }
  return Status::Ok();
}

Status UnexpectedToken(std::string_view expected, const Token& token) {
  return Status::InvalidArgument(fmt::format("SQL error: ParserError(\"Expected: {}, found: {}\")",
                                             expected, DescribeToken(token)));
}

/// Reads `a`, `a.b` or `a.b.c` at `at`, to the end of the statement.
Result<std::vector<std::string>> ReadTableName(const std::vector<Token>& tokens, size_t at) {
  std::vector<std::string> parts;
  while (true) {
    const Token& token = tokens[at];
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedIdentifier &&
        token.kind != TokenKind::kString) {
      return UnexpectedToken("identifier", token);
    }
    parts.push_back(token.value);
    ++at;
    if (!tokens[at].IsSymbol(".")) break;
    ++at;
  }
  if (tokens[at].kind != TokenKind::kEnd) return UnexpectedToken("end of statement", tokens[at]);
  if (parts.size() > 3) {
    return NotSupported("Unsupported compound identifier");
  }
  return parts;
}

/// `SHOW TABLES` and nothing else.
Result<Statement> ClassifyShowTables(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = Statement::Form::kShowTables;
  if (at > 1) return NotSupported("SHOW FULL TABLES not supported");
  if (tokens[at + 1].IsWord("from") || tokens[at + 1].IsWord("in")) {
    return NotSupported("SHOW TABLES IN not supported");
  }
  if (tokens[at + 1].kind != TokenKind::kEnd) {
    return NotSupported("SHOW TABLES FILTER not supported");
  }
  return statement;
}

Result<Statement> ClassifyShowColumns(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = at > 1 ? Statement::Form::kShowAllColumns : Statement::Form::kShowColumns;
  if (!tokens[at + 1].IsWord("from") && !tokens[at + 1].IsWord("in")) {
    return UnexpectedToken("FROM", tokens[at + 1]);
  }
  for (size_t i = at + 2; tokens[i].kind != TokenKind::kEnd; ++i) {
    if (tokens[i].IsWord("like") || tokens[i].IsWord("where")) {
      return NotSupported("SHOW COLUMNS with WHERE or LIKE is not supported");
    }
  }
  ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at + 2));
  return statement;
}

Result<Statement> ClassifyShowFunctions(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = Statement::Form::kShowFunctions;
  if (tokens[at + 1].IsWord("like") && tokens[at + 2].kind == TokenKind::kString) {
    statement.pattern = tokens[at + 2].value;
    at += 2;
  }
  if (tokens[at + 1].kind != TokenKind::kEnd) {
    return UnexpectedToken("end of statement", tokens[at + 1]);
  }
  return statement;
}

Result<Statement> ClassifySettings(const std::vector<Token>& tokens, size_t at) {
  Statement statement;
  statement.form = Statement::Form::kSettings;
  if (tokens[at].kind == TokenKind::kEnd) return UnexpectedToken("identifier", tokens[at]);
  for (; tokens[at].kind != TokenKind::kEnd; ++at) {
    if (tokens[at].IsWord("verbose") && tokens[at + 1].kind == TokenKind::kEnd) {
      statement.verbose = true;
    } else if (!tokens[at].IsSymbol(".")) {
      const Token& token = tokens[at];
      statement.setting += statement.setting.empty() ? "" : ".";
      statement.setting += token.value.empty() ? token.text : token.value;
    }
  }
  if (statement.setting == "all") statement.setting.clear();
  if (statement.setting == "timezone" || statement.setting == "time.zone") {
    statement.setting = "datafusion.execution.time_zone";
  }
  if (!statement.setting.empty() && !IsSetting(statement.setting)) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: '{}' is not a variable which can be viewed with 'SHOW'",
                    statement.setting));
  }
  return statement;
}

Result<Statement> ClassifyShow(const std::vector<Token>& tokens) {
  size_t at = 1;
  while (tokens[at].IsWord("full") || tokens[at].IsWord("extended")) ++at;
  if (tokens[at].IsWord("tables")) return ClassifyShowTables(tokens, at);
  if (tokens[at].IsWord("columns") || tokens[at].IsWord("fields")) {
    return ClassifyShowColumns(tokens, at);
  }
  if (tokens[at].IsWord("functions")) return ClassifyShowFunctions(tokens, at);
  if (tokens[at].IsWord("create") && tokens[at + 1].IsWord("table")) {
    Statement statement;
    statement.form = Statement::Form::kShowCreate;
    ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at + 2));
    return statement;
  }
  static constexpr std::string_view kOther[] = {"databases", "schemas", "create",    "collation",
                                                "status",    "views",   "variables", "catalogs"};
  if (std::find(std::begin(kOther), std::end(kOther), tokens[at].value) != std::end(kOther)) {
    return NotSupported("Unsupported SQL statement: " + Echo(tokens));
  }
  return ClassifySettings(tokens, at);
}

bool StartsQuery(const Token& token) {
  return token.IsWord("select") || token.IsWord("with") || token.IsWord("values") ||
         token.IsWord("from") || token.IsSymbol("(");
}

Result<Statement> ClassifyDescribe(std::vector<Token> tokens) {
  Statement statement;
  size_t at = 1;
  if (tokens[at].IsWord("table")) ++at;
  if (StartsQuery(tokens[at])) {
    statement.form = Statement::Form::kDescribeQuery;
    tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at));
    statement.query = std::move(tokens);
    return statement;
  }
  statement.form = Statement::Form::kDescribeTable;
  ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at));
  return statement;
}

/// `option` is the word that does not go with a format, or empty.
Status CheckExplainFormat(const std::string& format, const std::string& option) {
  if (!option.empty()) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: EXPLAIN {} with FORMAT is not supported", option));
  }
  if (format == "tree" || format == "indent") return Status::Ok();
  if (format == "pgjson" || format == "graphviz") {
    return NotSupported(fmt::format("EXPLAIN FORMAT {}", format));
  }
  return Status::Internal(
      fmt::format("Invalid or Unsupported Configuration: Invalid explain format. Expected "
                  "'indent', 'tree', 'pgjson' or 'graphviz'. Got '{}'",
                  format));
}

Result<Statement> ClassifyExplain(std::vector<Token> tokens) {
  Statement statement;
  statement.kind = StatementKind::kExplain;
  size_t at = 1;
  bool verbose = false;
  std::string format;
  while (true) {
    if (tokens[at].IsWord("analyze")) {
      statement.kind = StatementKind::kExplainAnalyze;
      ++at;
    } else if (tokens[at].IsWord("verbose")) {
      verbose = true;
      ++at;
    } else if (tokens[at].IsWord("format") && tokens[at + 1].kind == TokenKind::kWord) {
      format = tokens[at + 1].value;
      at += 2;
    } else {
      break;
    }
  }
  if (tokens[at].IsWord("explain")) {
    return Status::InvalidArgument("Error during planning: Nested EXPLAINs are not supported");
  }
  if (!StartsQuery(tokens[at])) {
    RETURN_IF_ERROR(CheckRefused({tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.end()}));
    return UnexpectedToken("an SQL statement", tokens[at]);
  }
  if (!format.empty()) {
    const bool analyze = statement.kind == StatementKind::kExplainAnalyze;
    RETURN_IF_ERROR(CheckExplainFormat(format, analyze ? "ANALYZE" : verbose ? "VERBOSE" : ""));
    if (format == "tree") statement.kind = StatementKind::kExplainTree;
  }
  tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at));
  statement.query = std::move(tokens);
  return statement;
}

}  // namespace

Result<Statement> ClassifyStatement(std::vector<Token> tokens) {
  RETURN_IF_ERROR(CheckSingleStatement(tokens));
  const Token& first = tokens[0];
  if (first.kind == TokenKind::kWord) {
    RETURN_IF_ERROR(CheckRefused(tokens));
    if (first.value == "show") return ClassifyShow(tokens);
    if (first.value == "describe" || first.value == "desc") {
      return ClassifyDescribe(std::move(tokens));
    }
    if (first.value == "explain") return ClassifyExplain(std::move(tokens));
  }
  if (!StartsQuery(first)) return UnexpectedToken("an SQL statement", first);
  Statement statement;
  statement.query = std::move(tokens);
  return statement;
}

}  // namespace influxdb3::query::sql
