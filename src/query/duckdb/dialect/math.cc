// Mathematical functions with the reference's types, results and errors. Numbers that are not
// integers are computed in the width they have.
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/function_support.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::Vector;
using util::Status;

constexpr double kPi = 3.14159265358979323846;

[[noreturn]] void ThrowComputeError(const std::string& text) {
  ThrowFromFunction(Status::Internal("Arrow error: Compute error: " + text));
}

template <auto function, class T, class Out>
void RunUnary(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<T, Out>(arguments.data[0], result, arguments.size(),
                                         [](T x) -> Out { return function(x); });
}

template <auto function, class A, class B, class Out>
void RunBinary(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<A, B, Out>(arguments.data[0], arguments.data[1], result,
                                             arguments.size(),
                                             [](A a, B b) -> Out { return function(a, b); });
}

template <auto function>
void RegisterReal(duckdb::ExtensionLoader& loader, const char* name) {
  ScalarFunctionSet set(name);
  set.AddFunction(
      ScalarFunction({LogicalType::FLOAT}, LogicalType::FLOAT, RunUnary<function, float, float>));
  set.AddFunction(ScalarFunction({LogicalType::DOUBLE}, LogicalType::DOUBLE,
                                 RunUnary<function, double, double>));
  loader.RegisterFunction(set);
}

template <auto function>
void RegisterRealPair(duckdb::ExtensionLoader& loader, const char* name) {
  const LogicalType narrow = LogicalType::FLOAT;
  const LogicalType wide = LogicalType::DOUBLE;
  ScalarFunctionSet set(name);
  set.AddFunction(
      ScalarFunction({narrow, narrow}, narrow, RunBinary<function, float, float, float>));
  set.AddFunction(ScalarFunction({wide, wide}, wide, RunBinary<function, double, double, double>));
  loader.RegisterFunction(set);
}

/// A whole power by squaring, which is how the reference rounds it.
template <class T>
T WholePower(T base, int64_t exponent) {
  const bool inverse = exponent < 0;
  uint64_t rest =
      inverse ? uint64_t{0} - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  T result = 1;
  while (true) {
    if ((rest & 1) != 0) result *= base;
    rest >>= 1;
    if (rest == 0) break;
    base *= base;
  }
  return inverse ? 1 / result : result;
}

constexpr auto kRoundTo = [](auto x, int64_t places) {
  const auto factor = WholePower<decltype(x)>(10, places);
  return std::round(x * factor) / factor;
};

/// The reference rounds, too, where it is given a number of places to cut off after.
template <auto whole>
void RegisterWithPlaces(duckdb::ExtensionLoader& loader, const char* name) {
  const LogicalType places = LogicalType::BIGINT;
  ScalarFunctionSet set(name);
  set.AddFunction(
      ScalarFunction({LogicalType::FLOAT}, LogicalType::FLOAT, RunUnary<whole, float, float>));
  set.AddFunction(
      ScalarFunction({LogicalType::DOUBLE}, LogicalType::DOUBLE, RunUnary<whole, double, double>));
  set.AddFunction(ScalarFunction({LogicalType::FLOAT, places}, LogicalType::FLOAT,
                                 RunBinary<kRoundTo, float, int64_t, float>));
  set.AddFunction(ScalarFunction({LogicalType::DOUBLE, places}, LogicalType::DOUBLE,
                                 RunBinary<kRoundTo, double, int64_t, double>));
  loader.RegisterFunction(set);
}

constexpr auto kSign = [](auto x) -> decltype(x) {
  if (std::isnan(x)) return x;
  return x > 0 ? 1 : x < 0 ? -1 : 0;
};

// The inverse hyperbolic functions round as the reference's do, not as the C library's.
constexpr auto kInverseSinh = [](auto x) {
  const auto magnitude = std::fabs(x);
  const auto inverse = 1 / magnitude;
  return std::copysign(
      std::log1p(magnitude + magnitude / (std::hypot(decltype(x){1}, inverse) + inverse)), x);
};
constexpr auto kInverseCosh = [](auto x) -> decltype(x) {
  if (x < 1) return std::numeric_limits<decltype(x)>::quiet_NaN();
  return std::log(x + std::sqrt(x - 1) * std::sqrt(x + 1));
};
constexpr auto kInverseTanh = [](auto x) -> decltype(x) {
  return decltype(x){0.5} * std::log1p(2 * x / (1 - x));
};

/// Rounded from a wider one: C libraries miss the nearest number by one here and there.
constexpr auto kCubeRoot = [](auto x) {
  return static_cast<decltype(x)>(std::cbrt(static_cast<long double>(x)));
};

