// Syntax errors in the reference's words.
#include "query/duckdb/dialect/parser_error.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "query/duckdb/dialect/refused_statements.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Status;

constexpr const char* kEndOfStatement = "end of statement";
constexpr const char* kExpression = "an expression";
constexpr const char* kQueryBody = "SELECT, VALUES, or a subquery in the query body";

template <size_t N>
bool OneOf(const Token& token, const std::string_view (&words)[N]) {
  return token.kind == TokenKind::kWord &&
         std::find(std::begin(words), std::end(words), token.value) != std::end(words);
}

bool StartsOperand(const Token& token) {
  return token.kind != TokenKind::kSymbol && token.kind != TokenKind::kEnd;
}

/// A statement's tokens, and the one where DuckDB's parser gave up.
class Place {
 public:
  Place(const std::vector<Token>& tokens, size_t at) : tokens_(tokens), at_(at) { FindBrackets(); }

  Status Describe() {
    const char* expected = Expected();
    return UnexpectedToken(expected, At());
  }

 private:
  const Token& At(int ahead = 0) const {
    static const Token kNone;
    const auto index = static_cast<std::ptrdiff_t>(at_) + ahead;
    if (index < 0) return kNone;
    return tokens_[std::min(static_cast<size_t>(index), tokens_.size() - 1)];
  }

  void FindBrackets() {
    for (size_t i = 0; i < at_; ++i) {
      const Token& token = tokens_[i];
      if (token.IsSymbol("(") || token.IsSymbol("[") || token.IsSymbol("{")) open_.push_back(i);
      const bool end = token.IsSymbol(")") || token.IsSymbol("]") || token.IsSymbol("}");
      if (end && !open_.empty()) open_.pop_back();
    }
  }
  const Token& BeforeBracket() const {
    static const Token kNone;
    return open_.empty() || open_.back() == 0 ? kNone : tokens_[open_.back() - 1];
  }
  bool InBracket(std::string_view symbol) const {
    return !open_.empty() && tokens_[open_.back()].IsSymbol(symbol);
  }

  /// The last word of `words` before the place, in the same parentheses; null when there is none.
  template <size_t N>
  const Token* LastOf(const std::string_view (&words)[N]) const {
    int depth = 0;
    for (size_t i = at_; i-- > 0;) {
      const Token& token = tokens_[i];
      if (token.IsSymbol(")") || token.IsSymbol("]") || token.IsSymbol("}")) ++depth;
      if (token.IsSymbol("(") || token.IsSymbol("[") || token.IsSymbol("{")) {
        if (depth == 0) return nullptr;
        --depth;
      }
      if (depth == 0 && OneOf(token, words)) return &token;
    }
    return nullptr;
  }

  /// CASE without END is a column named case, WHEN behind it its alias.
  bool FindOpenCase() {
    int ends = 0;
    for (size_t i = at_; i-- > 0;) {
      if (tokens_[i].IsWord("end")) ++ends;
      if (!tokens_[i].IsWord("case") || --ends >= 0) continue;
      if (!tokens_[i + 1].IsWord("when")) return false;
      at_ = i + 2;
      return true;
    }
    return false;
  }

  const char* Expected() {
    if (FindOpenCase()) return open_.empty() ? kEndOfStatement : ")";
    if (const char* expected = AfterKeyword()) return expected;
    if (const char* expected = WhereOperandStands()) return expected;
    return AfterOperand();
  }

