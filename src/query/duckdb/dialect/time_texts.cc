// Texts of intervals, durations, times of day and zoned timestamps, and what other types than text
// such values become.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/cast_rows.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/time_texts.h"
#include "query/duckdb/dialect/timestamp_text.h"
#include "query/duckdb/dialect/zone_clock.h"
#include "query/format/time_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::CastParameters;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;

constexpr int64_t kImplicitCost = 10;

/// Runs `write(char*)`, which returns the end of what it wrote.
template <class Write>
string_t Written(Vector& result, Write write) {
  char text[kTimeBytesMax];
  const char* end = write(text);
  return StringVector::AddString(result, text, static_cast<idx_t>(end - text));
}

bool IntervalToText(Vector& source, Vector& result, idx_t count, CastParameters&) {
  const IntervalReader reader(source, count);
  const bool constant = source.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* const texts = duckdb::FlatVector::GetData<string_t>(result);
  const idx_t rows = constant ? 1 : count;
  for (idx_t i = 0; i < rows; ++i) {
    if (!reader.IsValid(i)) {
      duckdb::FlatVector::SetNull(result, i, true);
      continue;
    }
    const IntervalParts parts = reader.At(i);
    texts[i] = Written(result, [&](char* out) {
      return WriteInterval(parts.months, parts.days, parts.nanos, 9, out);
    });
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  return true;
}

bool DurationToText(Vector& source, Vector& result, idx_t count, CastParameters&) {
  const int64_t unit = TimeUnitNanos(source.GetType());
  duckdb::UnaryExecutor::Execute<int64_t, string_t>(source, result, count, [&](int64_t value) {
    return StringVector::AddString(result, DurationText(value, unit));
  });
  return true;
}

bool ClockToText(Vector& source, Vector& result, idx_t count, CastParameters&) {
  const int64_t unit = source.GetType().id() == LogicalTypeId::TIME ? 1'000 : 1;
  duckdb::UnaryExecutor::Execute<int64_t, string_t>(source, result, count, [&](int64_t value) {
    return Written(result, [&](char* out) { return WriteTimeOfDay(value * unit, out); });
  });
  return true;
}

bool SpanToNanoInterval(Vector& source, Vector& result, idx_t count, CastParameters&) {
  const IntervalReader reader(source, count);
  const bool constant = source.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
  IntervalWriter writer(result);
  const idx_t rows = constant ? 1 : count;
  for (idx_t i = 0; i < rows; ++i) {
    if (reader.IsValid(i)) {
      writer.Set(i, reader.At(i));
    } else {
      writer.SetNull(i);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  return true;
}

bool DurationToReal(Vector& source, Vector& result, idx_t count, CastParameters&) {
  duckdb::UnaryExecutor::Execute<int64_t, double>(
      source, result, count, [](int64_t value) { return static_cast<double>(value); });
  return true;
}

/// A function of zoned timestamps that leaves values of all other types alone.
template <class Bind>
ScalarFunction ForZoned(const char* name, Bind bind) {
  ScalarFunction function = Polymorphic(name, 1, bind);
  function.bind_expression = KeepUnlessBound;
  return function;
}

duckdb::unique_ptr<duckdb::FunctionData> BindFor(ScalarFunction& function,
                                                 BoundArguments& arguments, LogicalType result,
                                                 duckdb::scalar_function_t run) {
  const LogicalType type = arguments[0]->return_type;
  if (TimestampZone(type).empty()) return nullptr;
  function.arguments = {type};
  function.return_type = std::move(result);
  function.function = std::move(run);
  return duckdb::make_uniq<BoundValue<bool>>(true);
}

void RunZonedText(DataChunk& arguments, ExpressionState&, Vector& result) {
  const std::shared_ptr<const TimeZone> zone =
      RequireZone(TimestampZone(arguments.data[0].GetType()));
  duckdb::UnaryExecutor::Execute<int64_t, string_t>(
      arguments.data[0], result, arguments.size(), [&](int64_t nanos) {
        const int64_t seconds = FloorDivide(nanos, kNanosPerSecond);
        return Written(result, [&](char* out) {
          return WriteTimestamp(seconds, static_cast<uint32_t>(nanos - seconds * kNanosPerSecond),
                                zone.get(), out);
        });
      });
}

void RunClock(DataChunk& arguments, ExpressionState&, Vector& result) {
  const std::shared_ptr<const TimeZone> zone =
      RequireZone(TimestampZone(arguments.data[0].GetType()));
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(),
      [&](int64_t nanos) { return WallOf(nanos, *zone); });
}

void RunSameNumber(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [](int64_t value) { return value; });
}

duckdb::unique_ptr<duckdb::FunctionData> BindShown(duckdb::ClientContext&, ScalarFunction& function,
                                                   BoundArguments& arguments) {
  return BindFor(function, arguments, LogicalType::VARCHAR, RunZonedText);
}

duckdb::unique_ptr<duckdb::FunctionData> BindClock(duckdb::ClientContext&, ScalarFunction& function,
                                                   BoundArguments& arguments) {
  return BindFor(function, arguments, LogicalTypeId::TIMESTAMP_NS, RunClock);
}

duckdb::unique_ptr<duckdb::FunctionData> BindWithoutZone(duckdb::ClientContext&,
                                                         ScalarFunction& function,
                                                         BoundArguments& arguments) {
  return BindFor(function, arguments, LogicalTypeId::TIMESTAMP_NS, RunSameNumber);
}

/// Clock times of the zone of the second argument's type.
struct ClockZone {
  std::string zone;
  bool operator==(const ClockZone& other) const { return zone == other.zone; }
};

[[noreturn]] void ThrowNoInstant() {
  ThrowFromFunction(util::Status::Internal(
      "Arrow error: Cast error: Cannot cast timezone to different timezone"));
}

void RunInZone(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const std::shared_ptr<const TimeZone> zone = RequireZone(BoundValueOf<ClockZone>(state).zone);
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(), [&](int64_t nanos) {
        const std::optional<int64_t> instant = OnlyInstantOf(nanos, *zone);
        if (!instant.has_value()) ThrowNoInstant();
        return *instant;
      });
}

