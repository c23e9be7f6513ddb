// arrow_cast and arrow_typeof, make_date, and what times are made of for other functions.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/time_signatures.h"
#include "query/duckdb/dialect/time_types.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::Function;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::Value;
using duckdb::Vector;
using util::Status;

void RunSameNumber(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [](int64_t value) { return value; });
}

/// arrow_cast to times: numbers count the type's own unit.
duckdb::unique_ptr<duckdb::FunctionData> BindArrowCast(ClientContext& context,
                                                       ScalarFunction& function,
                                                       BoundArguments& arguments) {
  const Value text = ConstantArgument(context, *arguments[1], "arrow_cast needs a constant type");
  const LogicalType target = TypeFromArrowText(text.ToString());
  Function::EraseArgument(function, arguments, 1);
  const LogicalType source = arguments[0]->return_type;
  function.return_type = target;
  const bool number = source.IsIntegral() && !IsDuration(source);
  if (IsDuration(source) && IsDuration(target)) {
    function.arguments = {source};
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      const int64_t from = TimeUnitNanos(chunk.data[0].GetType());
      const int64_t to = TimeUnitNanos(result.GetType());
      duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
          chunk.data[0], result, chunk.size(),
          [&](int64_t value) { return from > to ? value * (from / to) : value / (to / from); });
    };
  } else if (number) {
    function.arguments = {LogicalType::BIGINT};
    function.function = RunSameNumber;
  } else {
    function.arguments = {target};
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      result.Reinterpret(chunk.data[0]);
    };
  }
  return nullptr;
}

/// Whatever the argument is, only its type matters.
duckdb::unique_ptr<duckdb::FunctionData> BindTypeOf(ClientContext&, ScalarFunction& function,
                                                    BoundArguments& arguments) {
  function.arguments = {arguments[0]->return_type};
  function.return_type = LogicalType::VARCHAR;
  return duckdb::make_uniq<BoundValue<std::string>>(ArrowTypeText(arguments[0]->return_type));
}

void RunTypeOf(DataChunk&, ExpressionState& state, Vector& result) {
  result.Reference(Value(BoundValueOf<std::string>(state)));
}

/// Intervals and durations as a structure of months, days and nanoseconds: the reference compares
/// them part by part, in this order.
duckdb::unique_ptr<duckdb::FunctionData> BindComparable(ClientContext&, ScalarFunction& function,
                                                        BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  if (!IsDuration(type) && type.id() != LogicalTypeId::INTERVAL && !IsNanoInterval(type)) {
    return nullptr;
  }
  function.arguments = {type};
  function.return_type = LogicalType::STRUCT(duckdb::StructType::GetChildTypes(NanoIntervalType()));
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
    const IntervalReader reader(chunk.data[0], chunk.size());
    const bool constant = chunk.AllConstant();
    Vector intervals(NanoIntervalType(), chunk.size());
    IntervalWriter writer(intervals);
    const duckdb::idx_t count = constant ? 1 : chunk.size();
    for (duckdb::idx_t i = 0; i < count; ++i) {
      if (reader.IsValid(i)) {
        writer.Set(i, reader.At(i));
      } else {
        writer.SetNull(i);
      }
    }
    if (constant) intervals.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    result.Reinterpret(intervals);
  };
  return duckdb::make_uniq<BoundValue<bool>>(true);
}

/// The time argument of a selector.
duckdb::unique_ptr<duckdb::FunctionData> BindSelectorTime(ClientContext& context,
                                                          ScalarFunction& function,
                                                          BoundArguments& arguments) {
  const Value name = ConstantArgument(context, *arguments[1], "selector name");
  Function::EraseArgument(function, arguments, 1);
  const LogicalType type = arguments[0]->return_type;
  if (!IsTimestamp(type.id())) {
    ThrowFromFunction(Status::InvalidArgument(
        fmt::format("Error during planning: {} second argument must be a timestamp, but got {}",
                    name.ToString(), ArrowTypeText(type))));
  }
  function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : Nanos()};
  function.return_type = function.arguments[0];
  function.function = RunSameNumber;
  return nullptr;
}

[[noreturn]] void ThrowNoDate(const std::string& reason) {
  ThrowFromFunction(Status::Internal("Execution error: " + reason));
}

void RunMakeDate(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::TernaryExecutor::Execute<int32_t, int32_t, int32_t, duckdb::date_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [](int32_t year, int32_t month, int32_t day) {
        constexpr int32_t kYearMax = 262'142;
        if (month < 0) ThrowNoDate(fmt::format("Month value '{}' is out of range", month));
        if (day < 0) ThrowNoDate(fmt::format("Day value '{}' is out of range", day));
        if (year < -kYearMax || year > kYearMax || month < 1 || month > 12 || day < 1 ||
            day > DaysInMonth(year, month)) {
          ThrowNoDate(fmt::format("Unable to parse date from {}, {}, {}", year, month, day));
        }
        return duckdb::date_t(static_cast<int32_t>(DaysFromCivil(year, month, day)));
      });
}

/// Other types than integers are read from their texts.
duckdb::unique_ptr<duckdb::FunctionData> BindMakeDate(ClientContext&, ScalarFunction& function,
                                                      BoundArguments& arguments) {
  if (arguments.size() != 3) ThrowNoSignature("make_date", arguments);
  FixArguments(function, arguments);
  for (auto& argument : arguments) {
    if (argument->return_type.id() == LogicalTypeId::SQLNULL) {
      ThrowNoDate("Unable to parse date from null/empty value");
    }
  }
  function.arguments = {LogicalType::INTEGER, LogicalType::INTEGER, LogicalType::INTEGER};
  function.return_type = LogicalType::DATE;
  function.function = RunMakeDate;
  return nullptr;
}

}  // namespace

void RegisterTimeConversions(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Polymorphic("iox_arrow_cast", 2, BindArrowCast));
  ScalarFunction type_of = Polymorphic("iox_arrow_typeof", 1, BindTypeOf);
  type_of.function = RunTypeOf;
  type_of.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  loader.RegisterFunction(type_of);
  ScalarFunction comparable = Polymorphic("iox_comparable", 1, BindComparable);
  comparable.bind_expression = KeepUnlessBound;
  loader.RegisterFunction(comparable);
  loader.RegisterFunction(Polymorphic("iox_selector_time", 2, BindSelectorTime));
  loader.RegisterFunction(ScalarFunction("iox_ns", {Nanos()}, LogicalType::BIGINT, RunSameNumber));
  ScalarFunction make_date = Variadic("iox_make_date", BindMakeDate);
  make_date.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(make_date);
}

}  // namespace influxdb3::query::sql
