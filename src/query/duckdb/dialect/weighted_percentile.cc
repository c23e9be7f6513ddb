// approx_percentile_cont_with_weight.
#include <algorithm>
#include <vector>

#include "duckdb/function/aggregate_function.hpp"

#include "query/duckdb/dialect/float_order.h"
#include "query/duckdb/dialect/percentile_arguments.h"
#include "query/duckdb/dialect/t_digest.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::AggregateFunction;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using Values = std::vector<TDigest::Centroid>;

struct State {
  Values* values;
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
    std::stable_sort(state.values->begin(), state.values->end(), [](const auto& a, const auto& b) {
      return TotalOrder(a.mean) < TotalOrder(b.mean);
    });
    const auto& wanted = data.input.bind_data->Cast<PercentileArguments>();
    const TDigest digest(*state.values, wanted.centroids_max);
    target = NearestOf<Target>(digest.Estimate(wanted.fraction));
  }
  static bool IgnoreNull() { return true; }
};

template <class T>
AggregateFunction WeightedOf(const LogicalType& type) {
  AggregateFunction function =
      AggregateFunction::BinaryAggregate<State, T, double, T, WeightedPercentile<T>>(
          type, LogicalType::DOUBLE, type);
  function.destructor = AggregateFunction::StateDestroy<State, WeightedPercentile<T>>;
  return function;
}

AggregateFunction WeightedOver(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT: return WeightedOf<int8_t>(type);
    case LogicalTypeId::SMALLINT: return WeightedOf<int16_t>(type);
    case LogicalTypeId::INTEGER: return WeightedOf<int32_t>(type);
    case LogicalTypeId::BIGINT: return WeightedOf<int64_t>(LogicalType::BIGINT);
    case LogicalTypeId::UTINYINT: return WeightedOf<uint8_t>(type);
    case LogicalTypeId::USMALLINT: return WeightedOf<uint16_t>(type);
    case LogicalTypeId::UINTEGER: return WeightedOf<uint32_t>(type);
    case LogicalTypeId::UBIGINT: return WeightedOf<uint64_t>(type);
    case LogicalTypeId::FLOAT: return WeightedOf<float>(type);
    default: return WeightedOf<double>(LogicalType::DOUBLE);
  }
}

duckdb::unique_ptr<duckdb::FunctionData> BindWeighted(duckdb::ClientContext& context,
                                                      AggregateFunction& function,
                                                      BoundArguments& arguments) {
  auto wanted =
      ReadPercentileArguments(context, "APPROX_PERCENTILE_CONT", *arguments[2], arguments[3].get());
  AggregateFunction chosen = WeightedOver(arguments[0]->return_type);
  chosen.name = function.name;
  chosen.arguments.resize(arguments.size(), LogicalType::ANY);
  chosen.order_dependent = duckdb::AggregateOrderDependent::NOT_ORDER_DEPENDENT;
  function = chosen;
  duckdb::Function::EraseArgument(function, arguments, 3);
  duckdb::Function::EraseArgument(function, arguments, 2);
  return wanted;
}

}  // namespace

void RegisterWeightedPercentile(duckdb::ExtensionLoader& loader) {
  AggregateFunction function = WeightedOf<double>(LogicalType::DOUBLE);
  function.name = "iox_weighted_percentile";
  function.arguments.assign(4, LogicalType::ANY);
  function.return_type = LogicalType::ANY;
  function.bind = BindWeighted;
  loader.RegisterFunction(function);
}

}  // namespace influxdb3::query::sql
