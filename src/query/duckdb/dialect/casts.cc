// Casts with the reference's meaning: timestamps in nanoseconds, floats truncated, strict numbers.
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/generic_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/function/cast/default_casts.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/timestamp_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::CastParameters;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::timestamp_ns_t;
using duckdb::ValidityMask;
using duckdb::Vector;

/// How willingly DuckDB converts to VARCHAR by itself.
constexpr int64_t kImplicitTextCost = 149;
constexpr int64_t kExplicitOnly = -1;

std::string_view View(const string_t& text) {
  return {text.GetData(), text.GetSize()};
}

template <class T>
LogicalType TypeOf() {
  if constexpr (std::is_same_v<T, int8_t>) return LogicalType::TINYINT;
  if constexpr (std::is_same_v<T, int16_t>) return LogicalType::SMALLINT;
  if constexpr (std::is_same_v<T, int32_t>) return LogicalType::INTEGER;
  if constexpr (std::is_same_v<T, int64_t>) return LogicalType::BIGINT;
  if constexpr (std::is_same_v<T, uint8_t>) return LogicalType::UTINYINT;
  if constexpr (std::is_same_v<T, uint16_t>) return LogicalType::USMALLINT;
  if constexpr (std::is_same_v<T, uint32_t>) return LogicalType::UINTEGER;
  if constexpr (std::is_same_v<T, uint64_t>) return LogicalType::UBIGINT;
  if constexpr (std::is_same_v<T, float>) return LogicalType::FLOAT;
  return LogicalType::DOUBLE;
}

/// A value that cannot be cast: NULL for TRY_CAST, else an error.
template <class T>
T Fail(const std::string& message, ValidityMask& mask, idx_t row, CastParameters& parameters,
       bool* all_cast) {
  if (parameters.error_message == nullptr) {
    ThrowFromFunction(util::Status::Internal(message));
  }
  if (parameters.error_message->empty()) *parameters.error_message = message;
  mask.SetInvalid(row);
  *all_cast = false;
  return T{};
}

template <class From, class To, class Convert>
bool CastRows(Vector& source, Vector& result, idx_t count, CastParameters& parameters,
              Convert convert) {
  bool all_cast = true;
  duckdb::UnaryExecutor::ExecuteWithNulls<From, To>(
      source, result, count, [&](From value, ValidityMask& mask, idx_t row) {
        To converted{};
        std::string message;
        if (convert(value, &converted, &message)) return converted;
        return Fail<To>(message, mask, row, parameters, &all_cast);
      });
  return all_cast;
}

bool TextToTimestamp(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<string_t, timestamp_ns_t>(
      source, result, count, parameters,
      [](const string_t& text, timestamp_ns_t* out, std::string* message) {
        const util::Result<int64_t> nanos = ParseTimestamp(View(text));
        if (nanos.ok()) {
          out->value = *nanos;
        } else {
          *message = nanos.status().message();
        }
        return nanos.ok();
      });
}

template <class T>
bool NumberToTimestamp(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<T, timestamp_ns_t>(
      source, result, count, parameters, [](T value, timestamp_ns_t* out, std::string* message) {
        if constexpr (std::is_floating_point_v<T>) {
          out->value = static_cast<int64_t>(value);  // the reference takes these as nanoseconds
          return true;
        }
        if (!__builtin_mul_overflow(static_cast<int64_t>(value), kNanosPerSecond, &out->value)) {
          return true;
        }
        *message = fmt::format(
            "Arrow error: Arithmetic overflow: Overflow happened on: {} * 1000000000", value);
        return false;
      });
}

bool TimestampToText(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, string_t>(source, result, count, [&](int64_t nanos) {
    return StringVector::AddString(result, FormatTimestamp(nanos));
  });
  return true;
}

template <int64_t scale>
bool CoarseTimestampToText(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, string_t>(source, result, count, [&](int64_t value) {
    return StringVector::AddString(result, FormatTimestamp(value * scale));
  });
  return true;
}

template <class T>
bool RealToText(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<T, string_t>(source, result, count, [&](T value) {
    return StringVector::AddString(result, CastNumber(value));
  });
  return true;
}

/// Numbers out of the short type's range become infinite.
bool RealToShortReal(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<double, float>(
      source, result, count, [](double value) { return static_cast<float>(value); });
  return true;
}

