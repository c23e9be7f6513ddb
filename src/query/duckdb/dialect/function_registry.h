#pragma once

#include <string>
#include <vector>

#include "query/duckdb/dialect/expression_builder.h"

namespace influxdb3::query::sql {

enum class FunctionKind {
  kScalar,
  kAggregate,
  kWindow,  ///< only with OVER
};

/// A function call whose arguments are rewritten already.
using FunctionCall = duckdb::FunctionExpression;
using CallTransform = ExpressionPtr (*)(FunctionCall& call);

/// One function users can call. Scalar ones with a signature (signatures.h) have their arguments
/// checked and converted before the engine sees them. The only functions that reach DuckDB from
/// user text are the ones in this table.
struct FunctionEntry {
  std::string name;  ///< as users write it
  FunctionKind kind;
  std::string engine;  ///< DuckDB's or our registered name; unused with a transform
  /// Type the engine's result is cast to; INVALID: as it is.
  duckdb::LogicalTypeId result = duckdb::LogicalTypeId::INVALID;
  CallTransform transform = nullptr;
};

/// The entry of a function, or null. Names are lower-case.
const FunctionEntry* FindFunction(const std::string& name);
/// The known name nearest to an unknown one.
std::string NearestFunction(const std::string& name);
const std::vector<FunctionEntry>& AllFunctions();

/// A part of the table, under the title it has in the documentation.
struct FunctionGroup {
  const char* title;
  std::vector<FunctionEntry> (*entries)();
};
const std::vector<FunctionGroup>& FunctionGroups();

/// The parts.
std::vector<FunctionEntry> MathFunctions();
std::vector<FunctionEntry> TextFunctions();
std::vector<FunctionEntry> RegexFunctions();
std::vector<FunctionEntry> TimeFunctions();
std::vector<FunctionEntry> NestedFunctions();
std::vector<FunctionEntry> AggregateFunctions();

/// Whether what calls of aggregates turn into is itself an aggregate, for the engine.
bool IsEngineAggregate(const std::string& engine_name);
/// Lets the call, its arguments rewritten, pass over nulls where the function minds them.
void FilterNulls(const std::string& function, FunctionCall& call);

/// The error for a function that is not in the table, or not of the kind called for.
[[noreturn]] void ThrowInvalidFunction(const std::string& name);
/// Leaves the check of the arguments' types to when they are known.
void CheckWhenBound(const std::string& function, duckdb::vector<ExpressionPtr>& arguments);

/// Throws the reference's error unless the call has between `least` and `most` arguments.
void CheckArgumentCount(const FunctionCall& call, size_t least, size_t most);

}  // namespace influxdb3::query::sql
