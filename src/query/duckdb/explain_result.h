#pragma once

#include <memory>

#include "duckdb.hpp"

#include "query/duckdb/dialect/dialect.h"
#include "query/query_engine.h"

namespace influxdb3::query {

/// The statement that explains the query, or runs it and shows where its time went.
duckdb::unique_ptr<duckdb::SQLStatement> MakeExplainStatement(sql::RewrittenQuery query);

/// The columns of such a result.
std::shared_ptr<arrow::Schema> ExplainSchema();

/// Reads all of `engine_rows`, what that statement gave, and words it as the reference does:
/// columns `plan_type` and `plan`. `kind` is the explained query's.
util::Result<std::unique_ptr<ResultStream>> MakeExplainResult(ResultStream* engine_rows,
                                                              sql::StatementKind kind);

}  // namespace influxdb3::query