template <class From, class To>
bool RealToInteger(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<From, To>(
      source, result, count, parameters, [](From value, To* out, std::string* message) {
        const double whole = std::trunc(static_cast<double>(value));
        // The upper bound itself does not fit: it is a power of two above the largest number.
        const double bound = std::ldexp(1.0, std::numeric_limits<To>::digits);
        const double least = std::is_signed_v<To> ? -bound : 0.0;
        if (whole >= least && whole < bound) {
          *out = static_cast<To>(whole);
          return true;
        }
        *message = fmt::format("Arrow error: Cast error: Can't cast value {} to type {}",
                               CastNumber(value), ArrowTypeText(TypeOf<To>()));
        return false;
      });
}

template <class To>
bool TextToInteger(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<string_t, To>(
      source, result, count, parameters, [](const string_t& text, To* out, std::string* message) {
        using Wide = std::conditional_t<std::is_signed_v<To>, int64_t, uint64_t>;
        Wide wide = 0;
        bool parsed = false;
        if constexpr (std::is_signed_v<To>) {
          parsed = ParseInteger(View(text), &wide);
        } else {
          parsed = ParseUnsigned(View(text), &wide);
        }
        *out = static_cast<To>(wide);
        if (parsed && static_cast<Wide>(*out) == wide) return true;
        *message =
            fmt::format("Arrow error: Cast error: Cannot cast string '{}' to value of {} type",
                        View(text), ArrowTypeText(TypeOf<To>()));
        return false;
      });
}

template <class To>
bool TextToReal(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<string_t, To>(
      source, result, count, parameters, [](const string_t& text, To* out, std::string* message) {
        double value = 0;
        if (ParseFloat(View(text), &value)) {
          *out = static_cast<To>(value);
          return true;
        }
        *message =
            fmt::format("Arrow error: Cast error: Cannot cast string '{}' to value of {} type",
                        View(text), ArrowTypeText(TypeOf<To>()));
        return false;
      });
}

bool TimestampToDate(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, int32_t>(source, result, count, [](int64_t nanos) {
    return static_cast<int32_t>(FloorDivide(nanos, kNanosPerDay));
  });
  return true;
}

bool DateToTimestamp(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<int32_t, int64_t>(
      source, result, count, parameters, [](int32_t days, int64_t* out, std::string* message) {
        if (!__builtin_mul_overflow(int64_t{days}, kNanosPerDay, out)) return true;
        *message = "Arrow error: Arithmetic overflow: date is out of the range of nanoseconds";
        return false;
      });
}

/// To coarser timestamps; what is lost is cut off towards 1970.
template <int64_t kUnitNanos>
bool ToCoarseTimestamp(duckdb::Vector& source, duckdb::Vector& result, duckdb::idx_t count,
                       duckdb::CastParameters& parameters) {
  return CastRows<int64_t, int64_t>(source, result, count, parameters,
                                    [](int64_t nanos, int64_t* out, std::string*) {
                                      *out = nanos / kUnitNanos;
                                      return true;
                                    });
}

/// Types with and without our alias share their values.
duckdb::BoundCastInfo SameValues() {
  return duckdb::DefaultCasts::ReinterpretCast;
}

template <class From>
void RegisterRealToIntegers(duckdb::ExtensionLoader& loader, const LogicalType& source) {
  const auto add = [&](const LogicalType& target, duckdb::cast_function_t cast) {
    loader.RegisterCastFunction(source, target, cast, kExplicitOnly);
  };
  add(LogicalType::TINYINT, RealToInteger<From, int8_t>);
  add(LogicalType::SMALLINT, RealToInteger<From, int16_t>);
  add(LogicalType::INTEGER, RealToInteger<From, int32_t>);
  add(LogicalType::BIGINT, RealToInteger<From, int64_t>);
  add(LogicalType::UTINYINT, RealToInteger<From, uint8_t>);
  add(LogicalType::USMALLINT, RealToInteger<From, uint16_t>);
  add(LogicalType::UINTEGER, RealToInteger<From, uint32_t>);
  add(LogicalType::UBIGINT, RealToInteger<From, uint64_t>);
}

