// + - * / % over numbers, timestamps and intervals with the reference's types: integers wrap,
// integer division truncates and refuses zero, timestamps keep nanoseconds.
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/types/hugeint.hpp"
#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/function/function_binder.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/interval_vector.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::hugeint_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::Vector;
using util::Status;

enum class Op { kAdd, kSubtract, kMultiply, kDivide, kModulo };

const char* Symbol(Op op) {
  constexpr const char* kSymbols[] = {"+", "-", "*", "/", "%"};
  return kSymbols[static_cast<int>(op)];
}

[[noreturn]] void ThrowDivideByZero() {
  ThrowFromFunction(Status::Internal("Arrow error: Divide by zero error"));
}

template <Op op, class T>
T Integer(T a, T b) {
  using U = std::make_unsigned_t<T>;
  if constexpr (op == Op::kAdd) return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
  if constexpr (op == Op::kSubtract) return static_cast<T>(static_cast<U>(a) - static_cast<U>(b));
  if constexpr (op == Op::kMultiply) return static_cast<T>(static_cast<U>(a) * static_cast<U>(b));
  if (b == 0) ThrowDivideByZero();
  if constexpr (std::is_signed_v<T>) {
    // The smallest number divided by -1 does not fit; it wraps like the rest.
    if (b == -1) return op == Op::kDivide ? static_cast<T>(U{0} - static_cast<U>(a)) : T{0};
  }
  return op == Op::kDivide ? static_cast<T>(a / b) : static_cast<T>(a % b);
}

template <Op op, class T>
T Real(T a, T b) {
  if constexpr (op == Op::kAdd) return a + b;
  if constexpr (op == Op::kSubtract) return a - b;
  if constexpr (op == Op::kMultiply) return a * b;
  if constexpr (op == Op::kDivide) return a / b;
  return std::fmod(a, b);
}

/// UInt64 with Int64: the reference computes in decimals wide enough for both.
template <Op op>
hugeint_t Wide(hugeint_t a, hugeint_t b) {
  if constexpr (op == Op::kAdd) return a + b;
  if constexpr (op == Op::kSubtract) return a - b;
  if constexpr (op == Op::kMultiply) return a * b;
  if (b == hugeint_t(0)) ThrowDivideByZero();
  if constexpr (op == Op::kDivide) return a * hugeint_t(10000) / b;
  return a % b;
}

template <class T, T (*function)(T, T)>
void RunBinary(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<T, T, T>(arguments.data[0], arguments.data[1], result,
                                           arguments.size(), function);
}

void SetTypes(ScalarFunction& function, LogicalType left, LogicalType right, LogicalType result,
              duckdb::scalar_function_t run) {
  function.arguments = {std::move(left), std::move(right)};
  function.return_type = std::move(result);
  function.function = std::move(run);
}

template <Op op>
void BindWide(ScalarFunction& function) {
  const LogicalType wide = LogicalType::DECIMAL(20, 0);
  const LogicalType input = LogicalType::HUGEINT;
  LogicalType result = LogicalType::DECIMAL(21, 0);
  if (op == Op::kMultiply) result = LogicalType::DECIMAL(38, 0);
  if (op == Op::kDivide) result = LogicalType::DECIMAL(24, 4);
  if (op == Op::kModulo) result = LogicalType::DECIMAL(20, 0);
  SetTypes(function, input, input, result, RunBinary<hugeint_t, Wide<op>>);
}

