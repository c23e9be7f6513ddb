// date_bin and date_trunc in nanoseconds.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/time_signatures.h"
#include "query/duckdb/dialect/time_stride.h"
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
using util::Result;
using util::Status;

bool IsTimestamp(const LogicalType& type) {
  return type.id() == LogicalTypeId::TIMESTAMP_NS || type.id() == LogicalTypeId::TIMESTAMP ||
         type.id() == LogicalTypeId::TIMESTAMP_MS || type.id() == LogicalTypeId::TIMESTAMP_SEC;
}

/// What is read as a timestamp.
bool IsMoment(const LogicalType& type) {
  return IsTimestamp(type) || type.id() == LogicalTypeId::DATE ||
         type.id() == LogicalTypeId::VARCHAR || type.id() == LogicalTypeId::STRING_LITERAL ||
         type.id() == LogicalTypeId::SQLNULL;
}

bool IsInterval(const LogicalType& type) {
  return type.id() == LogicalTypeId::INTERVAL || IsNanoInterval(type);
}
bool IsText(const LogicalType& type) {
  return type.id() == LogicalTypeId::VARCHAR || type.id() == LogicalTypeId::STRING_LITERAL;
}

/// A timestamp argument: in nanoseconds, its zone kept.
LogicalType TimeArgument(const LogicalType& type) {
  return type.id() == LogicalTypeId::TIMESTAMP_NS ? type : LogicalType(LogicalTypeId::TIMESTAMP_NS);
}

[[noreturn]] void ThrowNotLiteral(const char* what) {
  ThrowFromFunction(Status::Unsupported(
      fmt::format("This feature is not implemented: DATE_BIN only supports literal values for the "
                  "{} argument, not arrays",
                  what)));
}

}  // namespace

Stride ReadStride(const Value& value) {
  IntervalParts parts;
  if (value.type().id() == LogicalTypeId::VARCHAR && !value.IsNull()) {
    Result<IntervalParts> parsed = ParseInterval(duckdb::StringValue::Get(value));
    if (!parsed.ok()) {
      ThrowFromFunction(Status::Internal(
          "Optimizer rule 'simplify_expressions' failed\ncaused by\n" + parsed.status().message()));
    }
    parts = *parsed;
  } else if (!value.IsNull() &&
             (value.type().id() == LogicalTypeId::INTERVAL || IsNanoInterval(value.type()))) {
    parts = IntervalFromValue(value);
  } else {
    ThrowFromFunction(Status::Internal(fmt::format(
        "Execution error: DATE_BIN expects stride argument to be an INTERVAL but got {}",
        ArrowTypeText(value.type()))));
  }
  Stride stride;
  if (parts.months != 0 && (parts.days != 0 || parts.nanos != 0)) {
    ThrowFromFunction(
        Status::Unsupported("This feature is not implemented: DATE_BIN stride does not support "
                            "combination of month, day and nanosecond intervals"));
  }
  stride.months = parts.months;
  if (__builtin_mul_overflow(int64_t{parts.days}, kNanosPerDay, &stride.nanos) ||
      __builtin_add_overflow(stride.nanos, parts.nanos, &stride.nanos)) {
    ThrowFromFunction(Status::InvalidArgument("Execution error: DATE_BIN stride is too large"));
  }
  if (stride.months < 0) stride.months = -stride.months;
  if (stride.nanos < 0) stride.nanos = -stride.nanos;
  if (stride.months == 0 && stride.nanos == 0) {
    ThrowFromFunction(Status::Internal("Execution error: DATE_BIN stride must be non-zero"));
  }
  return stride;
}

int64_t BinNanos(int64_t time, int64_t stride, int64_t origin) {
  int64_t distance = 0;
  if (!__builtin_sub_overflow(time, origin, &distance)) {
    const auto remainder = static_cast<uint64_t>(FloorModulo(distance, stride));
    return static_cast<int64_t>(static_cast<uint64_t>(time) - remainder);
  }
  Wide128 remainder = (static_cast<Wide128>(time) - origin) % stride;
  if (remainder < 0) remainder += stride;
  return static_cast<int64_t>(time - remainder);
}

