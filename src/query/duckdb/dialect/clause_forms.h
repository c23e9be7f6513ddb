#pragma once

#include <vector>

#include "query/duckdb/dialect/lexer.h"

namespace influxdb3::query::sql {

/// Rewrites clauses that DuckDB's grammar does not know into ones that it does: joins without a
/// condition, `FETCH FIRST`, which has no effect, `LIMIT a, b`, the names of `* EXCEPT`, keywords
/// and texts as aliases without AS, `VALUES ROW(…)`. Tokens keep their places in the text. Throws
/// SqlError for an outer join without a condition.
std::vector<Token> WriteClauseForms(std::vector<Token> tokens);

}  // namespace influxdb3::query::sql
