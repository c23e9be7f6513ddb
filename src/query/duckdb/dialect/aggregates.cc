// Sums, which wrap around, and means.
#include <algorithm>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "duckdb/function/aggregate_function.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateFunctionSet;
using duckdb::AggregateInputData;
using duckdb::hugeint_t;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using util::Status;

template <class T>
struct SumState {
  T sum;
  bool any;
};

template <class T>
T Plus(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
  } else {
    return a + b;
  }
}

template <class T>
T Times(T value, idx_t count) {
  if constexpr (std::is_same_v<T, hugeint_t>) {
    return value * hugeint_t(static_cast<int64_t>(count));
  } else if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<U>(value) * static_cast<U>(count));
  } else {
    return value * static_cast<T>(count);
  }
}

/// Integers wrap around, as in the reference.
template <class T>
struct Sum {
  template <class State>
  static void Initialize(State& state) {
    state.sum = 0;
    state.any = false;
  }
  template <class Input, class State, class Operator>
  static void Operation(State& state, const Input& input, duckdb::AggregateUnaryInput&) {
    state.sum = Plus<T>(state.sum, input);
    state.any = true;
  }
  template <class Input, class State, class Operator>
  static void ConstantOperation(State& state, const Input& input, duckdb::AggregateUnaryInput&,
                                idx_t count) {
    state.sum = Plus<T>(state.sum, Times<T>(input, count));
    state.any = true;
  }
  template <class State, class Operator>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    target.sum = Plus<T>(target.sum, source.sum);
    target.any = target.any || source.any;
  }
  template <class Target, class State>
  static void Finalize(State& state, Target& target, duckdb::AggregateFinalizeData& data) {
    if (state.any) {
      target = static_cast<Target>(state.sum);
    } else {
      data.ReturnNull();
    }
  }
  static bool IgnoreNull() { return true; }
};

template <class T, class Input = T>
AggregateFunction SumOf(const LogicalType& type, const LogicalType& result) {
  return AggregateFunction::UnaryAggregate<SumState<T>, Input, T, Sum<T>>(type, result);
}

duckdb::unique_ptr<duckdb::FunctionData> RefuseSum(duckdb::ClientContext&, AggregateFunction&,
                                                   BoundArguments& arguments) {
  const std::string type = ArrowTypeText(arguments[0]->return_type);
  ThrowFromFunction(Status::InvalidArgument(fmt::format(
      "Error during planning: Execution error: Function 'sum' user-defined coercion "
      "failed with \"Execution error: Sum not supported for {}\" No function matches the "
      "given name and argument types 'sum({})'. You might need to add explicit type "
      "casts.\n\tCandidate functions:\n\tsum(UserDefined)",
      type, type)));
}

AggregateFunction RefusedSum(const LogicalType& type) {
  AggregateFunction function = SumOf<int64_t>(LogicalType::BIGINT, LogicalType::BIGINT);
  function.arguments = {type};
  function.bind = RefuseSum;
  return function;
}

template <class T>
struct MeanState {
  T sum;
  uint64_t count;
};

/// What becomes of a sum. Decimals gain four places, durations are cut off.
template <class T>
struct Quotient {
  static double Of(double sum, uint64_t count) { return sum / static_cast<double>(count); }
};
template <>
struct Quotient<int64_t> {
  static int64_t Of(int64_t sum, uint64_t count) { return sum / static_cast<int64_t>(count); }
};
template <>
struct Quotient<hugeint_t> {
  static hugeint_t Of(hugeint_t sum, uint64_t count) {
    return sum * hugeint_t(10'000) / hugeint_t(static_cast<int64_t>(count));
  }
};

template <class T>
struct Mean {
  template <class State>
  static void Initialize(State& state) {
    state.sum = T(0);
    state.count = 0;
  }
  template <class Input, class State, class Operator>
  static void Operation(State& state, const Input& input, duckdb::AggregateUnaryInput&) {
    state.sum = Plus<T>(state.sum, static_cast<T>(input));
    ++state.count;
  }
  template <class Input, class State, class Operator>
  static void ConstantOperation(State& state, const Input& input, duckdb::AggregateUnaryInput&,
                                idx_t count) {
    state.sum = Plus<T>(state.sum, Times<T>(static_cast<T>(input), count));
    state.count += count;
  }
  template <class State, class Operator>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    target.sum = Plus<T>(target.sum, source.sum);
    target.count += source.count;
  }
  template <class Target, class State>
  static void Finalize(State& state, Target& target, duckdb::AggregateFinalizeData& data) {
    if (state.count == 0) {
      data.ReturnNull();
    } else {
      target = static_cast<Target>(Quotient<T>::Of(state.sum, state.count));
    }
  }
  static bool IgnoreNull() { return true; }
};

template <class T, class Input = T, class Output = T>
AggregateFunction MeanOf(const LogicalType& type, const LogicalType& result) {
  return AggregateFunction::UnaryAggregate<MeanState<T>, Input, Output, Mean<T>>(type, result);
}