namespace {

int64_t MonthIndex(int64_t nanos) {
  const CivilDay civil = CivilFromDays(FloorDivide(nanos, kNanosPerDay));
  return static_cast<int64_t>(civil.year) * 12 + civil.month - 1;
}

int64_t PlusMonths(int64_t nanos, int64_t months) {
  const int64_t day = FloorDivide(nanos, kNanosPerDay);
  return AddMonths(day, months) * kNanosPerDay + (nanos - day * kNanosPerDay);
}

int64_t BinMonths(int64_t time, int64_t stride, int64_t origin) {
  int64_t months = FloorDivide(MonthIndex(time) - MonthIndex(origin), stride) * stride;
  int64_t start = PlusMonths(origin, months);
  if (start > time) start = PlusMonths(origin, months - stride);
  return start;
}

/// Neighbouring rows mostly share a bin, which costs no division then.
class BinCache {
 public:
  BinCache(int64_t stride, int64_t origin) : stride_(stride), origin_(origin) {}

  int64_t operator()(int64_t time) {
    if (time >= start_ && time < end_) return start_;
    const int64_t start = BinNanos(time, stride_, origin_);
    int64_t end = 0;
    if (start <= time && !__builtin_add_overflow(start, stride_, &end)) {
      start_ = start;
      end_ = end;
    }
    return start;
  }

 private:
  int64_t stride_;
  int64_t origin_;
  int64_t start_ = 1;
  int64_t end_ = 0;
};

void RunDateBin(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const Stride& stride = BoundValueOf<Stride>(state);
  if (stride.months != 0) {
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        arguments.data[0], result, arguments.size(),
        [&](int64_t time) { return BinMonths(time, stride.months, stride.origin); });
    return;
  }
  BinCache cache(stride.nanos, stride.origin);
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [&](int64_t time) { return cache(time); });
}

duckdb::unique_ptr<duckdb::FunctionData> BindDateBin(ClientContext& context,
                                                     ScalarFunction& function,
                                                     BoundArguments& arguments) {
  const auto type = [&](size_t i) { return arguments[i]->return_type; };
  if (arguments.size() < 2 || arguments.size() > 3 || (!IsInterval(type(0)) && !IsText(type(0))) ||
      !IsMoment(type(1)) || (arguments.size() == 3 && !IsMoment(type(2)))) {
    ThrowNoSignature("date_bin", arguments);
  }
  FixArguments(function, arguments);
  if (!arguments[0]->IsFoldable()) ThrowNotLiteral("stride");
  Stride stride = ReadStride(duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[0]));
  if (arguments.size() == 3) {
    if (!arguments[2]->IsFoldable()) ThrowNotLiteral("origin");
    Value origin = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[2]);
    if (origin.IsNull()) {
      ThrowFromFunction(
          Status::Internal("Execution error: DATE_BIN expects origin argument to be a TIMESTAMP "
                           "with nanosecond precision but got Timestamp(ns)"));
    }
    if (!IsTimestamp(type(2)) || type(2).id() != LogicalTypeId::TIMESTAMP_NS) {
      origin = origin.CastAs(context, LogicalTypeId::TIMESTAMP_NS);
    }
    stride.origin = origin.GetValueUnsafe<int64_t>();
    Function::EraseArgument(function, arguments, 2);
  }
  Function::EraseArgument(function, arguments, 0);
  function.arguments = {TimeArgument(arguments[0]->return_type)};
  function.return_type = function.arguments[0];
  return duckdb::make_uniq<BoundValue<Stride>>(stride);
}

enum class Granularity {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear
};

Granularity ReadGranularity(std::string name) {
  static constexpr std::pair<const char*, Granularity> kNames[] = {
      {"microsecond", Granularity::kMicrosecond},
      {"millisecond", Granularity::kMillisecond},
      {"second", Granularity::kSecond},
      {"minute", Granularity::kMinute},
      {"hour", Granularity::kHour},
      {"day", Granularity::kDay},
      {"week", Granularity::kWeek},
      {"month", Granularity::kMonth},
      {"quarter", Granularity::kQuarter},
      {"year", Granularity::kYear}};
  const std::string written = name;
  name = duckdb::StringUtil::Lower(name);
  for (const auto& [text, granularity] : kNames) {
    if (name == text) return granularity;
  }
  ThrowFromFunction(Status::Internal(fmt::format(
      "Execution error: Unsupported date_trunc granularity: '{}'. Supported values are: "
      "microsecond, millisecond, second, minute, hour, day, week, month, quarter, year",
      written)));
}

