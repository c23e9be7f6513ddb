#pragma once

#include <functional>
#include <memory>

#include "duckdb.hpp"

#include "query/duckdb/dialect/dialect.h"
#include "query/query_engine.h"

namespace influxdb3::query {

/// What describing a statement needs of the engine.
struct DescriptionTools {
  std::function<util::Result<std::unique_ptr<duckdb::Connection>>()> connect;
  /// Rewrites the statement for a connection that has not been used yet.
  std::function<util::Result<sql::RewrittenQuery>(
      const QueryRequest& request, const sql::RewriteOptions& options, duckdb::Connection*)>
      rewrite;
};

/// What the statement returns and which parameters it wants. Types that hang on values which are
/// not there are those of NULL.
util::Result<QueryDescription> DescribeQuery(const QueryRequest& request,
                                             const DescriptionTools& tools);

}  // namespace influxdb3::query
