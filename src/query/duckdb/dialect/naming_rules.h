#pragma once

#include <string>
#include <string_view>

#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/interval_literal.h"

namespace influxdb3::query::sql {

/// How the reference spells the leaves and operators of unaliased select items.

/// `Int64(1)`, `Utf8("x")`, `NULL`.
std::string NameOfLiteral(const duckdb::Value& value);
std::string NameOfInterval(const IntervalParts& parts);
/// A hexadecimal literal: its bytes are shown as numbers.
std::string NameOfBinary(const duckdb::FunctionExpression& call);

std::string_view OperatorSymbol(const std::string& name);
std::string_view ComparisonSymbol(duckdb::ExpressionType type);
/// The comparison that `NOT (a > b)`, which the grammar makes `a <= b`, was written with in `sql`;
/// empty for comparisons that stand as written.
std::string_view NegatedSymbol(const duckdb::ParsedExpression& comparison, std::string_view sql);
/// How strongly an operator with two operands binds; 0 when it stands in parentheses inside of
/// others, negative for anything else.
int BindingStrength(const duckdb::ParsedExpression& expression);

/// The name a call keeps: some are written with keywords, which the reference names otherwise.
std::string CallName(const duckdb::FunctionExpression& call);
/// Whether it is the second name of a function. Such calls show their arguments as errors do.
bool IsSecondName(std::string_view name);

/// ` IGNORE NULLS`, ` RESPECT NULLS`, or nothing for null.
std::string_view NullTreatmentText(const bool* ignores_nulls);
/// The name of an aggregate as errors about grouping have it.
std::string ShownAggregate(std::string name);

/// `CAST(NULL AS BOOLEAN)`, which the token pass writes for UNKNOWN.
bool IsUnknownLiteral(const duckdb::ParsedExpression& expression);
/// Whether the expression has a place in the text, or else was made by the grammar.
bool HasLocation(const duckdb::ParsedExpression& expression);
/// The list of `x = ANY(list)`, which the grammar makes a sub-query; null for anything else.
const duckdb::ParsedExpression* ListOfAny(const duckdb::SubqueryExpression& subquery);

}  // namespace influxdb3::query::sql