int64_t FixedLength(Granularity granularity) {
  switch (granularity) {
    case Granularity::kMicrosecond: return 1'000;
    case Granularity::kMillisecond: return 1'000'000;
    case Granularity::kSecond: return kNanosPerSecond;
    case Granularity::kMinute: return 60 * kNanosPerSecond;
    case Granularity::kHour: return 3600 * kNanosPerSecond;
    case Granularity::kDay: return kNanosPerDay;
    case Granularity::kWeek: return 7 * kNanosPerDay;
    default: return 0;
  }
}

int64_t TruncateMonths(Granularity granularity, int64_t time) {
  const int32_t months = granularity == Granularity::kMonth     ? 1
                         : granularity == Granularity::kQuarter ? 3
                                                                : 12;
  const CivilDay civil = CivilFromDays(FloorDivide(time, kNanosPerDay));
  const int32_t month = (civil.month - 1) / months * months + 1;
  return DaysFromCivil(civil.year, month, 1) * kNanosPerDay;
}

/// What date_trunc cuts to. Fractions of a second of a constant or of a time with a zone are cut
/// towards 1970, those of a column down.
struct Truncation {
  Granularity granularity;
  bool towards_epoch;
  bool operator==(const Truncation& other) const {
    return granularity == other.granularity && towards_epoch == other.towards_epoch;
  }
};

/// Times with a zone are cut where its clocks show the start of a unit.
void RunZonedDateTrunc(DataChunk& arguments, Granularity granularity, const std::string& name,
                       Vector& result) {
  const std::shared_ptr<const TimeZone> zone = RequireZone(name);
  const int64_t length = FixedLength(granularity);
  const int64_t origin = granularity == Granularity::kWeek ? -3 * kNanosPerDay : 0;
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(), [&](int64_t time) {
        const int64_t wall = WallOf(time, *zone);
        const int64_t start =
            length != 0 ? BinNanos(wall, length, origin) : TruncateMonths(granularity, wall);
        return InstantBefore(start, time, *zone);
      });
}

void RunDateTrunc(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto [granularity, towards_epoch] = BoundValueOf<Truncation>(state);
  const int64_t length = FixedLength(granularity);
  if (towards_epoch) {
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        arguments.data[0], result, arguments.size(),
        [&](int64_t time) { return time / length * length; });
    return;
  }
  const std::string zone = TimestampZone(result.GetType());
  if (!zone.empty()) {
    RunZonedDateTrunc(arguments, granularity, zone, result);
    return;
  }
  if (length != 0) {
    // Weeks start on Monday; 1970-01-01 was a Thursday.
    BinCache cache(length, granularity == Granularity::kWeek ? -3 * kNanosPerDay : 0);
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                     [&](int64_t time) { return cache(time); });
    return;
  }
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(),
      [&, unit = granularity](int64_t time) { return TruncateMonths(unit, time); });
}

duckdb::unique_ptr<duckdb::FunctionData> BindDateTrunc(ClientContext& context,
                                                       ScalarFunction& function,
                                                       BoundArguments& arguments) {
  if (arguments.size() != 2 || !IsMoment(arguments[1]->return_type)) {
    ThrowNoSignature("date_trunc", arguments);
  }
  FixArguments(function, arguments);
  const Value unit = arguments[0]->IsFoldable()
                         ? duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[0])
                         : Value();
  if (unit.IsNull()) {
    ThrowFromFunction(Status::Internal(
        "Execution error: Granularity of `date_trunc` must be non-null scalar Utf8"));
  }
  const Granularity granularity = ReadGranularity(unit.ToString());
  const LogicalType time = TimeArgument(arguments[1]->return_type);
  const bool fraction =
      granularity == Granularity::kMicrosecond || granularity == Granularity::kMillisecond;
  const bool towards_epoch =
      fraction && (arguments[1]->IsFoldable() || !TimestampZone(time).empty());
  Function::EraseArgument(function, arguments, 0);
  function.arguments = {time};
  function.return_type = time;
  return duckdb::make_uniq<BoundValue<Truncation>>(Truncation{granularity, towards_epoch});
}

}  // namespace

void RegisterTimeBins(duckdb::ExtensionLoader& loader) {
  ScalarFunction bin = Variadic("iox_date_bin", BindDateBin);
  bin.function = RunDateBin;
  loader.RegisterFunction(bin);
  ScalarFunction trunc = Variadic("iox_date_trunc", BindDateTrunc);
  trunc.function = RunDateTrunc;
  loader.RegisterFunction(trunc);
}

}  // namespace influxdb3::query::sql
