// Casts from and to timestamps, dates and times of day: nanoseconds kept, text read strictly.
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/function/cast/default_casts.hpp"

#include "query/duckdb/dialect/cast_rows.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/text_vector.h"
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
using duckdb::Vector;

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

/// To coarser timestamps, whose range is wider.
template <int64_t kUnitNanos>
bool TextToCoarseTimestamp(Vector& source, Vector& result, idx_t count,
                           CastParameters& parameters) {
  return CastRows<string_t, int64_t>(source, result, count, parameters,
                                     [](const string_t& text, int64_t* out, std::string* message) {
                                       const util::Result<Moment> moment = ParseMoment(View(text));
                                       if (moment.ok()) {
                                         *out = moment->seconds * (kNanosPerSecond / kUnitNanos) +
                                                moment->nanos / kUnitNanos;
                                       } else {
                                         *message = moment.status().message();
                                       }
                                       return moment.ok();
                                     });
}

template <class To, class Parse>
bool TextTo(Vector& source, Vector& result, idx_t count, CastParameters& parameters,
            const char* type, Parse parse) {
  return CastRows<string_t, To>(
      source, result, count, parameters, [&](const string_t& text, To* out, std::string* message) {
        const auto parsed = parse(View(text));
        if (parsed.has_value()) {
          *out = *parsed;
        } else {
          *message =
              fmt::format("Arrow error: Cast error: Cannot cast string '{}' to value of {} type",
                          View(text), type);
        }
        return parsed.has_value();
      });
}

bool TextToDate(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return TextTo<int32_t>(source, result, count, parameters, "Date32", ParseDate);
}

bool TextToTime(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return TextTo<int64_t>(source, result, count, parameters, "Time64(ns)", ParseTimeOfDay);
}

