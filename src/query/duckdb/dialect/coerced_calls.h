#pragma once

#include <string>

#include "query/duckdb/dialect/expression_builder.h"

namespace influxdb3::query::sql {

/// A call of a function with a signature. Its arguments are checked and converted when DuckDB has
/// bound them and their types are known; `engine` is DuckDB's or our function of the result.
ExpressionPtr CoercedCall(const std::string& name, const std::string& engine,
                          duckdb::vector<ExpressionPtr> arguments);

/// CASE, whose results are brought to a common type in the same way.
ExpressionPtr CoercedCase(duckdb::CaseExpression& expression);

/// A cast; of a constant it is tried when the query is planned, with the reference's words for a
/// failure there.
ExpressionPtr PlannedCast(const duckdb::LogicalType& type, ExpressionPtr value);

}  // namespace influxdb3::query::sql
