#pragma once

#include <string>

#include "query/duckdb/dialect/expression_builder.h"

namespace influxdb3::query::sql {

/// Whether the window function tells how a value changed since the row before.
bool IsRowChange(const std::string& function);

/// What a call of such a function becomes. The parts of `window` are rewritten already. Throws
/// SqlError for a wrong number of arguments.
ExpressionPtr RowChange(const std::string& function, const duckdb::WindowExpression& window);

}  // namespace influxdb3::query::sql