bool IsSigned(LogicalTypeId id) {
  return id == LogicalTypeId::TINYINT || id == LogicalTypeId::SMALLINT ||
         id == LogicalTypeId::INTEGER || id == LogicalTypeId::BIGINT;
}
bool IsUnsigned(LogicalTypeId id) {
  return id == LogicalTypeId::UTINYINT || id == LogicalTypeId::USMALLINT ||
         id == LogicalTypeId::UINTEGER || id == LogicalTypeId::UBIGINT;
}
bool IsReal(LogicalTypeId id) {
  return id == LogicalTypeId::FLOAT || id == LogicalTypeId::DOUBLE;
}
bool IsDecimal(LogicalTypeId id) {
  return id == LogicalTypeId::DECIMAL || id == LogicalTypeId::HUGEINT;
}
bool IsTimestamp(LogicalTypeId id) {
  return id == LogicalTypeId::TIMESTAMP_NS || id == LogicalTypeId::TIMESTAMP ||
         id == LogicalTypeId::TIMESTAMP_MS || id == LogicalTypeId::TIMESTAMP_SEC;
}
bool IsInterval(const LogicalType& type) {
  return type.id() == LogicalTypeId::INTERVAL || IsNanoInterval(type);
}

[[noreturn]] void ThrowNoTypes(Op op, const LogicalType& left, const LogicalType& right) {
  ThrowFromFunction(Status::InvalidArgument(
      fmt::format("Error during planning: Cannot coerce arithmetic expression {} {} {} to valid "
                  "types",
                  ArrowTypeText(left), Symbol(op), ArrowTypeText(right))));
}

/// Numbers without decimals. False when the types are others.
template <Op op>
bool BindNumbers(ScalarFunction& function, const LogicalType& left, const LogicalType& right) {
  const LogicalTypeId a = left.id();
  const LogicalTypeId b = right.id();
  const auto number = [](LogicalTypeId id) { return IsSigned(id) || IsUnsigned(id) || IsReal(id); };
  if (!number(a) || !number(b)) return false;
  if (a == LogicalTypeId::DOUBLE || b == LogicalTypeId::DOUBLE) {
    const LogicalType type = LogicalType::DOUBLE;
    SetTypes(function, type, type, type, RunBinary<double, Real<op, double>>);
  } else if (IsReal(a) || IsReal(b)) {
    const LogicalType type = LogicalType::FLOAT;
    SetTypes(function, type, type, type, RunBinary<float, Real<op, float>>);
  } else if (IsUnsigned(a) && IsUnsigned(b)) {
    const LogicalType type = LogicalType::UBIGINT;
    SetTypes(function, type, type, type, RunBinary<uint64_t, Integer<op, uint64_t>>);
  } else if (a == LogicalTypeId::UBIGINT || b == LogicalTypeId::UBIGINT) {
    BindWide<op>(function);
  } else if (a == LogicalTypeId::BIGINT || b == LogicalTypeId::BIGINT || IsUnsigned(a) ||
             IsUnsigned(b)) {
    const LogicalType type = LogicalType::BIGINT;
    SetTypes(function, type, type, type, RunBinary<int64_t, Integer<op, int64_t>>);
  } else {
    const LogicalType type = LogicalType::INTEGER;
    SetTypes(function, type, type, type, RunBinary<int32_t, Integer<op, int32_t>>);
  }
  return true;
}

int64_t WrappingAdd(int64_t a, int64_t b) {
  return Integer<Op::kAdd, int64_t>(a, b);
}
int64_t WrappingSubtract(int64_t a, int64_t b) {
  return Integer<Op::kSubtract, int64_t>(a, b);
}

int64_t Shift(int64_t nanos, IntervalParts parts, bool negative) {
  const int64_t months = negative ? -int64_t{parts.months} : parts.months;
  const int64_t days = negative ? -int64_t{parts.days} : parts.days;
  if (months != 0) {
    const int64_t day = FloorDivide(nanos, kNanosPerDay);
    nanos = nanos - day * kNanosPerDay + AddMonths(day, months) * kNanosPerDay;
  }
  int64_t span = 0;
  if (__builtin_mul_overflow(days, kNanosPerDay, &span) ||
      __builtin_add_overflow(nanos, span, &nanos) ||
      (negative ? __builtin_sub_overflow(nanos, parts.nanos, &nanos)
                : __builtin_add_overflow(nanos, parts.nanos, &nanos))) {
    ThrowFromFunction(Status::Internal(
        "Arrow error: Arithmetic overflow: timestamp is out of the range of nanoseconds"));
  }
  return nanos;
}