void RunTextInZone(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const std::shared_ptr<const TimeZone> zone = RequireZone(BoundValueOf<ClockZone>(state).zone);
  duckdb::UnaryExecutor::Execute<string_t, int64_t>(
      arguments.data[0], result, arguments.size(), [&](const string_t& text) {
        const util::Result<int64_t> nanos =
            ParseTimestamp({text.GetData(), text.GetSize()}, zone.get());
        if (!nanos.ok()) ThrowFromFunction(nanos.status());
        return *nanos;
      });
}

/// iox_in_zone_of(x, y): a time or a text without a zone that is compared with a zoned `y`.
duckdb::unique_ptr<duckdb::FunctionData> BindInZoneOf(duckdb::ClientContext&,
                                                      ScalarFunction& function,
                                                      BoundArguments& arguments) {
  const std::string zone = TimestampZone(arguments[1]->return_type);
  const LogicalType type = arguments[0]->return_type;
  const bool text =
      type.id() == LogicalTypeId::VARCHAR || type.id() == LogicalTypeId::STRING_LITERAL;
  const bool time =
      type.id() == LogicalTypeId::TIMESTAMP_NS || type.id() == LogicalTypeId::TIMESTAMP ||
      type.id() == LogicalTypeId::TIMESTAMP_MS || type.id() == LogicalTypeId::TIMESTAMP_SEC;
  if (zone.empty() || !TimestampZone(type).empty() || (!text && !time)) return nullptr;
  duckdb::Function::EraseArgument(function, arguments, 1);
  const LogicalType nanos(LogicalTypeId::TIMESTAMP_NS);
  function.arguments = {text ? LogicalType(LogicalType::VARCHAR) : nanos};
  function.return_type = nanos;
  function.function = text ? RunTextInZone : RunInZone;
  return duckdb::make_uniq<BoundValue<ClockZone>>(ClockZone{zone});
}

