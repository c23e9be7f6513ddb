// date_part: fields of timestamps, dates and intervals, with the reference's result types.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::Function;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::Value;
using duckdb::Vector;
using util::Status;

enum class Part {
  kYear,
  kIsoYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kEpoch
};

Part ReadPart(const std::string& written) {
  static constexpr std::pair<const char*, Part> kNames[] = {{"year", Part::kYear},
                                                            {"y", Part::kYear},
                                                            {"yr", Part::kYear},
                                                            {"isoyear", Part::kIsoYear},
                                                            {"quarter", Part::kQuarter},
                                                            {"qtr", Part::kQuarter},
                                                            {"month", Part::kMonth},
                                                            {"mon", Part::kMonth},
                                                            {"week", Part::kWeek},
                                                            {"w", Part::kWeek},
                                                            {"day", Part::kDay},
                                                            {"d", Part::kDay},
                                                            {"hour", Part::kHour},
                                                            {"h", Part::kHour},
                                                            {"hr", Part::kHour},
                                                            {"minute", Part::kMinute},
                                                            {"m", Part::kMinute},
                                                            {"min", Part::kMinute},
                                                            {"second", Part::kSecond},
                                                            {"s", Part::kSecond},
                                                            {"sec", Part::kSecond},
                                                            {"millisecond", Part::kMillisecond},
                                                            {"ms", Part::kMillisecond},
                                                            {"msec", Part::kMillisecond},
                                                            {"microsecond", Part::kMicrosecond},
                                                            {"us", Part::kMicrosecond},
                                                            {"usec", Part::kMicrosecond},
                                                            {"nanosecond", Part::kNanosecond},
                                                            {"ns", Part::kNanosecond},
                                                            {"nsec", Part::kNanosecond},
                                                            {"dow", Part::kDayOfWeek},
                                                            {"dayofweek", Part::kDayOfWeek},
                                                            {"isodow", Part::kIsoDayOfWeek},
                                                            {"doy", Part::kDayOfYear},
                                                            {"dayofyear", Part::kDayOfYear},
                                                            {"epoch", Part::kEpoch}};
  std::string name = duckdb::StringUtil::Lower(written);
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const auto& [text, part] : kNames) {
      if (name == text) return part;
    }
    if (name.size() > 2 && name.back() == 's') name.pop_back();
  }
  ThrowFromFunction(
      Status::Internal(fmt::format("Execution error: Date part '{}' not supported", written)));
}

/// Days since the Monday of the week; Monday is 0.
int64_t Weekday(int64_t days) {
  return FloorModulo(days + 3, 7);
}

/// The Thursday of a week decides which year it belongs to.
struct IsoWeek {
  int32_t year;
  int32_t week;
};
IsoWeek IsoWeekOf(int64_t days) {
  const int64_t thursday = days - Weekday(days) + 3;
  const int32_t year = CivilFromDays(thursday).year;
  return {year, static_cast<int32_t>((thursday - DaysFromCivil(year, 1, 1)) / 7 + 1)};
}

int64_t DatePart(Part part, int64_t days) {
  const CivilDay civil = CivilFromDays(days);
  switch (part) {
    case Part::kYear: return civil.year;
    case Part::kIsoYear: return IsoWeekOf(days).year;
    case Part::kQuarter: return (civil.month - 1) / 3 + 1;
    case Part::kMonth: return civil.month;
    case Part::kWeek: return IsoWeekOf(days).week;
    case Part::kDay: return civil.day;
    case Part::kDayOfWeek: return (Weekday(days) + 1) % 7;
    case Part::kIsoDayOfWeek: return Weekday(days);
    case Part::kDayOfYear: return days - DaysFromCivil(civil.year, 1, 1) + 1;
    default: return 0;
  }
}

int64_t PartOf(Part part, int64_t nanos) {
  const int64_t days = FloorDivide(nanos, kNanosPerDay);
  const int64_t clock = nanos - days * kNanosPerDay;
  const int64_t minute = clock % (60 * kNanosPerSecond);
  switch (part) {
    case Part::kHour: return clock / (3600 * kNanosPerSecond);
    case Part::kMinute: return clock / (60 * kNanosPerSecond) % 60;
    case Part::kSecond: return minute / kNanosPerSecond;
    case Part::kMillisecond: return minute / 1'000'000;
    case Part::kMicrosecond: return minute / 1'000;
    case Part::kNanosecond: return minute;
    default: return DatePart(part, days);
  }
}

/// The part of `nanos_of(value)` for each value.
template <class Function>
void RunPartOf(Part part, DataChunk& arguments, Vector& result, const Function& nanos_of) {
  if (part == Part::kNanosecond) {
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        arguments.data[0], result, arguments.size(),
        [&](int64_t value) { return PartOf(part, nanos_of(value)); });
    return;
  }
  duckdb::UnaryExecutor::Execute<int64_t, int32_t>(
      arguments.data[0], result, arguments.size(),
      [&](int64_t value) { return static_cast<int32_t>(PartOf(part, nanos_of(value))); });
}

