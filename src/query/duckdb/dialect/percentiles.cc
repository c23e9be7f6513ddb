// Medians and percentiles, exact and estimated. They keep the type of their input.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "duckdb/function/aggregate_function.hpp"
#include "duckdb/storage/arena_allocator.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/float_order.h"
#include "query/duckdb/dialect/percentile_arguments.h"
#include "query/duckdb/dialect/t_digest.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::hugeint_t;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::PhysicalType;
using duckdb::Value;
using util::Status;

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

struct Less {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return TotalOrder(a) < TotalOrder(b);
    } else {
      return a < b;
    }
  }
};

/// The values that stand at a place of the sorted ones and at the next.
template <class T>
std::pair<T, T> Neighbours(ValuesState<T>& state, idx_t place) {
  T* const begin = state.values;
  T* const end = begin + state.count;
  std::nth_element(begin, begin + place, end, Less());
  if (place + 1 >= state.count) return {begin[place], begin[place]};
  return {begin[place], *std::min_element(begin + place + 1, end, Less())};
}

/// The middle value, or half of the sum of the two; integers wrap around and are cut off.
struct Median {
  template <class T>
  static T Of(ValuesState<T>& state, const PercentileArguments&) {
    const auto [low, high] = Neighbours(state, (state.count - 1) / 2);
    if (state.count % 2 == 1) return low;
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<T>(static_cast<U>(low) + static_cast<U>(high)) / 2);
    } else {
      return (low + high) / T(2);
    }
  }
};

/// Between the neighbours of the place, in steps of a millionth.
struct Interpolated {
  template <class T>
  static T Of(ValuesState<T>& state, const PercentileArguments& wanted) {
    const double place = wanted.fraction * static_cast<double>(state.count - 1);
    const auto below = static_cast<idx_t>(std::floor(place));
    const auto [low, high] = Neighbours(state, below);
    const double part = place - static_cast<double>(below);
    if (part == 0.0) return low;
    constexpr T kSteps = 1'000'000;
    const auto step = static_cast<T>(static_cast<uint64_t>(part * static_cast<double>(kSteps)));
    return low + (high - low) * step / kSteps;
  }
};

struct Estimated {
  template <class T>
  static T Of(ValuesState<T>& state, const PercentileArguments& wanted) {
    std::vector<double> sorted(state.count);
    std::transform(state.values, state.values + state.count, sorted.begin(),
                   [](T value) { return static_cast<double>(value); });
    std::sort(sorted.begin(), sorted.end(), Less());
    return NearestOf<T>(TDigest(sorted, wanted.centroids_max).Estimate(wanted.fraction));
  }
};

template <class T, class Choice>
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
    target = Choice::Of(state, data.input.bind_data->Cast<PercentileArguments>());
  }
  static bool IgnoreNull() { return true; }
};

template <class T, class Choice>
AggregateFunction Of(const LogicalType& type) {
  return AggregateFunction::UnaryAggregate<ValuesState<T>, T, T, Percentile<T, Choice>>(type, type);
}

/// Makes the function one over the type, with `extra` arguments that are read when it is bound.
template <class Choice>
void Specialise(AggregateFunction& function, LogicalType type, size_t extra) {
  constexpr bool kEveryType = !std::is_same_v<Choice, Interpolated>;
  const auto choose = [&]() -> AggregateFunction {
    if constexpr (std::is_same_v<Choice, Median>) {
      if (type.id() == LogicalTypeId::DECIMAL && type.InternalType() == PhysicalType::INT128) {
        return Of<hugeint_t, Choice>(type);
      }
    }
    if constexpr (kEveryType) {
      switch (type.InternalType()) {
        case PhysicalType::INT8: return Of<int8_t, Choice>(type);
        case PhysicalType::INT16: return Of<int16_t, Choice>(type);
        case PhysicalType::INT32: return Of<int32_t, Choice>(type);
        case PhysicalType::INT64: return Of<int64_t, Choice>(type);
        case PhysicalType::UINT8: return Of<uint8_t, Choice>(type);
        case PhysicalType::UINT16: return Of<uint16_t, Choice>(type);
        case PhysicalType::UINT32: return Of<uint32_t, Choice>(type);
        case PhysicalType::UINT64: return Of<uint64_t, Choice>(type);
        default: break;
      }
    }
    if (type.id() == LogicalTypeId::FLOAT) return Of<float, Choice>(type);
    return Of<double, Choice>(LogicalType::DOUBLE);
  };
  const bool number = type.IsNumeric() && type.id() != LogicalTypeId::BIGNUM && !type.HasAlias();
  const bool scaled = type.id() == LogicalTypeId::DECIMAL && !std::is_same_v<Choice, Median>;
  if (!number || scaled) type = LogicalType::DOUBLE;
  AggregateFunction chosen = choose();
  chosen.name = function.name;
  chosen.order_dependent = duckdb::AggregateOrderDependent::NOT_ORDER_DEPENDENT;
  for (size_t i = 0; i < extra; ++i) chosen.arguments.push_back(LogicalType::ANY);
  function = chosen;
}

