#pragma once

#include <memory>

#include "duckdb.hpp"

#include "query/duckdb/dialect/dialect.h"
#include "query/query_engine.h"

namespace influxdb3::query {

/// Runs EXPLAIN or EXPLAIN ANALYZE of a rewritten query: columns `plan_type` and `plan`.
util::Result<std::unique_ptr<ResultStream>> ExplainQuery(duckdb::Connection* connection,
                                                         sql::RewrittenQuery query);

}  // namespace influxdb3::query