duckdb::unique_ptr<duckdb::FunctionData> BindSortKey(duckdb::ClientContext& context,
                                                     ScalarFunction& function,
                                                     BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  if (!IsDuration(type) && !IsNanoInterval(type)) {
    return BindWithoutZone(context, function, arguments);
  }
  function.arguments = {type};
  function.return_type = IsDuration(type)
                             ? LogicalType(LogicalTypeId::BIGINT)
                             : LogicalType::STRUCT(duckdb::StructType::GetChildTypes(type));
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
    result.Reinterpret(chunk.data[0]);
  };
  return duckdb::make_uniq<BoundValue<bool>>(true);
}

}  // namespace

std::string DurationText(int64_t value, int64_t unit_nanos) {
  const int64_t per_second = kNanosPerSecond / unit_nanos;
  const int64_t seconds = value / per_second;
  const int64_t fraction = value % per_second;
  std::string text = fmt::format("{} days {} hours {} mins ", seconds / kSecondsPerDay,
                                 seconds / 3600 % 24, seconds / 60 % 60);
  const int64_t rest = seconds % 60;
  if (value < 0 && rest == 0 && fraction != 0) text += '-';
  text += fmt::format("{}", rest);
  const int digits = unit_nanos == 1           ? 9
                     : unit_nanos == 1'000     ? 6
                     : unit_nanos == 1'000'000 ? 3
                                               : 0;
  if (digits > 0) text += fmt::format(".{:0{}}", fraction < 0 ? -fraction : fraction, digits);
  return text + " secs";
}

void RegisterTimeTexts(duckdb::ExtensionLoader& loader) {
  const auto cast = [&](const LogicalType& source, const LogicalType& target,
                        duckdb::cast_function_t function, int64_t cost) {
    loader.RegisterCastFunction(source, target, function, cost);
  };
  const LogicalType text = LogicalType::VARCHAR;
  cast(LogicalType::INTERVAL, text, IntervalToText, kImplicitTextCost);
  cast(NanoIntervalType(), text, IntervalToText, kImplicitTextCost);
  cast(LogicalType::TIME, text, ClockToText, kImplicitTextCost);
  cast(LogicalTypeId::TIME_NS, text, ClockToText, kImplicitTextCost);
  cast(LogicalType::INTERVAL, NanoIntervalType(), SpanToNanoInterval, kImplicitCost);
  for (const int64_t unit : {int64_t{1}, int64_t{1'000}, int64_t{1'000'000}, kNanosPerSecond}) {
    const LogicalType duration = DurationType(unit);
    cast(duration, text, DurationToText, kImplicitTextCost);
    cast(duration, NanoIntervalType(), SpanToNanoInterval, kExplicitOnly);
    cast(duration, LogicalType::DOUBLE, DurationToReal, kExplicitOnly);
    loader.RegisterCastFunction(duration, LogicalType::BIGINT,
                                duckdb::DefaultCasts::ReinterpretCast, kExplicitOnly);
    loader.RegisterCastFunction(LogicalType::BIGINT, duration,
                                duckdb::DefaultCasts::ReinterpretCast, kExplicitOnly);
  }
  loader.RegisterFunction(ForZoned("iox_shown", BindShown));
  loader.RegisterFunction(ForZoned("iox_clock", BindClock));
  loader.RegisterFunction(ForZoned("iox_without_zone", BindWithoutZone));
  loader.RegisterFunction(ForZoned("iox_sort_key", BindSortKey));
  ScalarFunction in_zone = Polymorphic("iox_in_zone_of", 2, BindInZoneOf);
  in_zone.bind_expression = KeepUnlessBound;
  in_zone.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(in_zone);
}

}  // namespace influxdb3::query::sql
