// approx_distinct: how many different values there are, by the reference's HyperLogLog.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "duckdb/function/aggregate_function.hpp"
#include "duckdb/storage/arena_allocator.hpp"

#include "query/duckdb/dialect/a_hash.h"
#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using util::Status;

constexpr size_t kIndexBits = 14;
constexpr size_t kRegisters = size_t{1} << kIndexBits;
constexpr size_t kRankBits = 64 - kIndexBits;

/// Of each register the longest run of zeros behind a hash that fell into it. Null before the
/// first.
struct Sketch {
  uint8_t* registers;
};

void AddHash(Sketch& sketch, uint64_t hash, duckdb::ArenaAllocator& arena) {
  if (sketch.registers == nullptr) {
    sketch.registers = arena.Allocate(kRegisters);
    std::memset(sketch.registers, 0, kRegisters);
  }
  const uint64_t rest = (hash >> kIndexBits) | (uint64_t{1} << kRankBits);
  const auto rank = static_cast<uint8_t>(__builtin_ctzll(rest) + 1);
  uint8_t& place = sketch.registers[hash & (kRegisters - 1)];
  place = std::max(place, rank);
}

// Otmar Ertl's estimator, arXiv:1702.01284.
double Sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1;
  double z = x;
  for (double before = -1; before != z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double z = 1 - x;
  for (double before = -1; before != z;) {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

uint64_t Estimate(const Sketch& sketch) {
  if (sketch.registers == nullptr) return 0;
  uint32_t ranks[kRankBits + 2] = {};
  for (size_t i = 0; i < kRegisters; ++i) ++ranks[sketch.registers[i]];
  constexpr double kCount = kRegisters;
  double z = kCount * Tau((kCount - ranks[kRankBits + 1]) / kCount);
  for (size_t rank = kRankBits; rank >= 1; --rank) z = (z + ranks[rank]) * 0.5;
  z += kCount * Sigma(ranks[0] / kCount);
  return static_cast<uint64_t>(std::round(0.5 / std::log(2.0) * kCount * kCount / z));
}

struct Number {
  template <class T>
  static uint64_t Hash(const T& value) {
    return HashOfNumber(static_cast<uint64_t>(static_cast<std::make_unsigned_t<T>>(value)));
  }
};
struct Text {
  static uint64_t Hash(const string_t& value) {
    return HashOfText({value.GetData(), value.GetSize()});
  }
};
struct Binary {
  static uint64_t Hash(const string_t& value) {
    return HashOfBytes({value.GetData(), value.GetSize()});
  }
};

template <class HashOf>
struct Distinct {
  template <class State>
  static void Initialize(State& state) {
    state.registers = nullptr;
  }
  template <class Input, class State, class Operator>
  static void Operation(State& state, const Input& input, duckdb::AggregateUnaryInput& unary) {
    AddHash(state, HashOf::Hash(input), unary.input.allocator);
  }
  template <class Input, class State, class Operator>
  static void ConstantOperation(State& state, const Input& input,
                                duckdb::AggregateUnaryInput& unary, idx_t) {
    AddHash(state, HashOf::Hash(input), unary.input.allocator);
  }
  template <class State, class Operator>
  static void Combine(const State& source, State& target, AggregateInputData& input) {
    if (source.registers == nullptr) return;
    if (target.registers == nullptr) {
      target.registers = input.allocator.Allocate(kRegisters);
      std::memset(target.registers, 0, kRegisters);
    }
    for (size_t i = 0; i < kRegisters; ++i) {
      target.registers[i] = std::max(target.registers[i], source.registers[i]);
    }
  }
  template <class Target, class State>
  static void Finalize(State& state, Target& target, duckdb::AggregateFinalizeData&) {
    target = Estimate(state);
  }
  static bool IgnoreNull() { return true; }
};

template <class Input, class HashOf = Number>
AggregateFunction Of(const LogicalType& type) {
  AggregateFunction function =
      AggregateFunction::UnaryAggregate<Sketch, Input, uint64_t, Distinct<HashOf>>(
          type, LogicalType::UBIGINT);
  function.null_handling = duckdb::FunctionNullHandling::SPECIAL_HANDLING;
  return function;
}

AggregateFunction Over(const LogicalType& type) {
  if (IsDuration(type)) {
    ThrowFromFunction(Status::Unsupported(
        "This feature is not implemented: Support for 'approx_distinct' for data type Duration(ns) "
        "is not implemented"));
  }
  switch (type.id()) {
    case LogicalTypeId::SQLNULL:
    case LogicalTypeId::VARCHAR: return Of<string_t, Text>(LogicalType::VARCHAR);
    case LogicalTypeId::BLOB: return Of<string_t, Binary>(type);
    case LogicalTypeId::TINYINT: return Of<int8_t>(type);
    case LogicalTypeId::SMALLINT: return Of<int16_t>(type);
    case LogicalTypeId::DATE:
    case LogicalTypeId::INTEGER: return Of<int32_t>(type);
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIME_NS:
    case LogicalTypeId::BIGINT: return Of<int64_t>(type);
    case LogicalTypeId::UTINYINT: return Of<uint8_t>(type);
    case LogicalTypeId::USMALLINT: return Of<uint16_t>(type);
    case LogicalTypeId::UINTEGER: return Of<uint32_t>(type);
    case LogicalTypeId::UBIGINT: return Of<uint64_t>(type);
    default:
      ThrowFromFunction(Status::Unsupported(
          fmt::format("This feature is not implemented: Support for 'approx_distinct' for data "
                      "type {} is not implemented",
                      ArrowTypeText(type))));
  }
}

duckdb::unique_ptr<duckdb::FunctionData> BindDistinct(duckdb::ClientContext&,
                                                      AggregateFunction& function,
                                                      BoundArguments& arguments) {
  AggregateFunction chosen = Over(arguments[0]->return_type);
  chosen.name = function.name;
  chosen.order_dependent = duckdb::AggregateOrderDependent::NOT_ORDER_DEPENDENT;
  function = chosen;
  return nullptr;
}

}  // namespace

void RegisterApproxDistinct(duckdb::ExtensionLoader& loader) {
  AggregateFunction function = Of<int64_t>(LogicalType::BIGINT);
  function.name = "iox_approx_distinct";
  function.arguments = {LogicalType::ANY};
  function.bind = BindDistinct;
  loader.RegisterFunction(function);
}

}  // namespace influxdb3::query::sql