duckdb::unique_ptr<duckdb::FunctionData> BindMedian(duckdb::ClientContext&,
                                                    AggregateFunction& function,
                                                    BoundArguments& arguments) {
  Specialise<Median>(function, arguments[0]->return_type, 0);
  return duckdb::make_uniq<PercentileArguments>(0.5, 0);
}

duckdb::unique_ptr<duckdb::FunctionData> BindExact(duckdb::ClientContext& context,
                                                   AggregateFunction& function,
                                                   BoundArguments& arguments) {
  auto wanted = ReadPercentileArguments(context, "PERCENTILE_CONT", *arguments[1], nullptr);
  Specialise<Interpolated>(function, arguments[0]->return_type, 1);
  duckdb::Function::EraseArgument(function, arguments, 1);
  return wanted;
}

duckdb::unique_ptr<duckdb::FunctionData> BindEstimate(duckdb::ClientContext& context,
                                                      AggregateFunction& function,
                                                      BoundArguments& arguments) {
  auto wanted =
      ReadPercentileArguments(context, "APPROX_PERCENTILE_CONT", *arguments[1], arguments[2].get());
  Specialise<Estimated>(function, arguments[0]->return_type, 2);
  duckdb::Function::EraseArgument(function, arguments, 2);
  duckdb::Function::EraseArgument(function, arguments, 1);
  return wanted;
}

void RegisterOne(duckdb::ExtensionLoader& loader, const char* name, size_t argument_count,
                 duckdb::bind_aggregate_function_t bind) {
  AggregateFunction function = Of<double, Estimated>(LogicalType::DOUBLE);
  function.name = name;
  function.arguments.assign(argument_count, LogicalType::ANY);
  function.return_type = LogicalType::ANY;
  function.bind = bind;
  loader.RegisterFunction(function);
}

}  // namespace

duckdb::unique_ptr<PercentileArguments> ReadPercentileArguments(duckdb::ClientContext& context,
                                                                const char* shown,
                                                                const duckdb::Expression& fraction,
                                                                const duckdb::Expression* size) {
  const auto refuse = [](const std::string& text) {
    ThrowFromFunction(Status::InvalidArgument("Error during planning: " + text));
  };
  const std::string percentile = fmt::format("Percentile value for '{}' must be ", shown);
  const Value wanted = ConstantArgument(context, fraction, percentile + "a literal");
  if (wanted.IsNull()) refuse(percentile + "Float32 or Float64 literal (got data type Float64)");
  const auto value = wanted.GetValue<double>();
  if (!(value >= 0 && value <= 1)) {
    refuse(fmt::format("Percentile value must be between 0.0 and 1.0 inclusive, {} is invalid",
                       value));
  }
  if (size == nullptr) return duckdb::make_uniq<PercentileArguments>(value, 0);
  constexpr int64_t kCentroidsMax = 1'000'000;
  const std::string digest = fmt::format("Tdigest max_size value for '{}' must be ", shown);
  const Value centroids = ConstantArgument(context, *size, digest + "a literal");
  const int64_t count = centroids.IsNull() ? 0 : centroids.GetValue<int64_t>();
  if (count < 1) {
    refuse(fmt::format("{}UInt > 0 literal (got data type {}).", digest,
                       ArrowTypeText(size->return_type)));
  }
  if (count > kCentroidsMax) {
    refuse(fmt::format("{}at most {}, {} is invalid", digest, kCentroidsMax, count));
  }
  return duckdb::make_uniq<PercentileArguments>(value, static_cast<size_t>(count));
}

void RegisterPercentiles(duckdb::ExtensionLoader& loader) {
  RegisterOne(loader, "iox_median", 1, BindMedian);
  RegisterOne(loader, "iox_percentile", 2, BindExact);
  RegisterOne(loader, "iox_estimated_percentile", 3, BindEstimate);
}

}  // namespace influxdb3::query::sql
