#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parser.hpp"

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

template <size_t N>
bool OneOf(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool IsReserved(const Token& token) {
  if (token.kind != TokenKind::kWord) return false;
  const duckdb::KeywordCategory category = duckdb::Parser::IsKeyword(token.value);
  return category == duckdb::KeywordCategory::KEYWORD_RESERVED ||
         category == duckdb::KeywordCategory::KEYWORD_TYPE_FUNC;
}

/// Whether an operand may start after this token.
bool ExpectsOperand(const Token& token) {
  static constexpr std::string_view kWords[] = {
      "select",  "distinct", "where", "and",    "or",      "not", "by",   "on",
      "when",    "then",     "else",  "having", "between", "in",  "like", "ilike",
      "qualify", "all",      "case",  "from",   "join",    "is"};
  if (token.kind == TokenKind::kWord) return OneOf(token.value, kWords);
  if (token.kind != TokenKind::kSymbol) return false;
  return token.text != ")" && token.text != "]" && token.text != "::" && token.text != "." &&
         token.text != "}";
}

/// Whether this token may follow a complete operand.
bool EndsOperand(const Token& token) {
  static constexpr std::string_view kWords[] = {
      "from",   "as",      "and",   "or",      "is",     "in",    "not",     "like",
      "ilike",  "between", "asc",   "desc",    "then",   "else",  "end",     "when",
      "where",  "group",   "order", "limit",   "having", "nulls", "join",    "inner",
      "left",   "right",   "full",  "cross",   "on",     "union", "similar", "over",
      "filter", "offset",  "using", "natural", "at"};
  if (token.kind == TokenKind::kEnd) return true;
  if (token.kind == TokenKind::kWord) return OneOf(token.value, kWords);
  return token.kind == TokenKind::kSymbol && token.text != "(" && token.text != "[";
}

/// Requests name their parameters, so nothing can stand for a positional placeholder.
Status NoValueFor(const std::string& placeholder) {
  return Status::InvalidArgument(
      "Error during planning: No value found for placeholder with name " + placeholder);
}

class Writer {
 public:
  explicit Writer(const std::vector<Token>& tokens) : tokens_(tokens) {}

  Result<GrammarText> Run() {
    FindNullTreatments();
    for (at_ = 0; tokens_[at_].kind != TokenKind::kEnd; ++at_) {
      const size_t start = text_.sql.size();
      const auto prefix = prefixes_.find(at_);
      if (prefix != prefixes_.end()) Emit(prefix->second);
      const auto treatment = null_treatments_.find(at_);
      if (treatment != null_treatments_.end()) {
        text_.ignored_nulls[text_.sql.size() + (text_.sql.empty() ? 0 : 1)] = treatment->second;
      }
      if (skipped_.count(at_) == 0) {
        RETURN_IF_ERROR(CheckFunctionName());
        RETURN_IF_ERROR(WriteToken());
      }
      text_.token_offsets.resize(at_ + 1, start);
    }
    text_.token_offsets.push_back(text_.sql.size());
    return std::move(text_);
  }

 private:
  const Token& Next(size_t ahead = 1) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& Previous() const {
    static const Token kNone;
    return at_ == 0 ? kNone : tokens_[at_ - 1];
  }

  /// IGNORE NULLS and RESPECT NULLS stand behind a call or its FILTER, or inside the parentheses.
  /// They are left out of the text and noted for the name of the function.
  void FindNullTreatments() {
    static constexpr size_t kNone = SIZE_MAX;
    std::vector<size_t> open;  // for each open parenthesis, the function it belongs to
    size_t closed = kNone;     // the function of the parenthesis before
    for (size_t i = 0; i + 1 < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      const bool treats =
          (token.IsWord("ignore") || token.IsWord("respect")) && tokens_[i + 1].IsWord("nulls");
      const size_t before = closed;
      closed = kNone;
      if (token.IsSymbol("(")) {
        const bool call = i > 0 && (tokens_[i - 1].kind == TokenKind::kWord ||
                                    tokens_[i - 1].kind == TokenKind::kQuotedIdentifier);
        const bool goes_on = before != kNone;
        open.push_back(goes_on ? before : call ? i - 1 : kNone);
      } else if (token.IsSymbol(")") && !open.empty()) {
        closed = open.back();
        open.pop_back();
      } else if (before != kNone &&
                 (token.IsWord("filter") || token.IsWord("within") || token.IsWord("group"))) {
        closed = before;
      } else if (treats) {
        const bool inside = before == kNone && !open.empty() &&
                            (tokens_[i + 2].IsSymbol(")") || tokens_[i + 2].IsWord("order"));
        const size_t function = inside ? open.back() : before;
        if (function == kNone) continue;
        null_treatments_[function] = token.IsWord("ignore");
        skipped_.insert({i, i + 1});
        ++i;
      }
    }
  }

  /// Functions have no schema, and some names are ours alone; the grammar would let both pass.
  Status CheckFunctionName() const {
    const Token& token = tokens_[at_];
    const auto is_name = [](const Token& t) {
      return t.kind == TokenKind::kWord || t.kind == TokenKind::kQuotedIdentifier;
    };
    if (!is_name(token)) return Status::Ok();
    const bool qualified = Next().IsSymbol(".") && is_name(Next(2)) && Next(3).IsSymbol("(");
    const bool ours = Next().IsSymbol("(") && token.value.rfind("iox_", 0) == 0;
    if (!qualified && !ours) return Status::Ok();
    const std::string name = qualified ? token.value + "." + Next(2).value : token.value;
    return Status::InvalidArgument(
        fmt::format("Error during planning: Invalid function '{}'.\nDid you mean '{}'?", name,
                    NearestFunction(qualified ? Next(2).value : name)));
  }

  void Emit(std::string_view text) {
    // Tokens that touched (`1.`, `a.b`) stay apart safely: DuckDB accepts blanks between them.
    if (!text_.sql.empty()) text_.sql += ' ';
    text_.sql += text;
  }
  static std::string Quoted(std::string_view text, char quote) {
    std::string quoted(1, quote);
    for (char c : text) {
      quoted += c;
      if (c == quote) quoted += c;
    }
    return quoted + quote;
  }
  void EmitIdentifier(std::string_view name) { Emit(Quoted(name, '"')); }

  Status WriteToken() {
    const Token& token = tokens_[at_];
    switch (token.kind) {
      case TokenKind::kQuotedIdentifier:
        if (token.value.empty()) {
          return ParserError("Expected: identifier, found: " + DescribeToken(token));
        }
        EmitIdentifier(token.value);
        return Status::Ok();
      case TokenKind::kHexString:
        Emit(fmt::format("{}binary('{}')", kKeptFunctionPrefix, token.value));
        return Status::Ok();
      case TokenKind::kString: WriteString(); return Status::Ok();
      case TokenKind::kParameter: return WriteParameter();
      case TokenKind::kNumber: Emit(token.text); return Status::Ok();
      case TokenKind::kSymbol:
        if (token.text == "?") return NoValueFor(token.text);
        WriteSymbol();
        return Status::Ok();
      case TokenKind::kWord: return WriteWord();
      case TokenKind::kEnd: break;
    }
    return Status::Ok();
  }

  /// `INTERVAL '5' MINUTE` and `INTERVAL -5 MINUTE` with their unit in the text.
  bool WriteInterval() {
    static constexpr std::string_view kUnits[] = {
        "century",    "day",         "days",         "decade",      "hour",         "hours",
        "millennium", "microsecond", "microseconds", "millisecond", "milliseconds", "minute",
        "minutes",    "month",       "months",       "nanosecond",  "nanoseconds",  "quarter",
        "second",     "seconds",     "week",         "weeks",       "year",         "years"};
    const size_t sign = Next().IsSymbol("-") ? 1 : 0;
    const Token& amount = Next(1 + sign);
    if (amount.kind != TokenKind::kString && amount.kind != TokenKind::kNumber) return false;
    const Token& unit = Next(2 + sign);
    const bool has_unit = unit.kind == TokenKind::kWord && OneOf(unit.value, kUnits);
    if (!has_unit && amount.kind == TokenKind::kString) return false;
    std::string text = sign == 1 ? "-" : "";
    text += amount.kind == TokenKind::kString ? amount.value : amount.text;
    if (has_unit) {
      text += ' ';
      for (const char c : unit.value) text += static_cast<char>(c - 'a' + 'A');
    }
    Emit("INTERVAL");
    Emit(Quoted(text, '\''));
    at_ += 1 + sign + (has_unit ? 1 : 0);
    return true;
  }

  void WriteString() {
    Emit(tokens_[at_].text);
    // 'text' 'name' is a literal with an alias, but not after INTERVAL or in a type.
    if (Next().kind == TokenKind::kString) {
      Emit("AS");
      ++at_;
      EmitIdentifier(tokens_[at_].value);
    }
  }

  Status WriteParameter() {
    const std::string& name = tokens_[at_].value;
    if (name.empty()) {
      return ParserError("Expected: an expression, found: " + DescribeToken(tokens_[at_]));
    }
    auto& names = text_.parameters;
    const auto found = std::find(names.begin(), names.end(), name);
    const auto index = found - names.begin();
    if (found == names.end()) names.push_back(name);
    Emit(fmt::format("$p{}", index));
    return Status::Ok();
  }

  void WriteSymbol() {
    const Token& token = tokens_[at_];
    if (struct_ends_.count(at_) > 0) return Emit("}");
    // DuckDB knows `f(x) WITHIN GROUP (ORDER BY y)` for a few functions only, `f(x ORDER BY y)` for
    // all.
    if (token.text == ")" && Next().IsWord("within") && Next(2).IsWord("group") &&
        Next(3).IsSymbol("(")) {
      at_ += 3;
      return;
    }
    Emit(token.text);
  }

  /// SIMILAR TO is a plain search in the reference; an operator of its own keeps its name.
  bool WriteSimilarTo() {
    const bool negated = tokens_[at_].IsWord("not");
    const size_t first = negated ? 1 : 0;
    if (!Next(first).IsWord("similar") || !Next(first + 1).IsWord("to")) return false;
    Emit(negated ? "!~@~" : "~@~");
    at_ += first + 1;
    return true;
  }

  /// `overlay(x PLACING y FROM 1)` and `position(x IN y)` are grammar, with commas they are calls.
  bool IsPlainCall() const {
    const bool overlay = tokens_[at_].IsWord("overlay");
    if (!overlay && !tokens_[at_].IsWord("position")) return false;
    int depth = 0;
    for (size_t i = at_ + 1; i < tokens_.size(); ++i) {
      if (tokens_[i].IsSymbol("(")) ++depth;
      if (tokens_[i].IsSymbol(")") && --depth == 0) return true;
      if (depth == 1 && tokens_[i].IsWord(overlay ? "placing" : "in")) return false;
    }
    return false;
  }

  /// The grammar makes IS UNKNOWN the same as IS NULL, whose name differs.
  bool WriteUnknownTest() {
    const bool negated = Next().IsWord("not");
    if (!Next(negated ? 2 : 1).IsWord("unknown")) return false;
    Emit(negated ? "IS DISTINCT FROM CAST(NULL AS BOOLEAN)"
                 : "IS NOT DISTINCT FROM CAST(NULL AS BOOLEAN)");
    at_ += negated ? 2 : 1;
    return true;
  }

  /// `struct(x AS a, y)` as the literal `{'a': x, 'c1': y}`. Nothing happens without names.
  bool StartNamedStruct() {
    std::vector<std::pair<size_t, size_t>> members;
    bool named = false;
    int depth = 0;
    size_t begin = at_ + 2;
    size_t i = at_ + 1;
    for (; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.IsSymbol("(") || token.IsSymbol("[") || token.IsSymbol("{")) ++depth;
      const bool end = token.IsSymbol(")") || token.IsSymbol("]") || token.IsSymbol("}");
      if (end) --depth;
      if ((end && depth == 0) || (token.IsSymbol(",") && depth == 1)) {
        members.emplace_back(begin, i);
        named = named || (i >= 2 && depth <= 1 && tokens_[i - 2].IsWord("as") && i - 2 > begin);
        begin = i + 1;
      }
      if (end && depth == 0) break;
    }
    if (!named || i == tokens_.size()) return false;
    for (size_t index = 0; index < members.size(); ++index) {
      const auto [first, last] = members[index];
      const bool has_name = last >= 2 && tokens_[last - 2].IsWord("as") && last - 2 > first;
      const std::string name = has_name ? tokens_[last - 1].value : fmt::format("c{}", index);
      prefixes_[first] = Quoted(name, '\'') + " :";
      if (has_name) skipped_.insert({last - 2, last - 1});
    }
    struct_ends_.insert(i);
    Emit("{");
    ++at_;
    return true;
  }

  Status WriteWord() {
    const Token& token = tokens_[at_];
    const bool call = Next().IsSymbol("(");
    if (call && token.value == "struct" && StartNamedStruct()) return Status::Ok();
    if (token.value == "map" && Next().IsSymbol("{")) {
      Emit("MAP");
      return Status::Ok();
    }
    if (token.value == "interval" && WriteInterval()) return Status::Ok();
    if (token.value == "is" && WriteUnknownTest()) return Status::Ok();
    if ((token.value == "left" || token.value == "right") &&
        (Next().IsWord("semi") || Next().IsWord("anti"))) {
      // DuckDB's SEMI JOIN is the left one; the reference has no ASOF, so it stands for the right.
      if (token.value == "right") Emit("ASOF");
      return Status::Ok();
    }
    if (Next().IsWord("unsigned") && WriteUnsignedType()) return Status::Ok();
    static constexpr std::string_view kKept[] = {"coalesce",
                                                 "ifnull",
                                                 "if",
                                                 "nullif",
                                                 "percentile_cont",
                                                 "percentile_disc",
                                                 "quantile_cont",
                                                 "list",
                                                 "row",
                                                 "struct",
                                                 "map"};
    if (WriteSimilarTo()) return Status::Ok();
    if (call && (OneOf(token.value, kKept) || IsPlainCall()) && !Previous().IsSymbol(".") &&
        !Previous().IsSymbol("::") && !Previous().IsWord("as")) {
      Emit(kKeptFunctionPrefix + token.value);
      return Status::Ok();
    }
    if (IsReserved(token) && StandsAsIdentifier()) {
      EmitIdentifier(token.value);
    } else {
      // The parser keeps the case of names that are keywords elsewhere, such as temp.
      Emit(token.value);
    }
    return Status::Ok();
  }

  bool WriteUnsignedType() {
    static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {"tinyint", "UTINYINT"},
        {"smallint", "USMALLINT"},
        {"int", "UINTEGER"},
        {"integer", "UINTEGER"},
        {"bigint", "UBIGINT"}};
    for (const auto& [name, unsigned_name] : kTypes) {
      if (tokens_[at_].value != name) continue;
      Emit(unsigned_name);
      ++at_;
      return true;
    }
    return false;
  }

  bool StandsAsIdentifier() const {
    const Token& token = tokens_[at_];
    static constexpr std::string_view kNever[] = {"select",   "null", "true", "false",
                                                  "distinct", "from", "not",  "lateral"};
    if (OneOf(token.value, kNever)) return false;
    if (Previous().IsSymbol(".")) return true;
    if (Previous().IsWord("as")) return !Next().IsSymbol("(") && !Previous2().IsSymbol("(");
    // `all` and `distinct` after SELECT are quantifiers; `*` after `all` too.
    if (token.value == "all" &&
        (Previous().IsWord("select") || Previous().IsWord("union") || Previous().IsWord("except") ||
         Previous().IsWord("intersect") || Previous().IsWord("by"))) {
      return false;
    }
    const bool starts = at_ == 0 || ExpectsOperand(Previous());
    if (!starts || Next().IsSymbol("(")) return false;
    if (Previous().IsWord("from") || Previous().IsWord("join")) return true;
    if (Previous().IsWord("is")) return false;
    if (token.value == "when" && Previous().IsWord("case")) return false;
    if (token.value == "case") {
      return EndsOperand(Next()) && !Next().IsWord("when") && !Next().IsWord("not");
    }
    return EndsOperand(Next()) || Next().IsSymbol(".");
  }
  const Token& Previous2() const {
    static const Token kNone;
    return at_ < 2 ? kNone : tokens_[at_ - 2];
  }

  const std::vector<Token>& tokens_;
  std::map<size_t, std::string> prefixes_;  ///< what stands before a token, by its index
  std::set<size_t> skipped_;                ///< tokens that are left out
  std::set<size_t> struct_ends_;            ///< where a literal ends
  std::map<size_t, bool> null_treatments_;  ///< IGNORE NULLS or not, by the function's token
  size_t at_ = 0;
  GrammarText text_;
};

}  // namespace

Result<GrammarText> WriteForGrammar(const std::vector<Token>& tokens) {
  return Writer(tokens).Run();
}

}  // namespace influxdb3::query::sql
