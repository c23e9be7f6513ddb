#pragma once

#include <string>
#include <vector>

#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/lexer.h"
#include "util/status.h"

namespace influxdb3::query::sql {

/// What a statement that is no read is told. OK when the first word starts none of them. `tokens`
/// are those of one statement, with kEnd; `resolver` knows the tables that changes may name.
util::Status CheckRefused(const std::vector<Token>& tokens, TableResolver& resolver);

/// The statement as the reference echoes it: one blank between words, keywords in capitals.
std::string EchoStatement(const std::vector<Token>& tokens);

/// `This feature is not implemented: …`
util::Status NotImplemented(const std::string& what);
/// `Expected: …, found: …`
util::Status UnexpectedToken(const std::string& expected, const Token& token);

/// Rows of the VALUES list that starts at `tokens[at]` must have `expected` values each, or as many
/// as the first when it is 0. OK for what is no list of rows in parentheses.
util::Status CheckRowLengths(const std::vector<Token>& tokens, size_t at, size_t expected);

}  // namespace influxdb3::query::sql
