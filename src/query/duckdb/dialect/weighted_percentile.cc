// approx_percentile_cont_with_weight.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "duckdb/function/aggregate_function.hpp"

#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/t_digest.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::AggregateFunction;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Value;
using util::Status;
using Values = std::vector<TDigest::Centroid>;

struct State {
  Values* values;
};

struct Quantile : duckdb::FunctionData {
  Quantile(double v, size_t max) : value(v), centroids_max(max) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<Quantile>(value, centroids_max);
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    const auto& that = other.Cast<Quantile>();
    return value == that.value && centroids_max == that.centroids_max;
  }
  double value;
  size_t centroids_max;
};

template <class T>
struct WeightedPercentile {
  template <class S>
  static void Initialize(S& state) {
    state.values = nullptr;
  }
  template <class S>
  static void Destroy(S& state, duckdb::AggregateInputData&) {
    delete state.values;
  }
  template <class A, class B, class S, class Operator>
  static void Operation(S& state, const A& value, const B& weight, duckdb::AggregateBinaryInput&) {
    if (!(weight > 0)) return;  // A value without weight is none.
    if (state.values == nullptr) state.values = new Values();
    state.values->push_back({static_cast<double>(value), weight});
  }
  template <class S, class Operator>
  static void Combine(const S& source, S& target, duckdb::AggregateInputData&) {
    if (source.values == nullptr) return;
    if (target.values == nullptr) target.values = new Values();
    target.values->insert(target.values->end(), source.values->begin(), source.values->end());
  }
  template <class Target, class S>
  static void Finalize(S& state, Target& target, duckdb::AggregateFinalizeData& data) {
    if (state.values == nullptr) {
      data.ReturnNull();
      return;
    }
    std::stable_sort(state.values->begin(), state.values->end(),
                     [](const auto& a, const auto& b) { return a.mean < b.mean; });
    const auto& wanted = data.input.bind_data->Cast<Quantile>();
    target =
        static_cast<Target>(TDigest(*state.values, wanted.centroids_max).Estimate(wanted.value));
  }
  static bool IgnoreNull() { return true; }
};

duckdb::unique_ptr<duckdb::FunctionData> BindWeighted(duckdb::ClientContext& context,
                                                      AggregateFunction& function,
                                                      BoundArguments& arguments) {
  const Value fraction =
      ConstantArgument(context, *arguments[2], "Percentile value must be a literal");
  const Value centroids = ConstantArgument(
      context, *arguments[3], "Tdigest max_size value must be a literal (got data type Int64)");
  const double value = fraction.IsNull() ? -1 : fraction.GetValue<double>();
  if (!(value >= 0 && value <= 1)) {
    ThrowFromFunction(
        Status::InvalidArgument(fmt::format("Error during planning: Percentile value must be "
                                            "between 0.0 and 1.0 inclusive, {} is invalid",
                                            value)));
  }
  constexpr int64_t kCentroidsMax = 1'000'000;
  const int64_t count = centroids.IsNull() ? 0 : centroids.GetValue<int64_t>();
  if (count < 1 || count > kCentroidsMax) {
    ThrowFromFunction(Status::InvalidArgument(fmt::format(
        "Error during planning: Tdigest max_size value must be from 1 to {}, {} is invalid",
        kCentroidsMax, count)));
  }
  duckdb::Function::EraseArgument(function, arguments, 3);
  duckdb::Function::EraseArgument(function, arguments, 2);
  return duckdb::make_uniq<Quantile>(value, static_cast<size_t>(count));
}

template <class T>
AggregateFunction WeightedOf(const LogicalType& type) {
  const LogicalType number = LogicalType::DOUBLE;
  AggregateFunction function =
      AggregateFunction::BinaryAggregate<State, T, double, T, WeightedPercentile<T>>(type, number,
                                                                                     type);
  function.destructor = AggregateFunction::StateDestroy<State, WeightedPercentile<T>>;
  function.arguments.push_back(number);
  function.arguments.push_back(LogicalType::BIGINT);
  function.bind = BindWeighted;
  function.order_dependent = duckdb::AggregateOrderDependent::NOT_ORDER_DEPENDENT;
  return function;
}

}  // namespace

void RegisterWeightedPercentile(duckdb::ExtensionLoader& loader) {
  duckdb::AggregateFunctionSet weighted("iox_weighted_percentile");
  weighted.AddFunction(WeightedOf<int64_t>(LogicalType::BIGINT));
  weighted.AddFunction(WeightedOf<uint64_t>(LogicalType::UBIGINT));
  weighted.AddFunction(WeightedOf<double>(LogicalType::DOUBLE));
  loader.RegisterFunction(weighted);
}

}  // namespace influxdb3::query::sql