void RegisterReals(duckdb::ExtensionLoader& loader) {
  RegisterReal<[](auto x) { return std::acos(x); }>(loader, "iox_acos");
  RegisterReal<kInverseCosh>(loader, "iox_acosh");
  RegisterReal<[](auto x) { return std::asin(x); }>(loader, "iox_asin");
  RegisterReal<kInverseSinh>(loader, "iox_asinh");
  RegisterReal<[](auto x) { return std::atan(x); }>(loader, "iox_atan");
  RegisterReal<kInverseTanh>(loader, "iox_atanh");
  RegisterReal<kCubeRoot>(loader, "iox_cbrt");
  RegisterReal<[](auto x) { return std::ceil(x); }>(loader, "iox_ceil");
  RegisterReal<[](auto x) { return std::cos(x); }>(loader, "iox_cos");
  RegisterReal<[](auto x) { return std::cosh(x); }>(loader, "iox_cosh");
  RegisterReal<[](auto x) { return 1 / std::tan(x); }>(loader, "iox_cot");
  RegisterReal<[](auto x) { return x * static_cast<decltype(x)>(180 / kPi); }>(loader,
                                                                               "iox_degrees");
  RegisterReal<[](auto x) { return std::exp(x); }>(loader, "iox_exp");
  RegisterReal<[](auto x) { return std::floor(x); }>(loader, "iox_floor");
  RegisterReal<[](auto x) { return std::log(x); }>(loader, "iox_ln");
  RegisterReal<[](auto x) { return std::log10(x); }>(loader, "iox_log10");
  RegisterReal<[](auto x) { return std::log2(x); }>(loader, "iox_log2");
  RegisterReal<[](auto x) { return x * static_cast<decltype(x)>(kPi / 180); }>(loader,
                                                                               "iox_radians");
  RegisterReal<kSign>(loader, "iox_signum");
  RegisterReal<[](auto x) { return std::sin(x); }>(loader, "iox_sin");
  RegisterReal<[](auto x) { return std::sinh(x); }>(loader, "iox_sinh");
  RegisterReal<[](auto x) { return std::sqrt(x); }>(loader, "iox_sqrt");
  RegisterReal<[](auto x) { return std::tan(x); }>(loader, "iox_tan");
  RegisterReal<[](auto x) { return std::tanh(x); }>(loader, "iox_tanh");
  RegisterWithPlaces<[](auto x) { return std::round(x); }>(loader, "iox_round");
  RegisterWithPlaces<[](auto x) { return std::trunc(x); }>(loader, "iox_trunc");
  RegisterRealPair<[](auto y, auto x) { return std::atan2(y, x); }>(loader, "iox_atan2");
  RegisterRealPair<[](auto x, auto other) { return std::isnan(x) ? other : x; }>(loader,
                                                                                 "iox_nanvl");
  ScalarFunctionSet zero("iox_iszero");
  constexpr auto kIsZero = [](auto x) { return x == 0; };
  zero.AddFunction(
      ScalarFunction({LogicalType::FLOAT}, LogicalType::BOOLEAN, RunUnary<kIsZero, float, bool>));
  zero.AddFunction(
      ScalarFunction({LogicalType::DOUBLE}, LogicalType::BOOLEAN, RunUnary<kIsZero, double, bool>));
  loader.RegisterFunction(zero);
}

/// Decimals have the logarithm of their whole part, rounded down.
double WholeLogarithm(double base, double x) {
  x = std::trunc(x);
  base = std::trunc(base);
  if (!(x > 0) || !(base > 1) || std::isinf(base)) return std::nan("");
  double result = 0;
  for (; x >= base; x = std::floor(x / base)) ++result;
  return result;
}

void RegisterLogarithms(duckdb::ExtensionLoader& loader) {
  const LogicalType narrow = LogicalType::FLOAT;
  const LogicalType wide = LogicalType::DOUBLE;
  constexpr auto kNarrow = [](auto base, float x) {
    return std::log(x) / std::log(static_cast<float>(base));
  };
  constexpr auto kWide = [](auto base, double x) {
    return std::log(x) / std::log(static_cast<double>(base));
  };
  ScalarFunctionSet log("iox_log");
  log.AddFunction(ScalarFunction(
      {narrow}, narrow,
      RunUnary<[](float x) { return std::log(x) / std::log(10.0F); }, float, float>));
  log.AddFunction(ScalarFunction(
      {wide}, wide,
      RunUnary<[](double x) { return std::log(x) / std::log(10.0); }, double, double>));
  log.AddFunction(
      ScalarFunction({narrow, narrow}, narrow, RunBinary<kNarrow, float, float, float>));
  log.AddFunction(ScalarFunction({wide, narrow}, narrow, RunBinary<kNarrow, double, float, float>));
  log.AddFunction(ScalarFunction({narrow, wide}, wide, RunBinary<kWide, float, double, double>));
  log.AddFunction(ScalarFunction({wide, wide}, wide, RunBinary<kWide, double, double, double>));
  loader.RegisterFunction(log);
  ScalarFunctionSet whole("iox_whole_log");
  whole.AddFunction(ScalarFunction(
      {wide}, wide, RunUnary<[](double x) { return WholeLogarithm(10, x); }, double, double>));
  whole.AddFunction(
      ScalarFunction({wide, wide}, wide, RunBinary<WholeLogarithm, double, double, double>));
  loader.RegisterFunction(whole);
}