template <bool negative>
void RunShift(DataChunk& arguments, Vector& result, size_t time, size_t interval) {
  const IntervalReader intervals(arguments.data[interval], arguments.size());
  duckdb::UnifiedVectorFormat times;
  arguments.data[time].ToUnifiedFormat(arguments.size(), times);
  const auto* values = duckdb::UnifiedVectorFormat::GetData<int64_t>(times);
  const bool constant = arguments.AllConstant();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<int64_t>(result);
  const size_t count = constant ? 1 : arguments.size();
  for (size_t i = 0; i < count; ++i) {
    const auto index = times.sel->get_index(i);
    if (!times.validity.RowIsValid(index) || !intervals.IsValid(i)) {
      duckdb::FlatVector::SetNull(result, i, true);
    } else {
      out[i] = Shift(values[index], intervals.At(i), negative);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// A date stays a date: what is less than a day is cut off.
template <bool negative>
void RunShiftDate(DataChunk& arguments, Vector& result, size_t date, size_t interval) {
  const IntervalReader intervals(arguments.data[interval], arguments.size());
  duckdb::UnifiedVectorFormat dates;
  arguments.data[date].ToUnifiedFormat(arguments.size(), dates);
  const auto* values = duckdb::UnifiedVectorFormat::GetData<int32_t>(dates);
  const bool constant = arguments.AllConstant();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<int32_t>(result);
  const size_t count = constant ? 1 : arguments.size();
  for (size_t i = 0; i < count; ++i) {
    const auto index = dates.sel->get_index(i);
    if (!dates.validity.RowIsValid(index) || !intervals.IsValid(i)) {
      duckdb::FlatVector::SetNull(result, i, true);
      continue;
    }
    const IntervalParts parts = intervals.At(i);
    const int64_t sign = negative ? -1 : 1;
    out[i] = static_cast<int32_t>(AddMonths(values[index], sign * parts.months) +
                                  sign * (parts.days + parts.nanos / kNanosPerDay));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <Op op>
void BindShift(ScalarFunction& function, const LogicalType& left, const LogicalType& right) {
  // Other units than nanoseconds are widened; the zone stays.
  const auto time_type = [](const LogicalType& type) {
    return type.id() == LogicalTypeId::TIMESTAMP_NS ? type
                                                    : LogicalType(LogicalTypeId::TIMESTAMP_NS);
  };
  if (IsInterval(right)) {
    const LogicalType time = time_type(left);
    SetTypes(function, time, right, time, [](DataChunk& arguments, ExpressionState&, Vector& out) {
      RunShift<op == Op::kSubtract>(arguments, out, 0, 1);
    });
  } else {
    const LogicalType time = time_type(right);
    SetTypes(function, left, time, time, [](DataChunk& arguments, ExpressionState&, Vector& out) {
      RunShift<false>(arguments, out, 1, 0);
    });
  }
}

template <Op op>
void RunIntervals(DataChunk& arguments, ExpressionState&, Vector& result) {
  const IntervalReader left(arguments.data[0], arguments.size());
  const IntervalReader right(arguments.data[1], arguments.size());
  const int sign = op == Op::kSubtract ? -1 : 1;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!left.IsValid(i) || !right.IsValid(i)) {
      result.SetValue(i, duckdb::Value(result.GetType()));
      continue;
    }
    const IntervalParts a = left.At(i);
    const IntervalParts b = right.At(i);
    const IntervalParts sum{a.months + sign * b.months, a.days + sign * b.days,
                            a.nanos + sign * b.nanos};
    result.SetValue(i, IntervalValue(sum).DefaultCastAs(result.GetType()));
  }
}

/// Timestamps, dates, durations, intervals. False when the types are others.
template <Op op>
bool BindTimes(ScalarFunction& function, const LogicalType& left, const LogicalType& right) {
  if (op != Op::kAdd && op != Op::kSubtract) return false;
  constexpr bool kSubtract = op == Op::kSubtract;
  const auto run = RunBinary < int64_t, kSubtract ? WrappingSubtract : WrappingAdd > ;
  const bool left_time = IsTimestamp(left.id());
  const bool right_time = IsTimestamp(right.id());
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  if ((left_time && IsInterval(right)) || (right_time && IsInterval(left) && !kSubtract)) {
    BindShift<op>(function, left, right);
  } else if (left_time && right_time && kSubtract) {  // NOLINT(bugprone-branch-clone)
    SetTypes(function, nanos, nanos, DurationType(), run);
  } else if ((left_time || IsDuration(left)) && IsDuration(right)) {
    SetTypes(function, left, right, left, run);
  } else if (right_time && IsDuration(left) && !kSubtract) {
    SetTypes(function, left, right, right, run);
  } else if (IsInterval(left) && IsInterval(right)) {
    const bool wide = IsNanoInterval(left) || IsNanoInterval(right);
    SetTypes(function, left, right, wide ? NanoIntervalType() : LogicalType::INTERVAL,
             RunIntervals<op>);
  } else if (left.id() == LogicalTypeId::DATE && right.id() == LogicalTypeId::DATE && kSubtract) {
    SetTypes(function, nanos, nanos, DurationType(), run);
  } else if (left.id() == LogicalTypeId::DATE && IsInterval(right)) {
    SetTypes(function, left, right, left, [](DataChunk& arguments, ExpressionState&, Vector& out) {
      RunShiftDate<kSubtract>(arguments, out, 0, 1);
    });
  } else if (right.id() == LogicalTypeId::DATE && IsInterval(left) && !kSubtract) {
    SetTypes(function, left, right, right, [](DataChunk& arguments, ExpressionState&, Vector& out) {
      RunShiftDate<false>(arguments, out, 1, 0);
    });
  } else {
    return false;
  }
  return true;
}

template <Op op>
duckdb::unique_ptr<duckdb::FunctionData> Bind(ClientContext&, ScalarFunction& function,
                                              BoundArguments& arguments) {
  LogicalType left = arguments[0]->return_type;
  LogicalType right = arguments[1]->return_type;
  if (left.id() == LogicalTypeId::SQLNULL) left = right;
  if (right.id() == LogicalTypeId::SQLNULL) right = left;
  if (left.id() == LogicalTypeId::SQLNULL) left = right = LogicalType::BIGINT;
  if (IsDuration(left) == IsDuration(right) && BindNumbers<op>(function, left, right)) {
    if (IsDuration(left)) function.arguments = {left, left}, function.return_type = left;
    return nullptr;
  }
  if (BindTimes<op>(function, left, right)) return nullptr;
  const auto decimal_or_integer = [](const LogicalType& type) {
    return IsDecimal(type.id()) || IsSigned(type.id()) || IsUnsigned(type.id());
  };
  if (decimal_or_integer(left) && decimal_or_integer(right)) {
    function.arguments = {left, right};
    function.return_type = LogicalType::ANY;
    return duckdb::make_uniq<BoundValue<bool>>(true);  // BindDecimal takes over.
  }
  if ((IsDecimal(left.id()) && IsReal(right.id())) ||
      (IsReal(left.id()) && IsDecimal(right.id()))) {
    const LogicalType type = LogicalType::DOUBLE;
    SetTypes(function, type, type, type, RunBinary<double, Real<op, double>>);
    return nullptr;
  }
  ThrowNoTypes(op, left, right);
}

/// Decimals are computed by DuckDB's own operators.
template <Op op>
duckdb::unique_ptr<duckdb::Expression> BindDecimal(duckdb::FunctionBindExpressionInput& input) {
  if (!input.bind_data) return nullptr;
  duckdb::FunctionBinder binder(input.context);
  duckdb::ErrorData error;
  auto result =
      binder.BindScalarFunction(DEFAULT_SCHEMA, Symbol(op), std::move(input.children), error, true);
  if (!result) error.Throw();
  return result;
}

template <Op op>
void Register(duckdb::ExtensionLoader& loader, const char* name) {
  ScalarFunction function = Polymorphic(name, 2, Bind<op>);
  function.bind_expression = BindDecimal<op>;
  if (op == Op::kDivide || op == Op::kModulo) {
    function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  }
  loader.RegisterFunction(function);
}

template <class T>
void RunNegate(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<T, T>(arguments.data[0], result, arguments.size(), [](T value) {
    if constexpr (std::is_floating_point_v<T>) {
      return -value;
    } else {
      return Integer<Op::kSubtract, T>(0, value);
    }
  });
}

duckdb::unique_ptr<duckdb::FunctionData> BindNegate(ClientContext&, ScalarFunction& function,
                                                    BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  if (type.id() == LogicalTypeId::SQLNULL || IsDuration(type) || IsSigned(type.id())) {
    const bool narrow = type.id() == LogicalTypeId::INTEGER;
    const LogicalType wide = IsDuration(type) ? type
                             : narrow         ? LogicalType::INTEGER
                                              : LogicalType::BIGINT;
    function.arguments = {wide};
    function.return_type = wide;
    function.function = narrow ? RunNegate<int32_t> : RunNegate<int64_t>;
  } else if (type.id() == LogicalTypeId::FLOAT) {
    function.arguments = {type};
    function.return_type = type;
    function.function = RunNegate<float>;
  } else if (type.id() == LogicalTypeId::DOUBLE || IsDecimal(type.id())) {
    function.arguments = {LogicalType::DOUBLE};
    function.return_type = LogicalType::DOUBLE;
    function.function = RunNegate<double>;
  } else if (IsInterval(type)) {
    function.arguments = {type};
    function.return_type = type;
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      const IntervalReader reader(chunk.data[0], chunk.size());
      for (size_t i = 0; i < chunk.size(); ++i) {
        if (!reader.IsValid(i)) continue;
        const IntervalParts parts = reader.At(i);
        const IntervalParts negated{-parts.months, -parts.days, -parts.nanos};
        result.SetValue(i, IntervalValue(negated));
      }
    };
  } else {
    ThrowFromFunction(Status::InvalidArgument(fmt::format(
        "Error during planning: Negation only supports numeric, interval and timestamp types, got "
        "{}",
        ArrowTypeText(type))));
  }
  return nullptr;
}

/// DuckDB binds RANGE frames over time through its own + and -.
template <bool negative>
void RegisterFrameOperator(duckdb::ExtensionLoader& loader, const char* name) {
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  loader.AddFunctionOverload(
      ScalarFunction(name, {nanos, LogicalType::INTERVAL}, nanos,
                     [](DataChunk& arguments, ExpressionState&, Vector& result) {
                       RunShift<negative>(arguments, result, 0, 1);
                     }));
}

}  // namespace

void RegisterArithmetic(duckdb::ExtensionLoader& loader) {
  Register<Op::kAdd>(loader, "iox_add");
  Register<Op::kSubtract>(loader, "iox_subtract");
  Register<Op::kMultiply>(loader, "iox_multiply");
  Register<Op::kDivide>(loader, "iox_divide");
  Register<Op::kModulo>(loader, "iox_modulo");
  loader.RegisterFunction(Polymorphic("iox_negate", 1, BindNegate));
  RegisterFrameOperator<false>(loader, "+");
  RegisterFrameOperator<true>(loader, "-");
}

}  // namespace influxdb3::query::sql
