#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "duckdb/parser/query_node/list.hpp"

#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/rewrite_context.h"

// Questions about parsed queries that need no more than the tree.
namespace influxdb3::query::sql {

/// Names for the engine: the users' names, numbered where they differ by case only or repeat.
void AssignEngineNames(std::vector<OutputColumn>& columns);

std::vector<OutputColumn> ColumnsOf(const ResolvedTable& table);

/// Throws unless there is a name for each column.
void CheckAliasCount(size_t columns, size_t aliases);

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

/// Whether ORDER BY or GROUP BY mean a position by this literal, and which; 0 when it is none.
bool IsOrdinal(const duckdb::ParsedExpression& expression);
int64_t Ordinal(const duckdb::ParsedExpression& expression);
/// A parameter's value is none of the positions that the engine too reads integers as.
void HidePosition(ExpressionPtr& expression);
/// A column without qualifier; null for anything else.
const std::string* BareName(const duckdb::ParsedExpression& expression);

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