int64_t IntegerPower(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    ThrowFromFunction(
        Status::Internal(fmt::format("Execution error: Can't use negative exponents: {} in integer "
                                     "computation, please use Float.",
                                     exponent)));
  }
  int64_t result = 1;
  int64_t factor = base;
  for (int64_t rest = exponent; rest > 0; rest >>= 1) {
    const bool overflows = ((rest & 1) != 0 && __builtin_mul_overflow(result, factor, &result)) ||
                           (rest > 1 && __builtin_mul_overflow(factor, factor, &factor));
    if (!overflows) continue;
    ThrowFromFunction(Status::Internal(fmt::format(
        "Arrow error: Arithmetic overflow: Overflow happened on: {} ^ {}", base, exponent)));
  }
  return result;
}

uint64_t Magnitude(int64_t x) {
  return x < 0 ? uint64_t{0} - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
}

int64_t CommonDivisor(int64_t a, int64_t b) {
  const uint64_t divisor = std::gcd(Magnitude(a), Magnitude(b));
  if (divisor > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    ThrowComputeError(fmt::format("Signed integer overflow in GCD({}, {})", a, b));
  }
  return static_cast<int64_t>(divisor);
}

int64_t CommonMultiple(int64_t a, int64_t b) {
  if (a == 0 || b == 0) return 0;
  const uint64_t divisor = std::gcd(Magnitude(a), Magnitude(b));
  int64_t multiple = 0;
  if (__builtin_mul_overflow(Magnitude(a) / divisor, Magnitude(b), &multiple)) {
    ThrowComputeError(fmt::format("Signed integer overflow in LCM({}, {})", a, b));
  }
  return multiple;
}

int64_t Factorial(int64_t n) {
  if (n > 20) ThrowComputeError(fmt::format("Overflow happened on FACTORIAL({})", n));
  int64_t result = 1;
  for (int64_t i = 2; i <= n; ++i) result *= i;
  return result;
}

constexpr auto kAbsolute = [](auto x) -> decltype(x) {
  using T = decltype(x);
  if constexpr (std::is_floating_point_v<T>) {
    return std::fabs(x);
  } else {
    if (x == std::numeric_limits<T>::min()) {
      ThrowComputeError(fmt::format("Int{}Array overflow on abs({})", sizeof(T) * 8, x));
    }
    return static_cast<T>(x < 0 ? -x : x);
  }
};

template <class T>
void AddAbsolute(ScalarFunctionSet& set, const LogicalType& type) {
  set.AddFunction(ScalarFunction({type}, type, RunUnary<kAbsolute, T, T>));
}

void RegisterAbsolute(duckdb::ExtensionLoader& loader) {
  ScalarFunctionSet set("iox_abs");
  AddAbsolute<int8_t>(set, LogicalType::TINYINT);
  AddAbsolute<int16_t>(set, LogicalType::SMALLINT);
  AddAbsolute<int32_t>(set, LogicalType::INTEGER);
  AddAbsolute<int64_t>(set, LogicalType::BIGINT);
  AddAbsolute<float>(set, LogicalType::FLOAT);
  AddAbsolute<double>(set, LogicalType::DOUBLE);
  for (const LogicalType type : {LogicalType::UTINYINT, LogicalType::USMALLINT,
                                 LogicalType::UINTEGER, LogicalType::UBIGINT}) {
    set.AddFunction(
        ScalarFunction({type}, type, [](DataChunk& arguments, ExpressionState&, Vector& result) {
          result.Reference(arguments.data[0]);
        }));
  }
  loader.RegisterFunction(set);
}

}  // namespace

void RegisterMath(duckdb::ExtensionLoader& loader) {
  const LogicalType real = LogicalType::DOUBLE;
  const LogicalType integer = LogicalType::BIGINT;
  RegisterReals(loader);
  RegisterLogarithms(loader);
  RegisterAbsolute(loader);
  ScalarFunctionSet power("iox_power");
  power.AddFunction(ScalarFunction({integer, integer}, integer,
                                   RunBinary<IntegerPower, int64_t, int64_t, int64_t>));
  power.AddFunction(ScalarFunction(
      {real, real}, real,
      RunBinary<[](double a, double b) { return std::pow(a, b); }, double, double, double>));
  loader.RegisterFunction(power);
  loader.RegisterFunction(ScalarFunction("iox_gcd", {integer, integer}, integer,
                                         RunBinary<CommonDivisor, int64_t, int64_t, int64_t>));
  loader.RegisterFunction(ScalarFunction("iox_lcm", {integer, integer}, integer,
                                         RunBinary<CommonMultiple, int64_t, int64_t, int64_t>));
  loader.RegisterFunction(
      ScalarFunction("iox_factorial", {integer}, integer, RunUnary<Factorial, int64_t, int64_t>));
}

}  // namespace influxdb3::query::sql
