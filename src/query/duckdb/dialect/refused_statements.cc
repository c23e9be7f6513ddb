#include "query/duckdb/dialect/refused_statements.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parser.hpp"

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Status;
using Tokens = std::vector<Token>;

Status Refused(std::string_view group, std::string_view name) {
  return Status::InvalidArgument(
      fmt::format("Error during planning: {} not supported: {}", group, name));
}

Status Unsupported(const Tokens& tokens) {
  return NotImplemented("Unsupported SQL statement: " + EchoStatement(tokens));
}

template <size_t kCount>
bool IsOneOf(const Token& token, const std::string_view (&words)[kCount]) {
  return token.kind == TokenKind::kWord &&
         std::find(std::begin(words), std::end(words), token.value) != std::end(words);
}

bool IsName(const Token& token) {
  return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedIdentifier ||
         token.kind == TokenKind::kString;
}

/// The status, unless no name follows the words before `at`.
Status WithName(const Tokens& tokens, size_t at, Status status) {
  if (TokenAt(tokens, at).IsWord("if")) at += TokenAt(tokens, at + 1).IsWord("not") ? 3 : 2;
  if (at >= tokens.size() || TokenAt(tokens, at).kind == TokenKind::kEnd) {
    return UnexpectedToken("identifier", tokens.back());
  }
  return status;
}

Status CheckCreate(const Tokens& tokens) {
  size_t at = 1;
  if (TokenAt(tokens, at).IsWord("or") && TokenAt(tokens, at + 1).IsWord("replace")) at += 2;
  if (TokenAt(tokens, at).IsWord("temp") || TokenAt(tokens, at).IsWord("temporary")) {
    if (TokenAt(tokens, at + 1).IsWord("table"))
      return NotImplemented("Temporary tables not supported");
    if (TokenAt(tokens, at + 1).IsWord("view"))
      return NotImplemented("Temporary views not supported");
    ++at;
  }
  if (TokenAt(tokens, at).IsWord("unbounded")) ++at;
  if (TokenAt(tokens, at).IsWord("external")) {
    return WithName(tokens, at + 2, Refused("DDL", "CreateExternalTable"));
  }
  if (TokenAt(tokens, at).IsWord("materialized")) {
    return NotImplemented("Materialized views not supported");
  }
  if (TokenAt(tokens, at).IsWord("unique")) ++at;
  static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"table", "CreateMemoryTable"},    {"view", "CreateView"},   {"database", "CreateCatalog"},
      {"schema", "CreateCatalogSchema"}, {"index", "CreateIndex"}, {"function", "CreateFunction"}};
  for (const auto& [word, kind] : kKinds) {
    if (TokenAt(tokens, at).IsWord(word)) return WithName(tokens, at + 1, Refused("DDL", kind));
  }
  static constexpr std::string_view kOthers[] = {
      "role",   "user",   "type",      "sequence", "trigger", "policy",   "procedure",
      "domain", "secret", "extension", "server",   "macro",   "connector"};
  if (IsOneOf(TokenAt(tokens, at), kOthers)) return Unsupported(tokens);
  return UnexpectedToken("an object type after CREATE", TokenAt(tokens, at));
}

Status CheckDrop(const Tokens& tokens) {
  static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"table", "DropTable"},
      {"view", "DropView"},
      {"schema", "DropCatalogSchema"},
      {"function", "DropFunction"}};
  for (const auto& [word, kind] : kKinds) {
    if (TokenAt(tokens, 1).IsWord(word)) return WithName(tokens, 2, Refused("DDL", kind));
  }
  static constexpr std::string_view kOthers[] = {
      "connector", "database", "index", "policy", "procedure",    "role",     "secret",
      "sequence",  "stage",    "type",  "user",   "materialized", "temporary"};
  if (IsOneOf(TokenAt(tokens, 1), kOthers)) {
    return NotImplemented("Only `DROP TABLE/VIEW/SCHEMA  ...` statement is supported currently");
  }
  if (TokenAt(tokens, 1).IsWord("trigger") || TokenAt(tokens, 1).IsWord("extension")) {
    return Unsupported(tokens);
  }
  return UnexpectedToken(
      "CONNECTOR, DATABASE, EXTENSION, FUNCTION, INDEX, POLICY, PROCEDURE, ROLE, SCHEMA, SECRET, "
      "SEQUENCE, STAGE, TABLE, TRIGGER, TYPE, VIEW, MATERIALIZED VIEW or USER after DROP",
      TokenAt(tokens, 1));
}

