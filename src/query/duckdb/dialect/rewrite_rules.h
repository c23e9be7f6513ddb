#pragma once

#include <string>
#include <vector>

#include "duckdb/parser/query_node.hpp"

#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/rewrite_context.h"

namespace influxdb3::query::sql {

/// Names for the engine: the users' names, numbered where they differ by case only or repeat.
void AssignEngineNames(std::vector<OutputColumn>& columns);

/// Turns GROUP BY ALL into positions where an item makes the bins of a gap-filling query.
void GroupGapFillByAll(duckdb::SelectNode& node, const std::vector<SelectItem>& items);

/// Whether an expression as parsed holds an aggregate outside of windows and sub-queries.
bool HasAggregate(const duckdb::ParsedExpression& expression);
/// Throws when the condition of a WHERE holds an aggregate.
void RefuseAggregates(const duckdb::ParsedExpression& where);
/// Whether a query, as parsed, yields exactly one row, whatever its tables hold.
bool YieldsOneRow(const duckdb::QueryNode& node);
/// Whether the expression itself is a call of an aggregate function.
bool IsAggregateCall(const duckdb::ParsedExpression& expression);

/// `IS TRUE` and its kin, which the grammar turns into a comparison. Null for anything else.
const duckdb::ParsedExpression* BooleanTestOperand(const duckdb::ParsedExpression& expression,
                                                   std::string* test);

/// `[1, 2]` or `make_array(1, 2)`.
bool IsListConstructor(const duckdb::ParsedExpression& expression);
/// The function that an operator over lists is; empty for other operators.
std::string NameOfListOperator(const duckdb::FunctionExpression& call);

/// A CAST target written in SQL. Throws for types the reference does not know.
duckdb::LogicalType TypeFromSql(const duckdb::LogicalType& parsed);

}  // namespace influxdb3::query::sql
