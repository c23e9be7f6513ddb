// Forms of clauses that DuckDB's grammar lacks, told by the words around them.
#include "query/duckdb/dialect/clause_forms.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "duckdb/parser/parser.hpp"

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

template <size_t N>
bool OneOf(const Token& token, const std::string_view (&words)[N]) {
  return token.kind == TokenKind::kWord &&
         std::find(std::begin(words), std::end(words), token.value) != std::end(words);
}

bool IsKeyword(const Token& token) {
  return token.kind == TokenKind::kWord &&
         duckdb::Parser::IsKeyword(token.value) != duckdb::KeywordCategory::KEYWORD_NONE;
}

/// The words behind which an operand stands, so that the next word is no alias.
bool WantsOperand(const Token& token) {
  static constexpr std::string_view kWords[] = {
      "select",  "distinct", "all",  "as",   "and",    "or",    "not",  "is",       "in",
      "like",    "ilike",    "to",   "by",   "escape", "then",  "else", "when",     "case",
      "between", "from",     "over", "any",  "some",   "div",   "xor",  "interval", "exists",
      "similar", "collate",  "at",   "time", "zone",   "where", "on"};
  return OneOf(token, kWords);
}

bool EndsOperand(const Token& token) {
  switch (token.kind) {
    case TokenKind::kNumber:
    case TokenKind::kString:
    case TokenKind::kHexString:
    case TokenKind::kParameter:
    case TokenKind::kQuotedIdentifier: return true;
    case TokenKind::kWord: return !WantsOperand(token);
    case TokenKind::kSymbol: return token.text == ")" || token.text == "]" || token.text == "}";
    case TokenKind::kEnd: break;
  }
  return false;
}

/// The words that end a FROM clause or one of its joins.
bool EndsJoin(const Token& token) {
  static constexpr std::string_view kWords[] = {
      "where",     "group",  "order", "having",  "limit",  "offset", "union",  "except",
      "intersect", "window", "fetch", "qualify", "select", "join",   "natural"};
  return token.kind == TokenKind::kEnd || token.IsSymbol(",") || OneOf(token, kWords);
}

bool StartsJoin(const Token& token, const Token& next) {
  static constexpr std::string_view kSides[] = {"left", "right", "full", "inner", "cross"};
  static constexpr std::string_view kKinds[] = {"join", "outer", "semi", "anti"};
  return OneOf(token, kSides) && OneOf(next, kKinds);
}