/// Reads the name of the table that is changed and looks it up. `at` ends behind it.
Status FindTarget(const Tokens& tokens, TableResolver& resolver, size_t* at, size_t* column_count) {
  std::vector<std::string> parts;
  while (true) {
    if (!IsName(TokenAt(tokens, *at))) return UnexpectedToken("identifier", TokenAt(tokens, *at));
    parts.push_back(tokens[(*at)++].value);
    if (!TokenAt(tokens, *at).IsSymbol(".")) break;
    ++*at;
  }
  const util::Result<ResolvedTable> found =
      resolver.ResolveTable(parts.size() > 1 ? parts[parts.size() - 2] : "iox", parts.back());
  if (!found.ok()) return found.status();
  *column_count = found->columns.size();
  return Status::Ok();
}

/// `INSERT [INTO|OVERWRITE [TABLE]] t [(columns)] source` or REPLACE INTO.
Status CheckInsert(const Tokens& tokens, TableResolver& resolver) {
  std::string_view kind = tokens[0].IsWord("replace") ? "Replace Into" : "Insert Into";
  size_t at = 1;
  if (TokenAt(tokens, at).IsWord("overwrite")) kind = "Insert Overwrite";
  if (TokenAt(tokens, at).IsWord("into") || TokenAt(tokens, at).IsWord("overwrite")) ++at;
  if (TokenAt(tokens, at).IsWord("table")) ++at;
  size_t expected = 0;
  RETURN_IF_ERROR(FindTarget(tokens, resolver, &at, &expected));
  if (TokenAt(tokens, at).IsSymbol("(") && !TokenAt(tokens, at + 1).IsWord("select")) {
    expected = 1;
    for (++at; TokenAt(tokens, at).kind != TokenKind::kEnd && !TokenAt(tokens, at).IsSymbol(")");
         ++at) {
      if (TokenAt(tokens, at).IsSymbol(",")) ++expected;
    }
    if (TokenAt(tokens, at).kind != TokenKind::kEnd) ++at;
  }
  if (TokenAt(tokens, at).IsWord("default")) {
    return Status::InvalidArgument("Error during planning: Inserts without a source not supported");
  }
  if (TokenAt(tokens, at).kind == TokenKind::kEnd) {
    return UnexpectedToken("SELECT, VALUES, or a subquery in the query body", TokenAt(tokens, at));
  }
  if (TokenAt(tokens, at).IsWord("values")) RETURN_IF_ERROR(CheckRowLengths(tokens, at, expected));
  return Refused("DML", kind);
}

Status CheckChange(const Tokens& tokens, TableResolver& resolver) {
  const bool removes = tokens[0].IsWord("delete");
  size_t at = 1;
  if (removes && TokenAt(tokens, at).IsWord("from")) ++at;
  size_t column_count = 0;
  RETURN_IF_ERROR(FindTarget(tokens, resolver, &at, &column_count));
  if (!removes && TokenAt(tokens, at).kind == TokenKind::kEnd)
    return UnexpectedToken("SET", TokenAt(tokens, at));
  return Refused("DML", removes ? "Delete" : "Update");
}

/// Without a format the file's name must tell it.
Status CheckCopy(const Tokens& tokens) {
  const Token* file = nullptr;
  bool format = false;
  for (size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (tokens[i].IsWord("from") && file == nullptr && i == 2) {
      return UnexpectedToken("end of statement or ;", tokens[i]);
    }
    if (tokens[i].IsWord("to") && TokenAt(tokens, i + 1).kind == TokenKind::kString)
      file = &tokens[i + 1];
    if (tokens[i].IsWord("stored")) format = true;
  }
  if (file != nullptr && !format) {
    const size_t name = file->value.rfind('/') == std::string::npos ? 0 : file->value.rfind('/');
    if (file->value.find('.', name) == std::string::npos) {
      return Status::Internal(
          "Invalid or Unsupported Configuration: Format not explicitly set and unable to get file "
          "extension! Use STORED AS to define file format.");
    }
  }
  return Refused("DML", "COPY");
}

