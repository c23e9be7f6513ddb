// Mathematical functions whose results or errors differ from DuckDB's.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

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

template <double (*function)(double)>
void RunUnary(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<double, double>(arguments.data[0], result, arguments.size(),
                                                 function);
}

double Sign(double x) {
  if (std::isnan(x)) return x;
  return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
}

double RoundTo(double x, int64_t digits) {
  const double factor = std::pow(10.0, static_cast<double>(digits));
  return std::round(x * factor) / factor;
}

/// The reference rounds here rather than cutting off.
double TruncateTo(double x, int64_t digits) {
  return digits == 0 ? std::trunc(x) : RoundTo(x, digits);
}

template <double (*function)(double, int64_t)>
void RunWithDigits(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<double, int64_t, double>(arguments.data[0], arguments.data[1],
                                                           result, arguments.size(), function);
}

double LogarithmOf(double base, double x) {
  return std::log(x) / std::log(base);
}

double AngleOf(double y, double x) {
  return std::atan2(y, x);
}
/// Whole numbers go through the short type in the reference, and so does their result.
float AngleOfShort(float y, float x) {
  return std::atan2(y, x);
}

double PowerReal(double base, double exponent) {
  return std::pow(base, exponent);
}

int64_t PowerInteger(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    ThrowFromFunction(
        Status::Internal(fmt::format("Execution error: Can't use negative exponents: {} in integer "
                                     "computation, please use Float.",
                                     exponent)));
  }
  int64_t result = 1;
  for (int64_t factor = base; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, factor, &result)) {
      ThrowFromFunction(
          Status::Internal("Arrow error: Arithmetic overflow: Overflow happened in power"));
    }
    if (exponent > 1 && __builtin_mul_overflow(factor, factor, &factor)) {
      ThrowFromFunction(
          Status::Internal("Arrow error: Arithmetic overflow: Overflow happened in power"));
    }
  }
  return result;
}

int64_t Factorial(int64_t n) {
  if (n > 20) {
    ThrowFromFunction(Status::Internal(
        fmt::format("Arrow error: Compute error: Overflow happened on FACTORIAL({})", n)));
  }
  int64_t result = 1;
  for (int64_t i = 2; i <= n; ++i) result *= i;
  return result;
}

template <class T, T (*function)(T, T)>
void RunBinary(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<T, T, T>(arguments.data[0], arguments.data[1], result,
                                           arguments.size(), function);
}

void RunIntegerAngle(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<int64_t, int64_t, float>(
      arguments.data[0], arguments.data[1], result, arguments.size(), [](int64_t y, int64_t x) {
        return AngleOfShort(static_cast<float>(y), static_cast<float>(x));
      });
}

double Acos(double x) {
  return std::acos(x);
}
double Acosh(double x) {
  return std::acosh(x);
}
double Asin(double x) {
  return std::asin(x);
}
double Atanh(double x) {
  return std::atanh(x);
}
double Ceil(double x) {
  return std::ceil(x);
}
double Floor(double x) {
  return std::floor(x);
}
double Cotangent(double x) {
  return 1.0 / std::tan(x);
}
double Ln(double x) {
  return std::log(x);
}
double Log10(double x) {
  return std::log10(x);
}
double Log2(double x) {
  return std::log2(x);
}
double Round(double x) {
  return std::round(x);
}
double Sqrt(double x) {
  return std::sqrt(x);
}
double Trunc(double x) {
  return std::trunc(x);
}

void RegisterUnary(duckdb::ExtensionLoader& loader) {
  const LogicalType real = LogicalType::DOUBLE;
  const std::pair<const char*, duckdb::scalar_function_t> functions[] = {
      {"iox_acos", RunUnary<Acos>},     {"iox_acosh", RunUnary<Acosh>},
      {"iox_asin", RunUnary<Asin>},     {"iox_atanh", RunUnary<Atanh>},
      {"iox_ceil", RunUnary<Ceil>},     {"iox_floor", RunUnary<Floor>},
      {"iox_cot", RunUnary<Cotangent>}, {"iox_ln", RunUnary<Ln>},
      {"iox_log10", RunUnary<Log10>},   {"iox_log2", RunUnary<Log2>},
      {"iox_signum", RunUnary<Sign>},   {"iox_sqrt", RunUnary<Sqrt>}};
  for (const auto& [name, run] : functions) {
    loader.RegisterFunction(ScalarFunction(name, {real}, real, run));
  }
}

}  // namespace

void RegisterMath(duckdb::ExtensionLoader& loader) {
  const LogicalType real = LogicalType::DOUBLE;
  const LogicalType integer = LogicalType::BIGINT;
  RegisterUnary(loader);
  ScalarFunctionSet round("iox_round");
  round.AddFunction(ScalarFunction({real}, real, RunUnary<Round>));
  round.AddFunction(ScalarFunction({real, integer}, real, RunWithDigits<RoundTo>));
  loader.RegisterFunction(round);
  ScalarFunctionSet trunc("iox_trunc");
  trunc.AddFunction(ScalarFunction({real}, real, RunUnary<Trunc>));
  trunc.AddFunction(ScalarFunction({real, integer}, real, RunWithDigits<TruncateTo>));
  loader.RegisterFunction(trunc);
  loader.RegisterFunction(
      ScalarFunction("iox_log", {real, real}, real, RunBinary<double, LogarithmOf>));
  ScalarFunctionSet angle("iox_atan2");
  const LogicalType short_real = LogicalType::FLOAT;
  angle.AddFunction(
      ScalarFunction({short_real, short_real}, short_real, RunBinary<float, AngleOfShort>));
  angle.AddFunction(ScalarFunction({integer, integer}, short_real, RunIntegerAngle));
  angle.AddFunction(ScalarFunction({real, real}, real, RunBinary<double, AngleOf>));
  loader.RegisterFunction(angle);
  ScalarFunctionSet power("iox_power");
  power.AddFunction(ScalarFunction({integer, integer}, integer, RunBinary<int64_t, PowerInteger>));
  power.AddFunction(ScalarFunction({real, real}, real, RunBinary<double, PowerReal>));
  loader.RegisterFunction(power);
  loader.RegisterFunction(ScalarFunction("iox_factorial", {integer}, integer,
                                         [](DataChunk& arguments, ExpressionState&, Vector& out) {
                                           duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
                                               arguments.data[0], out, arguments.size(), Factorial);
                                         }));
}

}  // namespace influxdb3::query::sql
