// Aggregates whose types or rounding differ from DuckDB's: wrapping sums, percentiles that keep the
// input's type.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "duckdb/function/aggregate_function.hpp"
#include "duckdb/storage/arena_allocator.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/t_digest.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateFunctionSet;
using duckdb::AggregateInputData;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using duckdb::Vector;
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
  if constexpr (std::is_integral_v<T>) {
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
      target = state.sum;
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

void RegisterSum(duckdb::ExtensionLoader& loader) {
  AggregateFunctionSet sum("iox_sum");
  const LogicalType natural = LogicalType::UBIGINT;
  sum.AddFunction(SumOf<int64_t>(LogicalType::BIGINT, LogicalType::BIGINT));
  sum.AddFunction(SumOf<uint64_t>(natural, natural));
  sum.AddFunction(SumOf<uint64_t, uint8_t>(LogicalType::UTINYINT, natural));
  sum.AddFunction(SumOf<uint64_t, uint16_t>(LogicalType::USMALLINT, natural));
  sum.AddFunction(SumOf<uint64_t, uint32_t>(LogicalType::UINTEGER, natural));
  sum.AddFunction(SumOf<double>(LogicalType::DOUBLE, LogicalType::DOUBLE));
  sum.AddFunction(RefusedSum(LogicalType::VARCHAR));
  sum.AddFunction(RefusedSum(LogicalType::BOOLEAN));
  sum.AddFunction(RefusedSum(LogicalType(LogicalTypeId::TIMESTAMP_NS)));
  loader.RegisterFunction(sum);
}

/// All values of a group, in memory that DuckDB accounts for.
template <class T>
struct ValuesState {
  T* values;
  idx_t count;
  idx_t capacity;
};

template <class T>
void Reserve(ValuesState<T>& state, idx_t count, duckdb::ArenaAllocator& arena) {
  if (count <= state.capacity) return;
  const idx_t capacity = std::max<idx_t>({count, state.capacity * 2, 16});
  auto* grown = reinterpret_cast<T*>(arena.AllocateAligned(capacity * sizeof(T)));
  if (state.count > 0) std::memcpy(grown, state.values, state.count * sizeof(T));
  state.values = grown;
  state.capacity = capacity;
}

/// The value at a fraction of the sorted values, between neighbours in proportion; integers are
/// cut off.
template <class T>
T AtFraction(ValuesState<T>& state, double fraction) {
  const double place = fraction * static_cast<double>(state.count - 1);
  const auto below = static_cast<idx_t>(std::floor(place));
  T* const begin = state.values;
  T* const end = begin + state.count;
  const auto less = [](T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    }
    return a < b;
  };
  std::nth_element(begin, begin + below, end, less);
  const T low = begin[below];
  const double part = place - static_cast<double>(below);
  if (part == 0.0 || below + 1 >= state.count) return low;
  const T high = *std::min_element(begin + below + 1, end, less);
  if constexpr (std::is_integral_v<T>) {
    if (part == 0.5) return static_cast<T>((static_cast<Wide128>(low) + high) / 2);
  }
  return static_cast<T>(static_cast<double>(low) +
                        (static_cast<double>(high) - static_cast<double>(low)) * part);
}

/// The reference's estimate of the same; integers are cut off.
template <class T>
T EstimateFraction(const ValuesState<T>& state, double fraction, size_t centroids_max) {
  std::vector<double> sorted(state.count);
  std::transform(state.values, state.values + state.count, sorted.begin(),
                 [](T value) { return static_cast<double>(value); });
  std::sort(sorted.begin(), sorted.end(), [](double a, double b) {
    return std::isnan(a) || std::isnan(b) ? !std::isnan(a) && std::isnan(b) : a < b;
  });
  const double estimate = TDigest(sorted, centroids_max).Estimate(fraction);
  if constexpr (std::is_integral_v<T>) {
    if (estimate >= static_cast<double>(std::numeric_limits<T>::max())) {
      return std::numeric_limits<T>::max();
    }
  }
  return static_cast<T>(estimate);
}

struct Fraction : duckdb::FunctionData {
  Fraction(double v, size_t centroids) : value(v), centroids_max(centroids) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<Fraction>(value, centroids_max);
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    const auto& same = other.Cast<Fraction>();
    return value == same.value && centroids_max == same.centroids_max;
  }
  double value;
  size_t centroids_max;  ///< 0 for the exact value
};

