#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace influxdb3::query::sql {

enum class TokenKind {
  kWord,              ///< unquoted identifier or keyword
  kQuotedIdentifier,  ///< "…" or `…`
  kString,            ///< '…', E'…' or $$…$$
  kHexString,         ///< x'…' or 0x…
  kNumber,
  kParameter,  ///< $name
  kSymbol,     ///< operator or punctuation
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;   ///< as written
  std::string value;  ///< words lower-cased, identifiers, strings and parameters without decoration
  size_t line = 1;    ///< 1-based
  size_t column = 1;  ///< 1-based, in characters
  size_t offset = 0;  ///< in bytes

  bool IsWord(std::string_view word) const { return kind == TokenKind::kWord && value == word; }
  bool IsSymbol(std::string_view symbol) const {
    return kind == TokenKind::kSymbol && text == symbol;
  }
};

/// Splits SQL into tokens; comments and white space vanish. The last token is kEnd. Errors carry
/// the reference's text.
util::Result<std::vector<Token>> Tokenize(std::string_view sql);

/// The token at `index`, or the last one, which is kEnd, where there are fewer.
inline const Token& TokenAt(const std::vector<Token>& tokens, size_t index) {
  return index < tokens.size() ? tokens[index] : tokens.back();
}

/// `name at Line: l, Column: c`, or `EOF`.
std::string DescribeToken(const Token& token);

}  // namespace influxdb3::query::sql
