#pragma once

#include <map>
#include <string>

#include "query/duckdb/dialect/expression_builder.h"

namespace influxdb3::query::sql {

/// What the reference puts before an error in the arguments or bounds of a gap-filling query.
inline constexpr char kGapFillContext[] =
    "handle_gap_fill\ncaused by\nhandle_aggregate\ncaused by\nbuild_gapfill_node\ncaused by\n";

/// Inclusive bounds of a time column, as expressions of nanoseconds; null where there is none.
struct TimeBounds {
  ExpressionPtr lower;
  ExpressionPtr upper;
};

/// The bounds that a condition, or one in a sub-query that the column comes from, sets to `column`.
/// All parts are rewritten ones; `ctes` are the WITH queries by their engine names. `where` may be
/// null. Only conditions that every row has to meet count. Throws SqlError when one compares with
/// an expression that has columns.
TimeBounds FindTimeBounds(const duckdb::ParsedExpression* where, const duckdb::TableRef& from,
                          const duckdb::ParsedExpression& column,
                          const std::map<std::string, const duckdb::QueryNode*>& ctes);

}  // namespace influxdb3::query::sql