constexpr uint8_t kDigitsMax = 38;

LogicalType Wider(const LogicalType& decimal, uint8_t digits, uint8_t places) {
  const auto width = std::min<int>(kDigitsMax, duckdb::DecimalType::GetWidth(decimal) + digits);
  const auto scale = std::min<int>(kDigitsMax, duckdb::DecimalType::GetScale(decimal) + places);
  return LogicalType::DECIMAL(static_cast<uint8_t>(width), static_cast<uint8_t>(scale));
}

/// Decimals are summed up in 128 bits; the result is as wide as its digits need.
duckdb::unique_ptr<duckdb::FunctionData> BindDecimalSum(duckdb::ClientContext&,
                                                        AggregateFunction& function,
                                                        BoundArguments& arguments) {
  const LogicalType& type = arguments[0]->return_type;
  const LogicalType result = Wider(type, 10, 0);
  const LogicalType wide = LogicalType::DECIMAL(kDigitsMax, duckdb::DecimalType::GetScale(type));
  const std::string name = function.name;
  if (result.InternalType() == duckdb::PhysicalType::INT64) {
    function =
        AggregateFunction::UnaryAggregate<SumState<hugeint_t>, hugeint_t, int64_t, Sum<hugeint_t>>(
            wide, result);
  } else {
    function = AggregateFunction::UnaryAggregate<SumState<hugeint_t>, hugeint_t, hugeint_t,
                                                 Sum<hugeint_t>>(wide, result);
  }
  function.name = name;
  return nullptr;
}

duckdb::unique_ptr<duckdb::FunctionData> BindDecimalMean(duckdb::ClientContext&,
                                                         AggregateFunction& function,
                                                         BoundArguments& arguments) {
  const LogicalType& type = arguments[0]->return_type;
  const LogicalType result = Wider(type, 4, 4);
  const LogicalType wide = LogicalType::DECIMAL(kDigitsMax, duckdb::DecimalType::GetScale(type));
  const std::string name = function.name;
  switch (result.InternalType()) {
    case duckdb::PhysicalType::INT32:
      function = MeanOf<hugeint_t, hugeint_t, int32_t>(wide, result);
      break;
    case duckdb::PhysicalType::INT64:
      function = MeanOf<hugeint_t, hugeint_t, int64_t>(wide, result);
      break;
    default: function = MeanOf<hugeint_t>(wide, result);
  }
  function.name = name;
  return nullptr;
}

AggregateFunction OverDecimals(duckdb::bind_aggregate_function_t bind) {
  const LogicalType any(LogicalTypeId::DECIMAL);
  AggregateFunction function = SumOf<hugeint_t>(any, any);
  function.bind = bind;
  return function;
}

void RegisterSum(duckdb::ExtensionLoader& loader) {
  AggregateFunctionSet sum("iox_sum");
  const LogicalType natural = LogicalType::UBIGINT;
  sum.AddFunction(SumOf<int64_t>(LogicalType::BIGINT, LogicalType::BIGINT));
  sum.AddFunction(SumOf<uint64_t>(natural, natural));
  sum.AddFunction(SumOf<uint64_t, uint8_t>(LogicalType::UTINYINT, natural));
  sum.AddFunction(SumOf<uint64_t, uint16_t>(LogicalType::USMALLINT, natural));
  sum.AddFunction(SumOf<uint64_t, uint32_t>(LogicalType::UINTEGER, natural));
  sum.AddFunction(SumOf<double>(LogicalType::DOUBLE, LogicalType::DOUBLE));
  sum.AddFunction(OverDecimals(BindDecimalSum));
  sum.AddFunction(RefusedSum(LogicalType::VARCHAR));
  sum.AddFunction(RefusedSum(LogicalType::BOOLEAN));
  sum.AddFunction(RefusedSum(LogicalType(LogicalTypeId::TIMESTAMP_NS)));
  loader.RegisterFunction(sum);
}

void RegisterMean(duckdb::ExtensionLoader& loader) {
  AggregateFunctionSet mean("iox_avg");
  const LogicalType real = LogicalType::DOUBLE;
  mean.AddFunction(MeanOf<double>(real, real));
  mean.AddFunction(MeanOf<double, int64_t, double>(LogicalType::BIGINT, real));
  mean.AddFunction(MeanOf<double, uint64_t, double>(LogicalType::UBIGINT, real));
  mean.AddFunction(MeanOf<double, int32_t, double>(LogicalType::INTEGER, real));
  mean.AddFunction(MeanOf<double, float, double>(LogicalType::FLOAT, real));
  mean.AddFunction(OverDecimals(BindDecimalMean));
  mean.AddFunction(MeanOf<int64_t>(DurationType(), DurationType()));
  loader.RegisterFunction(mean);
}

}  // namespace

void RegisterAggregates(duckdb::ExtensionLoader& loader) {
  RegisterSum(loader);
  RegisterMean(loader);
}

}  // namespace influxdb3::query::sql