  const char* AfterKeyword() {
    const Token& last = At(-1);
    if (last.IsSymbol("::") && At().kind == TokenKind::kEnd) return "a data type name";
    if (last.kind != TokenKind::kWord || At(-2).IsSymbol(".")) return nullptr;
    static constexpr std::string_view kQueries[] = {"union", "intersect", "except"};
    if (last.value == "as") {
      if (BeforeBracket().IsWord("cast") || BeforeBracket().IsWord("try_cast")) {
        return "a data type name";
      }
      const bool cte = tokens_[0].IsWord("with") && (At(-3).IsWord("with") || At(-3).IsSymbol(","));
      return cte && At().IsWord("select") ? "(" : "an identifier after AS";
    }
    const bool quantified = last.value == "all" || last.value == "distinct";
    if (OneOf(last, kQueries) || (quantified && OneOf(At(-2), kQueries))) {
      return kQueryBody;
    }
    if (last.value == "in") return "(";
    if (last.value == "values" && At().kind == TokenKind::kEnd) return "(";
    if (last.value == "from" || last.value == "join") return "identifier";
    if (last.value == "using") return "a list of columns in parentheses";
    if (last.value == "is" || (last.value == "not" && At(-2).IsWord("is"))) {
      return "[NOT] NULL | TRUE | FALSE | DISTINCT | [form] NORMALIZED FROM after IS";
    }
    static constexpr std::string_view kBy[] = {"order", "group", "partition"};
    const bool in_window = BeforeBracket().IsWord("over");
    if (OneOf(last, kBy) ||
        (last.value == "not" && StartsOperand(At(-2)) && !At(-2).IsWord("and") &&
         !At(-2).IsWord("or") && !At(-2).IsWord("where"))) {
      --at_;
      return in_window ? "ROWS, RANGE, GROUPS" : kEndOfStatement;
    }
    return nullptr;
  }

  /// After operators, commas and words that an operand follows.
  const char* WhereOperandStands() {
    static constexpr std::string_view kWords[] = {
        "where", "on",   "having", "and",   "or",    "not",    "by",     "when",
        "then",  "else", "like",   "ilike", "limit", "offset", "select", "distinct"};
    const Token& last = At(-1);
    const bool symbol = last.kind == TokenKind::kSymbol && last.text != ")" && last.text != "]" &&
                        last.text != "}" && last.text != "." && last.text != "::";
    if (!symbol && !OneOf(last, kWords)) return nullptr;
    if (last.IsSymbol("{")) return "identifier";
    const bool in_from = At(-2).IsWord("from") || At(-2).IsWord("join");
    if (last.IsSymbol("(") && in_from && At().kind == TokenKind::kSymbol) return "identifier";
    if (last.IsSymbol("(") && (in_from || At(-2).IsWord("exists"))) return kQueryBody;
    if (last.IsSymbol("(") && at_ == 1) return kQueryBody;
    if (last.IsSymbol(",") || last.IsSymbol("(")) {
      static constexpr std::string_view kClauses[] = {"select", "from", "where", "group",
                                                      "order",  "by",   "having"};
      const Token* clause = LastOf(kClauses);
      if (clause != nullptr && clause->value == "from" && last.IsSymbol(",")) return "identifier";
    }
    // A keyword is taken for a column here; what follows it is what does not fit.
    if (At().kind == TokenKind::kWord && StartsOperand(At(1)) && !At().IsWord("from")) {
      ++at_;
      return kEndOfStatement;
    }
    return At().kind == TokenKind::kWord && !OneOf(last, kWords) ? kEndOfStatement : kExpression;
  }

  const char* AfterOperand() {
    static constexpr std::string_view kBetween[] = {"between", "and",   "or",     "where", "select",
                                                    "on",      "order", "having", "group"};
    const Token* between = LastOf(kBetween);
    if (between != nullptr && between->value == "between") return "AND";
    if (open_.empty()) {
      static constexpr std::string_view kSelect[] = {"select", "values", "from"};
      const bool cte = tokens_[0].IsWord("with") && LastOf(kSelect) == nullptr;
      return cte && At().kind == TokenKind::kEnd ? kQueryBody : kEndOfStatement;
    }
    if (InBracket("[")) return open_.back() > 0 && EndsOperand(open_.back() - 1) ? ":" : "]";
    if (InBracket("{")) return At(-1).kind == TokenKind::kString ? ":" : "}";
    const Token& before = BeforeBracket();
    static constexpr std::string_view kAs[] = {"as"};
    if ((before.IsWord("cast") || before.IsWord("try_cast")) && LastOf(kAs) == nullptr) return "AS";
    if (before.IsWord("over")) return "ROWS, RANGE, GROUPS";
    const Token& first = tokens_[open_.back() + 1];
    if (At().kind == TokenKind::kEnd && first.IsWord("select") &&
        (before.IsWord("from") || before.IsWord("join"))) {
      // The parenthesis is read again as a table named select.
      at_ = open_.back() + 2;
      if (At().kind == TokenKind::kWord && !At().IsWord("from")) ++at_;
    }
    return ")";
  }
  bool EndsOperand(size_t index) const {
    const Token& token = tokens_[index];
    return token.kind == TokenKind::kQuotedIdentifier || token.IsSymbol(")") ||
           token.IsSymbol("]") || (token.kind == TokenKind::kWord && !token.IsWord("select"));
  }