/// The clause of `SET TIME ZONE 'x'` in the words of the reference's parser.
std::string ZoneClause(const Token& zone) {
  const std::string span = fmt::format("span: Span(Location({0},{1})..Location({0},{2}))",
                                       zone.line, zone.column, zone.column + zone.text.size());
  const std::string value =
      zone.kind == TokenKind::kString
          ? fmt::format("Value(ValueWithSpan {{ value: SingleQuotedString(\"{}\"), {} }})",
                        zone.value, span)
          : fmt::format("Identifier(Ident {{ value: \"{}\", quote_style: None, {} }})", zone.text,
                        span);
  return fmt::format("SetTimeZone {{ local: false, value: {} }}", value);
}

Status CheckSet(const Tokens& tokens) {
  static constexpr std::string_view kScopes[] = {"local", "session", "global"};
  if (TokenAt(tokens, 1).kind == TokenKind::kEnd)
    return UnexpectedToken("identifier", TokenAt(tokens, 1));
  if (IsOneOf(TokenAt(tokens, 1), kScopes) && TokenAt(tokens, 2).kind == TokenKind::kWord) {
    return NotImplemented("SET with scope modifiers is not supported");
  }
  if (TokenAt(tokens, 1).IsWord("time") && TokenAt(tokens, 2).IsWord("zone") &&
      tokens.size() == 5) {
    return NotImplemented("SET variant not implemented yet: " + ZoneClause(TokenAt(tokens, 3)));
  }
  static constexpr std::string_view kVariants[] = {"role", "names", "transaction"};
  if (IsOneOf(TokenAt(tokens, 1), kVariants) && !TokenAt(tokens, 2).IsSymbol("=")) {
    return NotImplemented("SET variant not implemented yet: " + EchoStatement(tokens));
  }
  size_t at = 1;
  while (IsName(TokenAt(tokens, at)) && !TokenAt(tokens, at).IsWord("to")) {
    ++at;
    if (TokenAt(tokens, at).IsSymbol(".")) ++at;
  }
  if (TokenAt(tokens, 1).IsSymbol("(")) return Refused("Statement", "SetVariable");
  if (!TokenAt(tokens, at).IsSymbol("=") && !TokenAt(tokens, at).IsWord("to")) {
    return UnexpectedToken("equals sign or TO", TokenAt(tokens, at));
  }
  if (TokenAt(tokens, at + 1).kind == TokenKind::kEnd) {
    return UnexpectedToken("variable value", TokenAt(tokens, at + 1));
  }
  return Refused("Statement", "SetVariable");
}

/// Statements told by their first word alone.
Status CheckFirstWord(const Tokens& tokens) {
  static constexpr std::pair<std::string_view, std::string_view> kStatements[] = {
      {"commit", "TransactionEnd"},
      {"rollback", "TransactionEnd"},
      {"prepare", "Prepare"},
      {"execute", "Execute"},
      {"deallocate", "Deallocate"}};
  for (const auto& [word, name] : kStatements) {
    if (tokens[0].IsWord(word)) return Refused("Statement", name);
  }
  static constexpr std::string_view kUnsupported[] = {
      "begin", "pragma",    "alter",   "truncate", "grant",   "revoke",  "call",
      "use",   "attach",    "detach",  "vacuum",   "analyze", "merge",   "install",
      "load",  "export",    "import",  "comment",  "declare", "fetch",   "optimize",
      "kill",  "savepoint", "release", "flush",    "cache",   "uncache", "discard",
      "close", "assert",    "msck",    "unload",   "raise",   "print",   "rename"};
  if (IsOneOf(tokens[0], kUnsupported)) return Unsupported(tokens);
  return Status::Ok();
}

