#pragma once

#include <cstdint>
#include <string>

#include "query/duckdb/dialect/expression_builder.h"
#include "util/result.h"

namespace influxdb3::query::sql {

/// A span of calendar months, calendar days and nanoseconds, as the reference's intervals are.
struct IntervalParts {
  int32_t months = 0;
  int32_t days = 0;
  int64_t nanos = 0;
};

/// Parses `1 day -2 hours`, `1.5 months`, `5m`, `12:30:00`; a bare number counts seconds. Errors
/// carry the reference's text.
util::Result<IntervalParts> ParseInterval(const std::string& text);

/// Whether the expression is an INTERVAL literal as the grammar leaves it, and its value. Throws
/// SqlError when its text is no interval. Only for expressions not yet rewritten.
bool IntervalFromSql(const duckdb::ParsedExpression& expression, IntervalParts* parts);

/// DuckDB's INTERVAL counts microseconds; what does not fit is a structure of our own.
duckdb::Value IntervalValue(const IntervalParts& parts);
duckdb::LogicalType NanoIntervalType();
bool IsNanoInterval(const duckdb::LogicalType& type);
IntervalParts IntervalFromValue(const duckdb::Value& value);

}  // namespace influxdb3::query::sql
