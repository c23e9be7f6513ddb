#pragma once

#include <string>
#include <vector>

#include "duckdb.hpp"

#include "duckdb/parser/query_node.hpp"
#include "duckdb/parser/query_node/select_node.hpp"

#include "model/time_range.h"

/// Builds parsed SQL, as if it had been written.
namespace influxdb3::query::parsed {

using ExpressionPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;
using NodePtr = duckdb::unique_ptr<duckdb::QueryNode>;
using RefPtr = duckdb::unique_ptr<duckdb::TableRef>;

ExpressionPtr Column(const std::string& name);
ExpressionPtr Constant(duckdb::Value value);
ExpressionPtr Compare(duckdb::ExpressionType type, ExpressionPtr left, ExpressionPtr right);
ExpressionPtr Call(const std::string& function, std::vector<ExpressionPtr> arguments);
/// Null for no terms.
ExpressionPtr All(std::vector<ExpressionPtr> terms);
ExpressionPtr Any(std::vector<ExpressionPtr> terms);
ExpressionPtr Not(ExpressionPtr term);
ExpressionPtr Named(ExpressionPtr expression, const std::string& name);

/// Whether `column`, a TIMESTAMP_NS, lies in the range; bounds that bound nothing are left out, so
/// that it is null for all times.
ExpressionPtr InRange(const std::string& column, const model::TimeRange& range);

/// Whether the value is among the rows of `node`, which has one column.
ExpressionPtr IsIn(ExpressionPtr value, NodePtr node);
/// Without names there are no groups, so an aggregate gives one row.
void GroupBy(const std::vector<std::string>& names, duckdb::SelectNode* node);

NodePtr UnionAll(std::vector<NodePtr> nodes);
RefPtr Subquery(NodePtr node);

}  // namespace influxdb3::query::parsed