template <class T>
struct Percentile {
  template <class State>
  static void Initialize(State& state) {
    state.values = nullptr;
    state.count = 0;
    state.capacity = 0;
  }
  template <class Input, class State, class Operator>
  static void Operation(State& state, const Input& input, duckdb::AggregateUnaryInput& unary) {
    Reserve(state, state.count + 1, unary.input.allocator);
    state.values[state.count++] = input;
  }
  template <class Input, class State, class Operator>
  static void ConstantOperation(State& state, const Input& input,
                                duckdb::AggregateUnaryInput& unary, idx_t count) {
    Reserve(state, state.count + count, unary.input.allocator);
    for (idx_t i = 0; i < count; ++i) state.values[state.count++] = input;
  }
  template <class State, class Operator>
  static void Combine(const State& source, State& target, AggregateInputData& input) {
    if (source.count == 0) return;
    Reserve(target, target.count + source.count, input.allocator);
    std::memcpy(target.values + target.count, source.values, source.count * sizeof(T));
    target.count += source.count;
  }
  template <class Target, class State>
  static void Finalize(State& state, Target& target, duckdb::AggregateFinalizeData& data) {
    if (state.count == 0) {
      data.ReturnNull();
      return;
    }
    const auto& wanted = data.input.bind_data->Cast<Fraction>();
    target = wanted.centroids_max == 0
                 ? AtFraction(state, wanted.value)
                 : EstimateFraction(state, wanted.value, wanted.centroids_max);
  }
  static bool IgnoreNull() { return true; }
};

duckdb::unique_ptr<duckdb::FunctionData> BindPercentile(duckdb::ClientContext& context,
                                                        AggregateFunction& function,
                                                        BoundArguments& arguments) {
  const Value fraction =
      ConstantArgument(context, *arguments[1], "Percentile value must be a literal");
  const double value = fraction.IsNull() ? -1 : fraction.GetValue<double>();
  if (!(value >= 0 && value <= 1)) {
    ThrowFromFunction(
        Status::InvalidArgument(fmt::format("Error during planning: Percentile value must be "
                                            "between 0.0 and 1.0 inclusive, {} is invalid",
                                            value)));
  }
  size_t centroids_max = 0;
  if (arguments.size() > 2) {
    constexpr int64_t kCentroidsMax = 1'000'000;
    const Value wanted = ConstantArgument(
        context, *arguments[2], "Tdigest max_size value must be a literal (got data type Int64)");
    const int64_t count = wanted.IsNull() ? 0 : wanted.GetValue<int64_t>();
    if (count < 1 || count > kCentroidsMax) {
      ThrowFromFunction(Status::InvalidArgument(fmt::format(
          "Error during planning: Tdigest max_size value must be from 1 to {}, {} is invalid",
          kCentroidsMax, count)));
    }
    centroids_max = static_cast<size_t>(count);
    duckdb::Function::EraseArgument(function, arguments, 2);
  }
  duckdb::Function::EraseArgument(function, arguments, 1);
  return duckdb::make_uniq<Fraction>(value, centroids_max);
}

template <class T>
AggregateFunction PercentileOf(const LogicalType& type) {
  AggregateFunction function =
      AggregateFunction::UnaryAggregate<ValuesState<T>, T, T, Percentile<T>>(type, type);
  function.arguments.push_back(LogicalType::DOUBLE);
  function.bind = BindPercentile;
  function.order_dependent = duckdb::AggregateOrderDependent::NOT_ORDER_DEPENDENT;
  return function;
}

void RegisterPercentile(duckdb::ExtensionLoader& loader) {
  AggregateFunctionSet percentile("iox_percentile");
  percentile.AddFunction(PercentileOf<int64_t>(LogicalType::BIGINT));
  percentile.AddFunction(PercentileOf<uint64_t>(LogicalType::UBIGINT));
  percentile.AddFunction(PercentileOf<double>(LogicalType::DOUBLE));
  percentile.AddFunction(PercentileOf<int64_t>(LogicalType(LogicalTypeId::TIMESTAMP_NS)));
  loader.RegisterFunction(percentile);
  AggregateFunctionSet estimate("iox_estimated_percentile");
  for (AggregateFunction function :
       {PercentileOf<int64_t>(LogicalType::BIGINT), PercentileOf<uint64_t>(LogicalType::UBIGINT),
        PercentileOf<double>(LogicalType::DOUBLE)}) {
    function.arguments.push_back(LogicalType::BIGINT);
    estimate.AddFunction(function);
  }
  loader.RegisterFunction(estimate);
}

}  // namespace

void RegisterAggregates(duckdb::ExtensionLoader& loader) {
  RegisterSum(loader);
  RegisterPercentile(loader);
}

}  // namespace influxdb3::query::sql
