// Casts with the reference's meaning: floats truncated, strict numbers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/generic_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/function/cast/default_casts.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/cast_rows.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/text_vector.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::CastParameters;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;

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

bool TextToBoolean(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  static constexpr std::string_view kTrue[] = {"t",  "tr",  "tru", "true", "y",
                                               "ye", "yes", "on",  "1"};
  static constexpr std::string_view kFalse[] = {"f", "fa", "fal", "fals", "false",
                                                "n", "no", "of",  "off",  "0"};
  return CastRows<string_t, bool>(
      source, result, count, parameters, [](const string_t& text, bool* out, std::string* message) {
        std::string word = duckdb::StringUtil::Lower(text.GetString());
        duckdb::StringUtil::Trim(word);
        *out = std::find(std::begin(kTrue), std::end(kTrue), word) != std::end(kTrue);
        if (*out) return true;
        if (std::find(std::begin(kFalse), std::end(kFalse), word) != std::end(kFalse)) return true;
        *message =
            fmt::format("Arrow error: Cast error: Cannot cast value '{}' to value of Boolean type",
                        text.GetString());
        return false;
      });
}

}  // namespace

void RegisterCasts(duckdb::ExtensionLoader& loader) {
  RegisterTimeCasts(loader);
  RegisterRealToIntegers<double>(loader, LogicalType::DOUBLE);
  RegisterRealToIntegers<float>(loader, LogicalType::FLOAT);
  RegisterTextToNumbers(loader);
  loader.RegisterCastFunction(LogicalType::VARCHAR, LogicalType::BOOLEAN, TextToBoolean,
                              kExplicitOnly);
  loader.RegisterCastFunction(LogicalType::DOUBLE, LogicalType::FLOAT, RealToShortReal,
                              kExplicitOnly);
  loader.RegisterCastFunction(LogicalType::DOUBLE, LogicalType::VARCHAR, RealToText<double>,
                              kImplicitTextCost);
  loader.RegisterCastFunction(LogicalType::FLOAT, LogicalType::VARCHAR, RealToText<float>,
                              kImplicitTextCost);
}

}  // namespace influxdb3::query::sql
