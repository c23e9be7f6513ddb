#include "query/duckdb/dialect/parser_error.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "query/duckdb/dialect/refused_statements.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Status;
using Tokens = std::vector<Token>;

constexpr char kQueryBody[] = "SELECT, VALUES, or a subquery in the query body";

bool IsSetOperator(const Token& token) {
  return token.IsWord("union") || token.IsWord("intersect") || token.IsWord("except");
}

/// Whether an expression must follow.
bool WantsOperand(const Token& token) {
  static constexpr std::string_view kWords[] = {
      "select", "where", "and",  "or",   "not",  "by",      "having", "on",
      "when",   "then",  "else", "like", "case", "between", "limit",  "offset"};
  if (token.kind == TokenKind::kWord) {
    return std::find(std::begin(kWords), std::end(kWords), token.value) != std::end(kWords);
  }
  return token.kind == TokenKind::kSymbol && !token.IsSymbol(")") && !token.IsSymbol("]") &&
         !token.IsSymbol("}") && !token.IsSymbol("*") && !token.IsSymbol(";");
}

/// The innermost bracket that is open behind the last token, by its index.
std::optional<size_t> OpenBracket(const Tokens& tokens) {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].IsSymbol("(") || tokens[i].IsSymbol("[")) open.push_back(i);
    if ((tokens[i].IsSymbol(")") || tokens[i].IsSymbol("]")) && !open.empty()) open.pop_back();
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

bool OpensCast(const Tokens& tokens, const std::optional<size_t>& bracket) {
  return bracket && *bracket > 0 &&
         (tokens[*bracket - 1].IsWord("cast") || tokens[*bracket - 1].IsWord("try_cast"));
}

/// The text ends too early.
Status ErrorAtEnd(const Tokens& tokens) {
  const Token& end = tokens.back();
  if (tokens.size() < 2) return UnexpectedToken("an expression", end);
  const Token& last = tokens[tokens.size() - 2];
  const Token& before = tokens[tokens.size() - (tokens.size() > 2 ? 3 : 2)];
  const std::optional<size_t> bracket = OpenBracket(tokens);
  if (last.IsWord("group") || last.IsWord("order")) {
    return UnexpectedToken("end of statement", last);
  }
  if (last.IsSymbol("::") || (last.IsWord("as") && OpensCast(tokens, bracket))) {
    return UnexpectedToken("a data type name", end);
  }
  if (last.IsWord("as")) return UnexpectedToken("an identifier after AS", end);
  if (IsSetOperator(last) ||
      (IsSetOperator(before) && (last.IsWord("all") || last.IsWord("distinct")))) {
    return UnexpectedToken(kQueryBody, end);
  }
  if (last.IsWord("values")) return UnexpectedToken("(", end);
  if (last.IsWord("from") || last.IsWord("join")) return UnexpectedToken("identifier", end);
  if (bracket && !WantsOperand(last)) {
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(*bracket);
    const bool typed =
        std::any_of(begin, tokens.end(), [](const Token& t) { return t.IsWord("as"); });
    if (OpensCast(tokens, bracket) && !typed) return UnexpectedToken("AS", end);
    return UnexpectedToken(tokens[*bracket].IsSymbol("[") ? "]" : ")", end);
  }
  return UnexpectedToken("an expression", end);
}

Status ErrorAt(const Tokens& tokens, size_t index) {
  const Token& token = tokens[index];
  if (index == 0) return UnexpectedToken("end of statement", token);
  const Token& before = tokens[index - 1];
  const bool in_from = index > 1 && before.IsSymbol("(") &&
                       (tokens[index - 2].IsWord("from") || tokens[index - 2].IsWord("join"));
  if (in_from && token.kind == TokenKind::kSymbol) return UnexpectedToken("identifier", token);
  if (before.IsWord("as") && token.kind == TokenKind::kNumber) {
    return UnexpectedToken("an identifier after AS", token);
  }
  if (token.kind == TokenKind::kSymbol && !token.IsSymbol("(") && WantsOperand(before)) {
    return UnexpectedToken("an expression", token);
  }
  return UnexpectedToken("end of statement", token);
}

/// Errors that name no place in the text.
Status ErrorWithoutPlace(const std::string& message, const Tokens& tokens) {
  if (message.find("SELECT INTO not supported") != std::string::npos) {
    return Status::InvalidArgument("Error during planning: DDL not supported: CreateMemoryTable");
  }
  if (message.find("VALUES lists must all be the same length") != std::string::npos) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].IsWord("values")) RETURN_IF_ERROR(CheckRowLengths(tokens, i, 0));
    }
  }
  return ParserError(message);
}

}  // namespace

Status TranslateParserError(const duckdb::ErrorData& error, const Tokens& tokens,
                            const GrammarText& text) {
  const std::string& message = error.RawMessage();
  const auto& extra = error.ExtraInfo();
  const auto position = extra.find("position");
  if (message.find("at end of input") != std::string::npos ||
      message.find("without selection list") != std::string::npos) {
    return ErrorAtEnd(tokens);
  }
  if (position == extra.end() || message.find("VALUES lists") != std::string::npos) {
    return ErrorWithoutPlace(message, tokens);
  }
  const size_t offset = std::stoul(position->second);
  const auto after = std::upper_bound(text.token_offsets.begin(), text.token_offsets.end(), offset);
  auto index =
      static_cast<size_t>(std::max<std::ptrdiff_t>(0, after - text.token_offsets.begin() - 1));
  // A token's text starts behind the blank that parts it from the one before.
  if (index + 1 < text.token_offsets.size() && text.token_offsets[index + 1] + 1 == offset) ++index;
  index = std::min(index, tokens.size() - 1);
  return tokens[index].kind == TokenKind::kEnd ? ErrorAtEnd(tokens) : ErrorAt(tokens, index);
}

}  // namespace influxdb3::query::sql
