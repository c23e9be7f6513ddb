// difference, derivative and their non-negative forms: windows over the previous row with a value.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/row_changes.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionType;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using util::Status;

constexpr int64_t kSecondNanos = 1'000'000'000;

/// What `value` was in the last row before this one where it was not NULL.
ExpressionPtr Previous(const duckdb::WindowExpression& window, ExpressionPtr value) {
  auto lag = duckdb::make_uniq<duckdb::WindowExpression>(ExpressionType::WINDOW_LAG, "", "", "lag");
  lag->children.push_back(std::move(value));
  lag->ignore_nulls = true;
  lag->start = duckdb::WindowBoundary::UNBOUNDED_PRECEDING;
  lag->end = duckdb::WindowBoundary::CURRENT_ROW_RANGE;
  for (const ExpressionPtr& partition : window.partitions) {
    lag->partitions.push_back(partition->Copy());
  }
  for (const duckdb::OrderByNode& order : window.orders) {
    lag->orders.emplace_back(order.type, order.null_order, order.expression->Copy());
  }
  return lag;
}

ExpressionPtr Derivative(const duckdb::WindowExpression& window) {
  const auto& given = window.children;
  ExpressionPtr unit =
      given.size() == 3 ? given[2]->Copy() : Literal(IntervalValue({0, 0, kSecondNanos}));
  // Only the times of rows with a value count.
  ExpressionPtr time = Case(Operator(ExpressionType::OPERATOR_IS_NOT_NULL, given[0]->Copy()),
                            Call("iox_ns", given[1]->Copy()), Literal(Value(LogicalType::BIGINT)));
  ExpressionPtr last_time = Previous(window, time->Copy());
  return Call("iox_derivative", given[0]->Copy(), Previous(window, given[0]->Copy()),
              std::move(time), std::move(last_time), std::move(unit));
}

void RunDerivative(duckdb::DataChunk& arguments, duckdb::ExpressionState& state,
                   duckdb::Vector& result) {
  const auto unit = static_cast<double>(BoundValueOf<int64_t>(state));
  const idx_t count = arguments.size();
  duckdb::UnifiedVectorFormat columns[4];
  for (size_t i = 0; i < 4; ++i) arguments.data[i].ToUnifiedFormat(count, columns[i]);
  const auto number = [&](size_t column, idx_t row) {
    return duckdb::UnifiedVectorFormat::GetData<double>(
        columns[column])[columns[column].sel->get_index(row)];
  };
  auto* const values = duckdb::FlatVector::GetData<double>(result);
  for (idx_t row = 0; row < count; ++row) {
    bool null = false;
    for (const auto& column : columns) {
      null = null || !column.validity.RowIsValid(column.sel->get_index(row));
    }
    if (null) {
      duckdb::FlatVector::SetNull(result, row, true);
    } else {
      values[row] = (number(0, row) - number(1, row)) / ((number(2, row) - number(3, row)) / unit);
    }
  }
}

duckdb::unique_ptr<duckdb::FunctionData> BindDerivative(duckdb::ClientContext& context,
                                                        duckdb::ScalarFunction& function,
                                                        BoundArguments& arguments) {
  const Value value =
      ConstantArgument(context, *arguments[4], "derivative unit parameter must be a literal");
  IntervalParts unit;
  if (!value.IsNull() && value.type().id() == LogicalTypeId::VARCHAR) {
    auto parsed = ParseInterval(duckdb::StringValue::Get(value));
    if (!parsed.ok()) ThrowFromFunction(parsed.status());
    unit = *parsed;
  } else if (!value.IsNull() &&
             (value.type().id() == LogicalTypeId::INTERVAL || IsNanoInterval(value.type()))) {
    unit = IntervalFromValue(value);
  } else {
    ThrowFromFunction(
        Status::InvalidArgument("Error during planning: derivative expects its unit to be an "
                                "INTERVAL"));
  }
  if (unit.months != 0 || unit.days != 0) {
    ThrowFromFunction(Status::Internal(
        "Execution error: derivative unit parameter cannot contain months or days"));
  }
  duckdb::Function::EraseArgument(function, arguments, 4);
  // Times as floating-point numbers: so the reference computes, with their resolution.
  function.arguments.assign(4, LogicalType::DOUBLE);
  function.return_type = LogicalType::DOUBLE;
  return duckdb::make_uniq<BoundValue<int64_t>>(unit.nanos);
}

template <class T>
void RunNonNegative(duckdb::DataChunk& arguments, duckdb::ExpressionState&,
                    duckdb::Vector& result) {
  duckdb::UnaryExecutor::ExecuteWithNulls<T, T>(arguments.data[0], result, arguments.size(),
                                                [](T value, duckdb::ValidityMask& mask, idx_t row) {
                                                  if (value < 0) mask.SetInvalid(row);
                                                  return value;
                                                });
}

}  // namespace

bool IsRowChange(const std::string& function) {
  return function == "difference" || function == "derivative" ||
         function == "non_negative_difference" || function == "non_negative_derivative";
}

ExpressionPtr RowChange(const std::string& function, const duckdb::WindowExpression& window) {
  const bool derivative = function.ends_with("derivative");
  const size_t count = window.children.size();
  if (derivative ? count != 2 && count != 3 : count != 1) {
    ThrowPlanError(fmt::format("Function '{}' expects {} arguments but received {}", function,
                               derivative ? "2 to 3" : "1", count));
  }
  ExpressionPtr change = derivative ? Derivative(window)
                                    : Call("iox_subtract", window.children[0]->Copy(),
                                           Previous(window, window.children[0]->Copy()));
  return function.starts_with("non_negative") ? Call("iox_non_negative", std::move(change))
                                              : std::move(change);
}

void RegisterRowChanges(duckdb::ExtensionLoader& loader) {
  duckdb::ScalarFunction derivative = Polymorphic("iox_derivative", 5, BindDerivative);
  derivative.function = RunDerivative;
  loader.RegisterFunction(derivative);
  duckdb::ScalarFunctionSet non_negative("iox_non_negative");
  const LogicalType integer = LogicalType::BIGINT;
  const LogicalType unsigned_integer = LogicalType::UBIGINT;
  const LogicalType number = LogicalType::DOUBLE;
  non_negative.AddFunction(duckdb::ScalarFunction({integer}, integer, RunNonNegative<int64_t>));
  non_negative.AddFunction(
      duckdb::ScalarFunction({unsigned_integer}, unsigned_integer,
                             [](duckdb::DataChunk& arguments, duckdb::ExpressionState&,
                                duckdb::Vector& result) { result.Reference(arguments.data[0]); }));
  non_negative.AddFunction(duckdb::ScalarFunction({number}, number, RunNonNegative<double>));
  loader.RegisterFunction(non_negative);
}

}  // namespace influxdb3::query::sql
