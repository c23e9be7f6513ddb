// + - * / % over numbers with the reference's types: integers wrap, integer division truncates and
// refuses zero.
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
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/time_arithmetic.h"
#include "query/duckdb/dialect/time_types.h"

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
[[noreturn]] void ThrowNoTypes(Op op, const LogicalType& left, const LogicalType& right) {
  // A NULL takes the other side's type first.
  if (left.id() == LogicalTypeId::SQLNULL || right.id() == LogicalTypeId::SQLNULL) {
    const LogicalType& known = left.id() == LogicalTypeId::SQLNULL ? right : left;
    ThrowFromFunction(Status::InvalidArgument(fmt::format(
        "Error during planning: Cannot get result type for arithmetic operation {0} {1} {0}: "
        "Invalid argument error: Invalid arithmetic operation: {0} {1} {0}",
        ArrowTypeText(known), Symbol(op))));
  }
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

template <Op op>
duckdb::unique_ptr<duckdb::FunctionData> Bind(ClientContext&, ScalarFunction& function,
                                              BoundArguments& arguments) {
  LogicalType left = arguments[0]->return_type;
  LogicalType right = arguments[1]->return_type;
  if (BindTimeArithmetic(*Symbol(op), function, left, right)) return nullptr;
  if (left.id() == LogicalTypeId::SQLNULL) left = right;
  if (right.id() == LogicalTypeId::SQLNULL) right = left;
  if (left.id() == LogicalTypeId::SQLNULL) left = right = LogicalType::BIGINT;
  if (BindNumbers<op>(function, left, right)) return nullptr;
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
  ThrowNoTypes(op, arguments[0]->return_type, arguments[1]->return_type);
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

void RunNegateInterval(DataChunk& arguments, ExpressionState&, Vector& result) {
  const IntervalReader reader(arguments.data[0], arguments.size());
  const bool constant = arguments.AllConstant();
  IntervalWriter writer(result);
  const size_t count = constant ? 1 : arguments.size();
  for (size_t i = 0; i < count; ++i) {
    if (!reader.IsValid(i)) {
      writer.SetNull(i);
      continue;
    }
    const IntervalParts parts = reader.At(i);
    writer.Set(i, {-parts.months, -parts.days, -parts.nanos});
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

duckdb::unique_ptr<duckdb::FunctionData> BindNegate(ClientContext&, ScalarFunction& function,
                                                    BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  const auto use = [&](const LogicalType& operand, duckdb::scalar_function_t run) {
    function.arguments = {operand};
    function.return_type = operand;
    function.function = std::move(run);
  };
  if (!IsDuration(type) && (type.id() == LogicalTypeId::SQLNULL || IsSigned(type.id()))) {
    if (type.id() == LogicalTypeId::INTEGER) {
      use(type, RunNegate<int32_t>);
    } else {
      use(LogicalType::BIGINT, RunNegate<int64_t>);
    }
  } else if (IsTimestamp(type.id())) {
    // Only what is constant is negated; the reference cannot do it row by row.
    if (!arguments[0]->IsFoldable()) {
      ThrowFromFunction(Status::Internal(
          fmt::format("Arrow error: Invalid argument error: Invalid arithmetic operation: !{}",
                      ArrowTypeText(type))));
    }
    use(type, RunNegate<int64_t>);
  } else if (type.id() == LogicalTypeId::FLOAT) {
    use(type, RunNegate<float>);
  } else if (type.id() == LogicalTypeId::DOUBLE || IsDecimal(type.id())) {
    use(LogicalType::DOUBLE, RunNegate<double>);
  } else if (type.id() == LogicalTypeId::INTERVAL || IsNanoInterval(type)) {
    use(type, RunNegateInterval);
  } else {
    ThrowFromFunction(Status::InvalidArgument(
        "Error during planning: Negation only supports numeric, interval and timestamp types"));
  }
  return nullptr;
}

}  // namespace

void RegisterArithmetic(duckdb::ExtensionLoader& loader) {
  Register<Op::kAdd>(loader, "iox_add");
  Register<Op::kSubtract>(loader, "iox_subtract");
  Register<Op::kMultiply>(loader, "iox_multiply");
  Register<Op::kDivide>(loader, "iox_divide");
  Register<Op::kModulo>(loader, "iox_modulo");
  loader.RegisterFunction(Polymorphic("iox_negate", 1, BindNegate));
  RegisterFrameOperators(loader);
}

}  // namespace influxdb3::query::sql