/// Whether a keyword of the parser's is one in the echo too.
bool IsShownKeyword(const Tokens& tokens, size_t at) {
  static constexpr std::string_view kNames[] = {"admin"};
  const Token& token = TokenAt(tokens, at);
  if (token.kind != TokenKind::kWord || IsOneOf(token, kNames)) return false;
  return at == 0 || token.IsWord("databases") ||
         duckdb::Parser::IsKeyword(token.value) != duckdb::KeywordCategory::KEYWORD_NONE;
}

}  // namespace

Status NotImplemented(const std::string& what) {
  return Status::Unsupported("This feature is not implemented: " + what);
}

Status UnexpectedToken(const std::string& expected, const Token& token) {
  return ParserError(fmt::format("Expected: {}, found: {}", expected, DescribeToken(token)));
}

std::string EchoStatement(const Tokens& tokens) {
  std::string text;
  for (size_t i = 0; i + 1 < tokens.size() && !tokens[i].IsSymbol(";"); ++i) {
    const Token& token = tokens[i];
    const bool opens = token.IsSymbol("(") && i > 0 && !IsShownKeyword(tokens, i - 1);
    const bool tight = opens || token.IsSymbol(")") || token.IsSymbol(",") || token.IsSymbol(".") ||
                       (i > 0 && (tokens[i - 1].IsSymbol("(") || tokens[i - 1].IsSymbol(".")));
    if (!text.empty() && !tight) text += ' ';
    const bool keyword = IsShownKeyword(tokens, i);
    for (const char c : token.text) {
      text += keyword ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
  }
  return text;
}

Status CheckRowLengths(const Tokens& tokens, size_t at, size_t expected) {
  ++at;
  for (size_t row = 0; TokenAt(tokens, at).IsSymbol("("); ++row) {
    size_t count = TokenAt(tokens, at + 1).IsSymbol(")") ? 0 : 1;
    int depth = 0;
    for (; TokenAt(tokens, at).kind != TokenKind::kEnd; ++at) {
      if (TokenAt(tokens, at).IsSymbol("(") || TokenAt(tokens, at).IsSymbol("[") ||
          TokenAt(tokens, at).IsSymbol("{"))
        ++depth;
      if (TokenAt(tokens, at).IsSymbol(")") || TokenAt(tokens, at).IsSymbol("]") ||
          TokenAt(tokens, at).IsSymbol("}"))
        --depth;
      if (depth == 0) break;
      if (depth == 1 && TokenAt(tokens, at).IsSymbol(",")) ++count;
    }
    if (TokenAt(tokens, at).kind == TokenKind::kEnd) return Status::Ok();
    ++at;
    if (row == 0 && expected == 0) expected = count;
    if (count != expected) {
      return Status::InvalidArgument(fmt::format(
          "Error during planning: Inconsistent data length across values list: got {} values in "
          "row {} but expected {}",
          count, row, expected));
    }
    if (!TokenAt(tokens, at).IsSymbol(",")) break;
    ++at;
  }
  return Status::Ok();
}

Status CheckRefused(const Tokens& tokens, TableResolver& resolver) {
  const Token& first = tokens[0];
  if (first.IsWord("create")) return CheckCreate(tokens);
  if (first.IsWord("drop")) return CheckDrop(tokens);
  if (first.IsWord("insert") || first.IsWord("replace")) return CheckInsert(tokens, resolver);
  if (first.IsWord("update") || first.IsWord("delete")) return CheckChange(tokens, resolver);
  if (first.IsWord("copy")) return CheckCopy(tokens);
  if (first.IsWord("set")) return CheckSet(tokens);
  if (first.IsWord("start")) return Refused("Statement", "TransactionStart");
  if (first.IsWord("end")) return NotImplemented("COMMIT AND END not supported");
  if (first.IsWord("rollback") && TokenAt(tokens, 1).IsWord("to")) {
    return Status::InvalidArgument("Error during planning: Savepoints not supported");
  }
  return CheckFirstWord(tokens);
}

}  // namespace influxdb3::query::sql