void RegisterTextToNumbers(duckdb::ExtensionLoader& loader) {
  const auto add = [&](const LogicalType& target, duckdb::cast_function_t cast) {
    loader.RegisterCastFunction(LogicalType::VARCHAR, target, cast, kExplicitOnly);
  };
  add(LogicalType::TINYINT, TextToInteger<int8_t>);
  add(LogicalType::SMALLINT, TextToInteger<int16_t>);
  add(LogicalType::INTEGER, TextToInteger<int32_t>);
  add(LogicalType::BIGINT, TextToInteger<int64_t>);
  add(LogicalType::UTINYINT, TextToInteger<uint8_t>);
  add(LogicalType::USMALLINT, TextToInteger<uint16_t>);
  add(LogicalType::UINTEGER, TextToInteger<uint32_t>);
  add(LogicalType::UBIGINT, TextToInteger<uint64_t>);
  add(LogicalType::FLOAT, TextToReal<float>);
  add(LogicalType::DOUBLE, TextToReal<double>);
}

void RegisterTimestampCasts(duckdb::ExtensionLoader& loader) {
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  const auto add = [&](const LogicalType& source, const LogicalType& target,
                       duckdb::cast_function_t cast,
                       int64_t cost) { loader.RegisterCastFunction(source, target, cast, cost); };
  add(LogicalType::VARCHAR, nanos, TextToTimestamp, kExplicitOnly);
  add(nanos, LogicalType::VARCHAR, TimestampToText, kImplicitTextCost);
  add(LogicalType::TIMESTAMP, LogicalType::VARCHAR, CoarseTimestampToText<1'000>,
      kImplicitTextCost);
  add(LogicalType::TIMESTAMP_MS, LogicalType::VARCHAR, CoarseTimestampToText<1'000'000>,
      kImplicitTextCost);
  add(LogicalType::TIMESTAMP_S, LogicalType::VARCHAR, CoarseTimestampToText<kNanosPerSecond>,
      kImplicitTextCost);
  add(nanos, LogicalType::BIGINT, duckdb::DefaultCasts::ReinterpretCast, kExplicitOnly);
  add(LogicalType::TIMESTAMP, LogicalType::BIGINT, duckdb::DefaultCasts::ReinterpretCast,
      kExplicitOnly);
  add(LogicalType::TIMESTAMP_MS, LogicalType::BIGINT, duckdb::DefaultCasts::ReinterpretCast,
      kExplicitOnly);
  add(LogicalType::TIMESTAMP_S, LogicalType::BIGINT, duckdb::DefaultCasts::ReinterpretCast,
      kExplicitOnly);
  add(LogicalType::BIGINT, nanos, NumberToTimestamp<int64_t>, kExplicitOnly);
  add(LogicalType::INTEGER, nanos, NumberToTimestamp<int32_t>, kExplicitOnly);
  add(LogicalType::UBIGINT, nanos, NumberToTimestamp<uint64_t>, kExplicitOnly);
  add(LogicalType::DOUBLE, nanos, NumberToTimestamp<double>, kExplicitOnly);
  add(nanos, LogicalType::TIMESTAMP_MS, ToCoarseTimestamp<1'000'000>, kExplicitOnly);
  add(nanos, LogicalType::TIMESTAMP_S, ToCoarseTimestamp<kNanosPerSecond>, kExplicitOnly);
  add(nanos, LogicalType::DATE, TimestampToDate, kExplicitOnly);
  add(LogicalType::DATE, nanos, DateToTimestamp, 120);
}

}  // namespace

void RegisterCasts(duckdb::ExtensionLoader& loader) {
  RegisterTimestampCasts(loader);
  RegisterRealToIntegers<double>(loader, LogicalType::DOUBLE);
  RegisterRealToIntegers<float>(loader, LogicalType::FLOAT);
  RegisterTextToNumbers(loader);
  loader.RegisterCastFunction(LogicalType::DOUBLE, LogicalType::FLOAT, RealToShortReal,
                              kExplicitOnly);
  loader.RegisterCastFunction(LogicalType::DOUBLE, LogicalType::VARCHAR, RealToText<double>,
                              kImplicitTextCost);
  loader.RegisterCastFunction(LogicalType::FLOAT, LogicalType::VARCHAR, RealToText<float>,
                              kImplicitTextCost);
  loader.RegisterCastFunction(DurationType(), LogicalType::BIGINT, SameValues(), kExplicitOnly);
  loader.RegisterCastFunction(LogicalType::BIGINT, DurationType(), SameValues(), kExplicitOnly);
}

}  // namespace influxdb3::query::sql
