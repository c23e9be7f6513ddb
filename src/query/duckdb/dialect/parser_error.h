#pragma once

#include <vector>

#include "duckdb.hpp"

#include "query/duckdb/dialect/lexer.h"
#include "query/duckdb/dialect/statement.h"
#include "util/status.h"

namespace influxdb3::query::sql {

/// What DuckDB's parser found wrong with `text`, written from `tokens`, in the reference's words.
util::Status TranslateParserError(const duckdb::ErrorData& error, const std::vector<Token>& tokens,
                                  const GrammarText& text);

}  // namespace influxdb3::query::sql
