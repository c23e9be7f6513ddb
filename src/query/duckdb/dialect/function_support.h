#pragma once

#include <string>
#include <utility>

#include "duckdb.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/function/function_set.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"

#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {

using BoundArguments = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

/// Registration, by subject.
void RegisterArithmetic(duckdb::ExtensionLoader& loader);
void RegisterBitShifts(duckdb::ExtensionLoader& loader);
void RegisterCasts(duckdb::ExtensionLoader& loader);
void RegisterCharacters(duckdb::ExtensionLoader& loader);
void RegisterCoercedCalls(duckdb::ExtensionLoader& loader);
void RegisterDigests(duckdb::ExtensionLoader& loader);
void RegisterEncodings(duckdb::ExtensionLoader& loader);
void RegisterLists(duckdb::ExtensionLoader& loader);
void RegisterListShapes(duckdb::ExtensionLoader& loader);
void RegisterMath(duckdb::ExtensionLoader& loader);
void RegisterNullIf(duckdb::ExtensionLoader& loader);
void RegisterRegexPlaces(duckdb::ExtensionLoader& loader);
void RegisterMembers(duckdb::ExtensionLoader& loader);
void RegisterRowChanges(duckdb::ExtensionLoader& loader);
void RegisterText(duckdb::ExtensionLoader& loader);
void RegisterEpochFunctions(duckdb::ExtensionLoader& loader);
void RegisterTimeCasts(duckdb::ExtensionLoader& loader);
void RegisterTimeBins(duckdb::ExtensionLoader& loader);
void RegisterToChar(duckdb::ExtensionLoader& loader);
void RegisterWallClockBins(duckdb::ExtensionLoader& loader);
void RegisterTimeParts(duckdb::ExtensionLoader& loader);
void RegisterTimeSeries(duckdb::ExtensionLoader& loader);
void RegisterTimeTexts(duckdb::ExtensionLoader& loader);
void RegisterTimeConversions(duckdb::ExtensionLoader& loader);
void RegisterTimeZones(duckdb::ExtensionLoader& loader);
void RegisterAggregateChecks(duckdb::ExtensionLoader& loader);
void RegisterApproxDistinct(duckdb::ExtensionLoader& loader);
void RegisterPercentiles(duckdb::ExtensionLoader& loader);
void RegisterWeightedPercentile(duckdb::ExtensionLoader& loader);
void RegisterAggregates(duckdb::ExtensionLoader& loader);

/// A function whose bind callback picks types and implementation by its argument types.
inline duckdb::ScalarFunction Polymorphic(const std::string& name, size_t argument_count,
                                          duckdb::bind_scalar_function_t bind) {
  const duckdb::vector<duckdb::LogicalType> arguments(argument_count, duckdb::LogicalType::ANY);
  duckdb::ScalarFunction function(name, arguments, duckdb::LogicalType::ANY, nullptr, bind);
  // Otherwise DuckDB takes a NULL argument for the result, and the type is never known.
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  return function;
}

/// The same for a function that checks how many arguments it has by itself; they are all handed
/// over.
inline duckdb::ScalarFunction Variadic(const std::string& name,
                                       duckdb::bind_scalar_function_t bind) {
  duckdb::ScalarFunction function = Polymorphic(name, 0, bind);
  function.varargs = duckdb::LogicalType::ANY;
  return function;
}

/// What a function becomes that leaves arguments of most types alone: the first argument, unless
/// binding has left data behind.
inline duckdb::unique_ptr<duckdb::Expression> KeepUnlessBound(
    duckdb::FunctionBindExpressionInput& input) {
  return input.bind_data ? nullptr : std::move(input.children[0]);
}

/// Fixes the types of a variadic function's arguments to those they have.
inline void FixArguments(duckdb::ScalarFunction& function, const BoundArguments& arguments) {
  function.varargs = duckdb::LogicalType(duckdb::LogicalTypeId::INVALID);
  function.arguments.clear();
  for (const auto& argument : arguments) function.arguments.push_back(argument->return_type);
}

/// The value of a constant argument. Throws the plan error `what` when it is none.
inline duckdb::Value ConstantArgument(duckdb::ClientContext& context,
                                      const duckdb::Expression& argument, const std::string& what) {
  if (!argument.IsFoldable()) {
    ThrowFromFunction(util::Status::InvalidArgument("Error during planning: " + what));
  }
  return duckdb::ExpressionExecutor::EvaluateScalar(context, argument);
}

/// The name of a zone that is a function's constant argument. Throws when there is no such zone.
std::string ReadZone(duckdb::ClientContext& context, const duckdb::Expression& argument,
                     const char* function);

/// Bind data made of one copyable, comparable value.
template <class T>
struct BoundValue : duckdb::FunctionData {
  explicit BoundValue(T v) : value(std::move(v)) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<BoundValue<T>>(value);
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    return value == other.Cast<BoundValue<T>>().value;
  }
  T value;
};

template <class T>
const T& BoundValueOf(duckdb::ExpressionState& state) {
  const auto& call = state.expr.Cast<duckdb::BoundFunctionExpression>();
  return call.bind_info->Cast<BoundValue<T>>().value;
}

}  // namespace influxdb3::query::sql
