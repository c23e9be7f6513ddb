#include "query/duckdb/dialect/lexer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

bool IsWordStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80) != 0;
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsWordPart(char c) {
  return IsWordStart(c) || IsDigit(c);
}

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Result<std::vector<Token>> Run() {
    while (true) {
      RETURN_IF_ERROR(SkipBlank());
      Token token;
      token.line = line_;
      token.column = column_;
      token.offset = position_;
      if (position_ >= sql_.size()) {
        tokens_.push_back(std::move(token));
        return std::move(tokens_);
      }
      RETURN_IF_ERROR(Read(token));
      token.text = std::string(sql_.substr(token.offset, position_ - token.offset));
      tokens_.push_back(std::move(token));
    }
  }

 private:
  char At(size_t ahead) const {
    return position_ + ahead < sql_.size() ? sql_[position_ + ahead] : '\0';
  }

  void Advance(size_t count) {
    for (size_t i = 0; i < count && position_ < sql_.size(); ++i, ++position_) {
      if (sql_[position_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((sql_[position_] & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }

  Status SkipBlank() {
    while (position_ < sql_.size()) {
      if (std::isspace(static_cast<unsigned char>(At(0)))) {
        Advance(1);
      } else if (At(0) == '-' && At(1) == '-') {
        while (position_ < sql_.size() && At(0) != '\n') Advance(1);
      } else if (At(0) == '/' && At(1) == '*') {
        RETURN_IF_ERROR(SkipBlockComment());
      } else {
        break;
      }
    }
    return Status::Ok();
  }

  Status SkipBlockComment() {
    int depth = 0;
    do {
      if (position_ >= sql_.size()) {
        return TokenizerError(
            fmt::format("Unexpected EOF while in a multi-line comment at Line: {}, Column: {}",
                        line_, column_));
      }
      if (At(0) == '/' && At(1) == '*') {
        ++depth;
        Advance(2);
      } else if (At(0) == '*' && At(1) == '/') {
        --depth;
        Advance(2);
      } else {
        Advance(1);
      }
    } while (depth > 0);
    return Status::Ok();
  }

  Status Read(Token& token) {
    const char c = At(0);
    if (c == '\'') return ReadString(token, TokenKind::kString, false);
    if ((c == 'x' || c == 'X') && At(1) == '\'') {
      Advance(1);
      return ReadString(token, TokenKind::kHexString, false);
    }
    if ((c == 'e' || c == 'E') && At(1) == '\'') {
      Advance(1);
      return ReadString(token, TokenKind::kString, true);
    }
    if (c == '"' || c == '`') return ReadQuoted(token, c);
    if (c == '$') return ReadDollar(token);
    if (IsDigit(c) || (c == '.' && IsDigit(At(1)))) {
      ReadNumber(token);
      return Status::Ok();
    }
    if (IsWordStart(c)) {
      token.kind = TokenKind::kWord;
      while (position_ < sql_.size() && (IsWordPart(At(0)) || At(0) == '$')) {
        token.value += static_cast<char>(
            (At(0) & 0x80) ? At(0) : std::tolower(static_cast<unsigned char>(At(0))));
        Advance(1);
      }
      return Status::Ok();
    }
    ReadSymbol(token);
    return Status::Ok();
  }

  Status ReadString(Token& token, TokenKind kind, bool escapes) {
    token.kind = kind;
    const size_t line = token.line;
    const size_t column = token.column;
    Advance(1);
    while (position_ < sql_.size()) {
      if (At(0) == '\'' && At(1) == '\'') {
        token.value += '\'';
        Advance(2);
      } else if (At(0) == '\'') {
        Advance(1);
        return Status::Ok();
      } else if (escapes && At(0) == '\\') {
        token.value.append(sql_.substr(position_, 2));
        Advance(2);
      } else {
        token.value += At(0);
        Advance(1);
      }
    }
    return TokenizerError(
        fmt::format("Unterminated string literal at Line: {}, Column: {}", line, column));
  }

  Status ReadQuoted(Token& token, char quote) {
    token.kind = TokenKind::kQuotedIdentifier;
    Advance(1);
    while (position_ < sql_.size()) {
      if (At(0) == quote && At(1) == quote) {
        token.value += quote;
        Advance(2);
      } else if (At(0) == quote) {
        Advance(1);
        return Status::Ok();
      } else {
        token.value += At(0);
        Advance(1);
      }
    }
    return TokenizerError(
        fmt::format("Expected close delimiter '{}' before EOF. at Line: {}, Column: {}", quote,
                    token.line, token.column));
  }

  Status ReadDollar(Token& token) {
    size_t length = 1;
    while (IsWordPart(At(length))) ++length;
    if (At(length) == '$') {
      const std::string tag(sql_.substr(position_, length + 1));
      const size_t end = sql_.find(tag, position_ + tag.size());
      if (end == std::string_view::npos) {
        Advance(sql_.size() - position_);
        return TokenizerError(fmt::format(
            "Unterminated dollar-quoted string at Line: {}, Column: {}", line_, column_));
      }
      token.kind = TokenKind::kString;
      token.value = std::string(sql_.substr(position_ + tag.size(), end - position_ - tag.size()));
      Advance(end + tag.size() - position_);
      return Status::Ok();
    }
    token.kind = TokenKind::kParameter;
    token.value = std::string(sql_.substr(position_ + 1, length - 1));
    Advance(length);
    return Status::Ok();
  }

  void ReadNumber(Token& token) {
    token.kind = TokenKind::kNumber;
    const auto digits = [&] {
      while (IsDigit(At(0))) Advance(1);
    };
    if (At(0) == '0' && At(1) == 'x' && std::isxdigit(static_cast<unsigned char>(At(2)))) {
      Advance(2);
      token.kind = TokenKind::kHexString;
      const size_t begin = position_;
      while (std::isxdigit(static_cast<unsigned char>(At(0)))) Advance(1);
      token.value = std::string(sql_.substr(begin, position_ - begin));
      return;
    }
    digits();
    if (At(0) == '.' && At(1) != '.') {
      Advance(1);
      digits();
    }
    if (At(0) == 'e' || At(0) == 'E') {
      const size_t sign = At(1) == '+' || At(1) == '-' ? 1 : 0;
      if (IsDigit(At(1 + sign))) {
        Advance(1 + sign);
        digits();
      }
    }
  }

  void ReadSymbol(Token& token) {
    static constexpr std::string_view kSymbols[] = {
        "!~~*", "<=>", "!~~", "!~*", "~~*", "::", "<=", ">=", "<>", "!=", "==", "||",
        "<<",   ">>",  "~~",  "~*",  "!~",  "->", "=>", "@>", "<@", ":=", "//", "**"};
    token.kind = TokenKind::kSymbol;
    for (std::string_view symbol : kSymbols) {
      if (sql_.substr(position_, symbol.size()) == symbol) {
        Advance(symbol.size());
        return;
      }
    }
    Advance(1);
  }

  std::string_view sql_;
  size_t position_ = 0;
  size_t line_ = 1;
  size_t column_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> Tokenize(std::string_view sql) {
  return Lexer(sql).Run();
}

std::string DescribeToken(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "EOF";
  return fmt::format("{} at Line: {}, Column: {}", token.text, token.line, token.column);
}

}  // namespace influxdb3::query::sql