void RunPart(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const Part part = BoundValueOf<Part>(state);
  const std::string zone_name = TimestampZone(arguments.data[0].GetType());
  if (zone_name.empty()) {
    RunPartOf(part, arguments, result, [](int64_t nanos) { return nanos; });
    return;
  }
  const std::shared_ptr<const TimeZone> zone = RequireZone(zone_name);
  RunPartOf(part, arguments, result, [&](int64_t nanos) { return WallOf(nanos, *zone); });
}

void RunClockPart(DataChunk& arguments, ExpressionState& state, Vector& result) {
  RunPartOf(BoundValueOf<Part>(state), arguments, result, [](int64_t nanos) { return nanos; });
}

void RunEpoch(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, double>(
      arguments.data[0], result, arguments.size(),
      [](int64_t nanos) { return static_cast<double>(nanos) / 1e9; });
}

int64_t IntervalPart(Part part, const IntervalParts& parts) {
  switch (part) {
    case Part::kYear: return parts.months / 12;
    case Part::kMonth: return parts.months % 12;
    case Part::kDay: return parts.days;
    case Part::kHour: return parts.nanos / (3600 * kNanosPerSecond);
    case Part::kMinute: return parts.nanos / (60 * kNanosPerSecond) % 60;
    case Part::kSecond: return parts.nanos / kNanosPerSecond % 60;
    case Part::kMillisecond: return parts.nanos / 1'000'000 % 60'000;
    case Part::kMicrosecond: return parts.nanos / 1'000 % 60'000'000;
    case Part::kNanosecond: return parts.nanos % (60 * kNanosPerSecond);
    default:
      ThrowFromFunction(Status::Internal("Execution error: Date part not supported for intervals"));
  }
}

void RunIntervalPart(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const Part part = BoundValueOf<Part>(state);
  const IntervalReader reader(arguments.data[0], arguments.size());
  for (duckdb::idx_t i = 0; i < arguments.size(); ++i) {
    if (!reader.IsValid(i)) {
      result.SetValue(i, Value(result.GetType()));
    } else if (part == Part::kEpoch) {
      const IntervalParts parts = reader.At(i);
      const double days = static_cast<double>(parts.months) * 30.0 + parts.days;
      result.SetValue(i, Value::DOUBLE(days * 86400.0 + static_cast<double>(parts.nanos) / 1e9));
    } else {
      result.SetValue(
          i, Value::BIGINT(IntervalPart(part, reader.At(i))).DefaultCastAs(result.GetType()));
    }
  }
}

duckdb::unique_ptr<duckdb::FunctionData> BindPart(ClientContext& context, ScalarFunction& function,
                                                  BoundArguments& arguments) {
  const Value unit = ConstantArgument(context, *arguments[0],
                                      "First argument of `DATE_PART` must be non-null scalar Utf8");
  if (unit.IsNull() || unit.type().id() != LogicalTypeId::VARCHAR) {
    ThrowFromFunction(Status::InvalidArgument(
        "Execution error: First argument of `DATE_PART` must be non-null scalar Utf8"));
  }
  const Part part = ReadPart(duckdb::StringValue::Get(unit));
  const LogicalType type = arguments[1]->return_type;
  const bool interval = type.id() == LogicalTypeId::INTERVAL || IsNanoInterval(type);
  Function::EraseArgument(function, arguments, 0);
  function.return_type = part == Part::kEpoch        ? LogicalType::DOUBLE
                         : part == Part::kNanosecond ? LogicalType::BIGINT
                                                     : LogicalType::INTEGER;
  if (interval) {
    function.arguments[0] = type;
    function.function = RunIntervalPart;
  } else if ((type.id() == LogicalTypeId::TIME || type.id() == LogicalTypeId::TIME_NS) &&
             part >= Part::kHour && part <= Part::kNanosecond) {
    function.arguments[0] = LogicalTypeId::TIME_NS;
    function.function = RunClockPart;
  } else if (IsDuration(type) || type.IsNumeric() || type.id() == LogicalTypeId::BOOLEAN) {
    ThrowFromFunction(Status::InvalidArgument(fmt::format(
        "Error during planning: date_part expects a timestamp, but got {}", ArrowTypeText(type))));
  } else {
    function.arguments[0] =
        type.id() == LogicalTypeId::TIMESTAMP_NS ? type : LogicalType(LogicalTypeId::TIMESTAMP_NS);
    function.function = part == Part::kEpoch ? RunEpoch : RunPart;
  }
  return duckdb::make_uniq<BoundValue<Part>>(part);
}

}  // namespace

void RegisterTimeParts(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Polymorphic("iox_date_part", 2, BindPart));
}

}  // namespace influxdb3::query::sql