class ClausePass {
 public:
  explicit ClausePass(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::vector<Token> Run() {
    clauses_.push_back(Clause::kOther);
    while (At(0).kind != TokenKind::kEnd) {
      TrackClause();
      if (!WriteJoin() && !SkipFetch() && !WriteLimit() && !WriteExcluded() && !WriteAlias() &&
          !SkipRow()) {
        MarkGroupTwin();
        Take();
      }
    }
    if (!joins_.empty()) FlushJoins();
    if (Before(1).IsSymbol(",") && clauses_.size() == 1 && clauses_.back() != Clause::kSelect) {
      throw SqlError(util::Status::InvalidArgument(
          clauses_.back() == Clause::kFrom
              ? "SQL error: ParserError(\"Expected: identifier, found: EOF\")"
              : "SQL error: ParserError(\"Expected: an expression, found: EOF\")"));
    }
    Take();
    return std::move(out_);
  }

 private:
  enum class Clause { kOther, kSelect, kFrom, kValues, kDistinctOn, kGroup };

  const Token& At(size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& Before(size_t back) const {
    static const Token kNone;
    return back > out_.size() ? kNone : out_[out_.size() - back];
  }
  void Take() {
    out_.push_back(At(0));
    ++at_;
  }
  void Put(const std::string& word) {
    Token token = At(0);
    token.kind = TokenKind::kWord;
    token.text = word;
    token.value = word;
    out_.push_back(std::move(token));
  }

  void TrackClause() {
    const Token& token = At(0);
    if (token.IsSymbol("(") || token.IsSymbol("[") || token.IsSymbol("{")) {
      const bool distinct_on = Before(1).IsWord("on") && Before(2).IsWord("distinct");
      clauses_.push_back(distinct_on ? Clause::kDistinctOn : Clause::kOther);
      return;
    }
    behind_distinct_on_ = false;
    if (token.IsSymbol(")") || token.IsSymbol("]") || token.IsSymbol("}")) {
      while (!joins_.empty() && joins_.back().depth >= clauses_.size()) FlushJoin();
      behind_distinct_on_ = clauses_.back() == Clause::kDistinctOn;
      if (clauses_.size() > 1) clauses_.pop_back();
      return;
    }
    if (token.kind != TokenKind::kWord || Before(1).IsSymbol(".")) return;
    Clause& clause = clauses_.back();
    if (token.value == "select") {
      clause = Clause::kSelect;
    } else if (token.value == "from") {
      const bool distinct_from = Before(1).IsWord("distinct") && !Before(2).IsWord("select");
      if (clause == Clause::kSelect && !distinct_from) clause = Clause::kFrom;
    } else if (token.value == "values" && (At(1).IsSymbol("(") || At(1).IsWord("row"))) {
      if (clause == Clause::kOther) clause = Clause::kValues;
    } else if (token.value == "group" && At(1).IsWord("by")) {
      clause = Clause::kGroup;
      group_names_.clear();
    } else if (clause != Clause::kSelect && EndsJoin(token) && token.value != "join" &&
               token.value != "natural") {
      clause = Clause::kOther;
    }
  }

  /// Joins without a condition: all pairs.
  struct OpenJoin {
    size_t depth;
    bool needs_condition;
    bool outer;
  };
  void FlushJoin() {
    const OpenJoin join = joins_.back();
    joins_.pop_back();
    if (!join.needs_condition) return;
    if (join.outer) ThrowPlanError("join condition should not be empty");
    Put("on");
    Put("true");
  }
  void FlushJoins() {
    while (!joins_.empty()) FlushJoin();
  }
  bool WriteJoin() {
    const Token& token = At(0);
    if (!joins_.empty() && joins_.back().depth == clauses_.size()) {
      if (token.IsWord("on") || token.IsWord("using")) {
        joins_.pop_back();
      } else if (EndsJoin(token) || StartsJoin(token, At(1))) {
        FlushJoin();
      }
    }
    if (clauses_.back() != Clause::kFrom || !token.IsWord("join") || Before(1).IsSymbol(".")) {
      return false;
    }
    static constexpr std::string_view kSides[] = {"left", "right", "full", "semi", "anti", "outer"};
    bool natural = false;
    for (size_t back = 1; back <= 3; ++back) natural |= Before(back).IsWord("natural");
    // A join with nothing behind it is an error of its own.
    const bool complete = At(1).kind != TokenKind::kEnd;
    const bool free = natural || Before(1).IsWord("cross") || Before(1).IsWord("asof") || !complete;
    joins_.push_back({clauses_.size(), !free, OneOf(Before(1), kSides)});
    Take();
    return true;
  }

  /// `FETCH FIRST 5 ROWS ONLY` has no effect.
  bool SkipFetch() {
    if (!At(0).IsWord("fetch") || !(At(1).IsWord("first") || At(1).IsWord("next"))) return false;
    size_t ahead = 2;
    while (At(ahead).kind == TokenKind::kNumber || At(ahead).kind == TokenKind::kParameter ||
           At(ahead).IsWord("percent")) {
      ++ahead;
    }
    if (!At(ahead).IsWord("row") && !At(ahead).IsWord("rows")) return false;
    ++ahead;
    if (At(ahead).IsWord("only")) {
      ++ahead;
    } else if (At(ahead).IsWord("with") && At(ahead + 1).IsWord("ties")) {
      ahead += 2;
    } else {
      return false;
    }
    at_ += ahead;
    return true;
  }

  /// `LIMIT 5, 10` skips 5 rows.
  bool WriteLimit() {
    const auto count = [](const Token& token) {
      return token.kind == TokenKind::kNumber || token.kind == TokenKind::kParameter;
    };
    if (!At(0).IsWord("limit") || !count(At(1)) || !At(2).IsSymbol(",") || !count(At(3))) {
      return false;
    }
    const Token offset = At(1);
    Take();
    at_ += 2;
    Take();
    Put("offset");
    out_.push_back(offset);
    return true;
  }

  /// `* EXCEPT (a, b)`: the names are taken as they are written.
  bool WriteExcluded() {
    const bool list = At(0).IsSymbol("*") && clauses_.back() == Clause::kSelect &&
                      (At(1).IsWord("except") || At(1).IsWord("exclude")) &&
                      !At(2).IsWord("select") && !At(2).IsWord("all");
    const bool parenthesis = At(2).IsSymbol("(");
    if (!list || (parenthesis && At(3).IsWord("select"))) return false;
    Take();
    Put("exclude");
    ++at_;
    if (!parenthesis) {
      TakeExact();
      return true;
    }
    Take();
    while (At(0).kind != TokenKind::kEnd && !At(0).IsSymbol(")")) TakeExact();
    if (At(0).kind != TokenKind::kEnd) Take();
    return true;
  }
  void TakeExact() {
    Token token = At(0);
    if (token.kind == TokenKind::kWord) {
      token.kind = TokenKind::kQuotedIdentifier;
      token.value = token.text;
    }
    out_.push_back(std::move(token));
    ++at_;
  }

  /// An alias without AS may be a keyword or a text.
  bool WriteAlias() {
    if (clauses_.back() != Clause::kSelect || !EndsOperand(Before(1)) || behind_distinct_on_) {
      return false;
    }
    const Token& token = At(0);
    const Token& next = At(1);
    const bool ends = next.kind == TokenKind::kEnd || next.IsSymbol(",") || next.IsSymbol(")") ||
                      next.IsWord("from");
    if (!ends) return false;
    // `INTERVAL '1' day`, `'a' 'b'`, `DATE '2020-01-01'`: these have a grammar of their own.
    if (Before(2).IsWord("interval")) return false;
    if (token.kind == TokenKind::kString) {
      static constexpr std::string_view kTypes[] = {"date", "datetime", "timestamptz", "uuid",
                                                    "json"};
      if (Before(1).kind == TokenKind::kString || IsKeyword(Before(1)) ||
          OneOf(Before(1), kTypes)) {
        return false;
      }
    } else {
      static constexpr std::string_view kNever[] = {
          "end",      "null",    "true",     "false",   "unknown", "distinct",   "precision",
          "varying",  "zone",    "unsigned", "from",    "order",   "group",      "limit",
          "offset",   "where",   "having",   "union",   "except",  "intersect",  "exclude",
          "with",     "select",  "top",      "lateral", "view",    "fetch",      "minus",
          "into",     "explain", "analyze",  "sort",    "cluster", "distribute", "returning",
          "nulls",    "asc",     "desc",     "not",     "and",     "or",         "normalized",
          "document", "as",      "is",       "isnull",  "notnull"};
      if (!IsKeyword(token) || OneOf(token, kNever)) return false;
    }
    Put("as");
    Token alias = token;
    alias.kind = TokenKind::kQuotedIdentifier;
    out_.push_back(std::move(alias));
    ++at_;
    return true;
  }

  /// The grammar takes grouped columns that differ by case only for one; a sign tells them apart.
  void MarkGroupTwin() {
    const Token& token = At(0);
    const bool name = token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedIdentifier;
    const bool first = Before(1).IsWord("by") || Before(1).IsSymbol(",");
    if (clauses_.back() != Clause::kGroup || !name || !first) return;
    const auto [known, added] =
        group_names_.emplace(duckdb::StringUtil::Lower(token.value), token.value);
    if (added || known->second == token.value) return;
    Token sign = token;
    sign.kind = TokenKind::kSymbol;
    sign.text = "+";
    out_.push_back(std::move(sign));
  }

  /// `VALUES ROW(1), ROW(2)`.
  bool SkipRow() {
    if (clauses_.back() != Clause::kValues || !At(0).IsWord("row") || !At(1).IsSymbol("(")) {
      return false;
    }
    ++at_;
    return true;
  }

  std::vector<Token> tokens_;
  std::vector<Token> out_;
  std::vector<Clause> clauses_;  ///< by depth of parentheses
  std::vector<OpenJoin> joins_;
  std::map<std::string, std::string> group_names_;  ///< as written, by their lower case
  bool behind_distinct_on_ = false;  ///< the token before closes the parentheses of DISTINCT ON
  size_t at_ = 0;
};

}  // namespace

std::vector<Token> WriteClauseForms(std::vector<Token> tokens) {
  return ClausePass(std::move(tokens)).Run();
}

}  // namespace influxdb3::query::sql