  const std::vector<Token>& tokens_;
  size_t at_;
  std::vector<size_t> open_;  ///< the brackets open at the place
};

/// The index of the token that DuckDB's message points to; the last one when it points nowhere.
size_t FailedToken(const duckdb::ErrorData& error, const std::vector<Token>& tokens,
                   const GrammarText& text, bool at_end) {
  const auto& extra = error.ExtraInfo();
  const auto position = extra.find("position");
  if (position == extra.end() || at_end) return tokens.size() - 1;
  const size_t offset = std::stoul(position->second);
  const auto after = std::upper_bound(text.token_offsets.begin(), text.token_offsets.end(), offset);
  auto index =
      static_cast<size_t>(std::max<std::ptrdiff_t>(0, after - text.token_offsets.begin() - 1));
  // A token's text starts behind the blank that parts it from the one before.
  if (index + 1 < text.token_offsets.size() && text.token_offsets[index + 1] + 1 == offset) ++index;
  return std::min(index, tokens.size() - 1);
}

/// Refusals of the parser that are no matter of grammar.
bool TranslateRefusal(const std::string& message, const std::vector<Token>& tokens,
                      Status* status) {
  const auto plan = [&](const std::string& text) {
    *status = Status::InvalidArgument("Error during planning: " + text);
    return true;
  };
  const auto starts = [&](std::string_view start) { return message.rfind(start, 0) == 0; };
  if (starts("Duplicate entry ") && message.find("EXCLUDE") != std::string::npos) {
    return plan("EXCLUDE or EXCEPT contains duplicate column names");
  }
  if (message.find("SELECT INTO not supported") != std::string::npos) {
    return plan("DDL not supported: CreateMemoryTable");
  }
  if (starts("VALUES lists must all be the same length")) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (!tokens[i].IsWord("values")) continue;
      *status = CheckRowLengths(tokens, i, 0);
      if (!status->ok()) return true;
    }
  }
  constexpr std::string_view kCte = "Duplicate CTE name ";
  if (starts(kCte)) {
    return plan("WITH query name " + message.substr(kCte.size()) + " specified more than once");
  }
  return false;
}

}  // namespace

Status TranslateParserError(const duckdb::ErrorData& error, const std::vector<Token>& tokens,
                            const GrammarText& text) {
  const std::string& message = error.RawMessage();
  Status refusal;
  if (TranslateRefusal(message, tokens, &refusal)) return refusal;
  const bool placed = error.ExtraInfo().count("position") > 0;
  const bool no_list = message.find("without selection list") != std::string::npos;
  const bool at_end = message.find("at end of input") != std::string::npos;
  if (!placed && !at_end && !no_list) return ParserError(message);
  const size_t at = no_list ? tokens.size() - 1 : FailedToken(error, tokens, text, at_end);
  if (tokens[at].kind == TokenKind::kEnd) {
    const Token& last = tokens[at >= 1 ? at - 1 : 0];
    if (last.IsWord("select") || no_list) return ParserError("Expected: an expression, found: EOF");
  }
  return Place(tokens, at).Describe();
}

}  // namespace influxdb3::query::sql