bool TextToInterval(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  duckdb::UnifiedVectorFormat texts;
  source.ToUnifiedFormat(count, texts);
  const bool constant = source.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
  IntervalWriter writer(result);
  bool all_cast = true;
  const idx_t rows = constant ? 1 : count;
  for (idx_t i = 0; i < rows; ++i) {
    const idx_t index = texts.sel->get_index(i);
    if (!texts.validity.RowIsValid(index)) {
      writer.SetNull(i);
      continue;
    }
    const auto parsed =
        ParseInterval(duckdb::UnifiedVectorFormat::GetData<string_t>(texts)[index].GetString());
    if (parsed.ok()) {
      writer.Set(i, *parsed);
      continue;
    }
    if (parameters.error_message == nullptr) ThrowFromFunction(parsed.status());
    *parameters.error_message = parsed.status().message();
    writer.SetNull(i);
    all_cast = false;
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  return all_cast;
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

bool TimestampToDate(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, int32_t>(source, result, count, [](int64_t nanos) {
    return static_cast<int32_t>(FloorDivide(nanos, kNanosPerDay));
  });
  return true;
}

bool NumberToDate(Vector& source, Vector& result, idx_t count, CastParameters& parameters) {
  return CastRows<int64_t, int32_t>(
      source, result, count, parameters, [](int64_t days, int32_t* out, std::string* message) {
        *out = static_cast<int32_t>(days);
        if (*out == days) return true;
        *message = fmt::format("Arrow error: Cast error: Can't cast value {} to type Date32", days);
        return false;
      });
}

bool DateToNumber(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int32_t, int64_t>(source, result, count,
                                                   [](int32_t days) { return int64_t{days}; });
  return true;
}

bool CountToReal(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, double>(
      source, result, count, [](int64_t value) { return static_cast<double>(value); });
  return true;
}

template <int64_t kUnitNanos>
bool CoarseTimestampToTime(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(source, result, count, [](int64_t value) {
    return FloorModulo(value, kNanosPerDay / kUnitNanos) * kUnitNanos;
  });
  return true;
}

/// Cut off towards 1970.
template <int64_t kUnits>
bool ToCoarserUnit(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(source, result, count,
                                                   [](int64_t value) { return value / kUnits; });
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

}  // namespace

namespace {

using Cast = duckdb::cast_function_t;

class Registrar {
 public:
  explicit Registrar(duckdb::ExtensionLoader& loader) : loader_(loader) {}

  void Add(const LogicalType& source, const LogicalType& target, Cast cast,
           int64_t cost = kExplicitOnly) {
    loader_.RegisterCastFunction(source, target, std::move(cast), cost);
  }
  /// Casts between types that store the same numbers.
  void AddSame(const LogicalType& source, const LogicalType& target) {
    loader_.RegisterCastFunction(source, target, duckdb::DefaultCasts::ReinterpretCast,
                                 kExplicitOnly);
  }

 private:
  duckdb::ExtensionLoader& loader_;
};

/// What timestamps coarser than nanoseconds are cast to.
template <int64_t kUnitNanos>
void AddCoarseTimestamp(Registrar& casts, const LogicalType& type) {
  casts.Add(LogicalType::VARCHAR, type, TextToCoarseTimestamp<kUnitNanos>);
  casts.Add(type, LogicalType::VARCHAR, CoarseTimestampToText<kUnitNanos>, kImplicitTextCost);
  casts.Add(type, LogicalTypeId::TIME_NS, CoarseTimestampToTime<kUnitNanos>);
  casts.Add(type, LogicalType::DOUBLE, CountToReal);
  casts.AddSame(type, LogicalType::BIGINT);
}

void AddDatesAndClocks(Registrar& casts) {
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  casts.Add(LogicalType::VARCHAR, LogicalType::DATE, TextToDate);
  casts.Add(LogicalType::VARCHAR, LogicalTypeId::TIME_NS, TextToTime);
  casts.Add(LogicalType::VARCHAR, NanoIntervalType(), TextToInterval);
  casts.Add(nanos, LogicalType::DATE, TimestampToDate);
  casts.Add(LogicalType::DATE, nanos, DateToTimestamp, 120);
  casts.Add(LogicalType::BIGINT, LogicalType::DATE, NumberToDate);
  casts.Add(LogicalType::DATE, LogicalType::BIGINT, DateToNumber);
  casts.AddSame(LogicalType::INTEGER, LogicalType::DATE);
  casts.AddSame(LogicalType::DATE, LogicalType::INTEGER);
  casts.AddSame(LogicalType::BIGINT, LogicalTypeId::TIME_NS);
  casts.AddSame(LogicalTypeId::TIME_NS, LogicalType::BIGINT);
}

}  // namespace

void RegisterTimeCasts(duckdb::ExtensionLoader& loader) {
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  const LogicalType micros = LogicalType::TIMESTAMP;
  const LogicalType millis = LogicalType::TIMESTAMP_MS;
  const LogicalType seconds = LogicalType::TIMESTAMP_S;
  Registrar casts(loader);
  casts.Add(LogicalType::VARCHAR, nanos, TextToTimestamp);
  casts.Add(nanos, LogicalType::VARCHAR, TimestampToText, kImplicitTextCost);
  casts.Add(nanos, LogicalType::DOUBLE, CountToReal);
  casts.AddSame(nanos, LogicalType::BIGINT);
  casts.Add(LogicalType::BIGINT, nanos, NumberToTimestamp<int64_t>);
  casts.Add(LogicalType::INTEGER, nanos, NumberToTimestamp<int32_t>);
  casts.AddSame(LogicalType::UBIGINT, nanos);
  casts.Add(LogicalType::DOUBLE, nanos, NumberToTimestamp<double>);
  AddCoarseTimestamp<1'000>(casts, micros);
  AddCoarseTimestamp<1'000'000>(casts, millis);
  AddCoarseTimestamp<kNanosPerSecond>(casts, seconds);
  casts.Add(nanos, millis, ToCoarserUnit<1'000'000>);
  casts.Add(nanos, seconds, ToCoarserUnit<kNanosPerSecond>);
  casts.Add(micros, millis, ToCoarserUnit<1'000>);
  casts.Add(micros, seconds, ToCoarserUnit<1'000'000>);
  casts.Add(millis, seconds, ToCoarserUnit<1'000>);
  AddDatesAndClocks(casts);
}

}  // namespace influxdb3::query::sql
