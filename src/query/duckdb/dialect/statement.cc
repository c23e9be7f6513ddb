#include "query/duckdb/dialect/statement.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parser.hpp"

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

Result<Statement> ClassifyShow(const std::vector<Token>& tokens) {
  Statement statement;
  size_t at = 1;
  while (tokens[at].IsWord("full") || tokens[at].IsWord("extended")) ++at;
  if (tokens[at].IsWord("tables")) {
    if (tokens[at + 1].kind != TokenKind::kEnd) {
      return NotSupported("SHOW TABLES FILTER not supported");
    }
    statement.form = Statement::Form::kShowTables;
    return statement;
  }
  if (tokens[at].IsWord("columns") || tokens[at].IsWord("fields")) {
    if (!tokens[at + 1].IsWord("from") && !tokens[at + 1].IsWord("in")) {
      return UnexpectedToken("FROM", tokens[at + 1]);
    }
    statement.form = Statement::Form::kShowColumns;
    ASSIGN_OR_RETURN(statement.table, ReadTableName(tokens, at + 2));
    return statement;
  }
  static constexpr std::string_view kOther[] = {"databases", "schemas", "create", "functions",
                                                "collation", "status",  "views",  "catalogs"};
  if (std::find(std::begin(kOther), std::end(kOther), tokens[at].value) != std::end(kOther)) {
    return NotSupported("Unsupported SQL statement: " + Echo(tokens));
  }
  statement.form = Statement::Form::kSettings;
  if (tokens[at].IsWord("all") && tokens[at + 1].kind == TokenKind::kEnd) return statement;
  if (tokens[at].IsWord("timezone") ||
      (tokens[at].IsWord("time") && tokens[at + 1].IsWord("zone"))) {
    statement.setting = "datafusion.execution.time_zone";
    return statement;
  }
  const Token& named = tokens[at];
  for (; tokens[at].kind != TokenKind::kEnd; ++at)
    statement.setting += tokens[at].value.empty() ? tokens[at].text : tokens[at].value;
  if (statement.setting.empty()) return UnexpectedToken("identifier", tokens[at]);
  // Settings have a dotted name; a bare word is no setting but another language's statement.
  if (statement.setting.find('.') == std::string::npos) {
    return UnexpectedToken("the name of a setting", named);
  }
  return statement;
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

Result<Statement> ClassifyExplain(std::vector<Token> tokens) {
  Statement statement;
  statement.kind = StatementKind::kExplain;
  size_t at = 1;
  while (true) {
    if (tokens[at].IsWord("analyze")) {
      statement.kind = StatementKind::kExplainAnalyze;
      ++at;
    } else if (tokens[at].IsWord("verbose")) {
      ++at;
    } else if (tokens[at].IsWord("format") && tokens[at + 1].kind == TokenKind::kWord) {
      at += 2;
    } else {
      break;
    }
  }
  if (!StartsQuery(tokens[at])) {
    RETURN_IF_ERROR(CheckRefused({tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.end()}));
    return UnexpectedToken("an SQL statement", tokens[at]);
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
