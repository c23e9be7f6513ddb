// date_part: fields of timestamps, dates and intervals, with the reference's result types.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/time_signatures.h"
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
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kEpoch
};

/// What the reference calls the part in errors.
const char* NameOf(Part part) {
  switch (part) {
    case Part::kYear: return "Year";
    case Part::kQuarter: return "Quarter";
    case Part::kMonth: return "Month";
    case Part::kWeek: return "Week";
    case Part::kDay: return "Day";
    case Part::kHour: return "Hour";
    case Part::kMinute: return "Minute";
    case Part::kDayOfWeek: return "DayOfWeekSunday0";
    case Part::kIsoDayOfWeek: return "DayOfWeekMonday0";
    case Part::kDayOfYear: return "DayOfYear";
    default: return "Second";
  }
}

struct PartNames {
  Part part;
  std::string_view names[5];
};
constexpr PartNames kParts[] = {
    {Part::kYear, {"year", "years", "y", "yr", "yrs"}},
    {Part::kQuarter, {"quarter", "qtr"}},
    {Part::kMonth, {"month", "months", "mon", "mons"}},
    {Part::kWeek, {"week", "weeks", "w"}},
    {Part::kDay, {"day", "days", "d"}},
    {Part::kHour, {"hour", "hours", "h", "hr", "hrs"}},
    {Part::kMinute, {"minute", "minutes", "m", "min", "mins"}},
    {Part::kSecond, {"second", "seconds", "s", "sec", "secs"}},
    {Part::kMillisecond, {"millisecond", "milliseconds", "ms", "msec", "msecs"}},
    {Part::kMicrosecond, {"microsecond", "microseconds", "us", "usec", "usecs"}},
    {Part::kDayOfWeek, {"dow"}},
    {Part::kIsoDayOfWeek, {"isodow"}},
    {Part::kDayOfYear, {"doy"}},
    {Part::kEpoch, {"epoch"}}};

Part ReadPart(std::string written) {
  if (written.size() > 2 && written.front() == written.back() &&
      (written.front() == '\'' || written.front() == '"')) {
    written = written.substr(1, written.size() - 2);
  }
  const std::string name = duckdb::StringUtil::Lower(written);
  for (const PartNames& known : kParts) {
    for (const std::string_view each : known.names) {
      if (!each.empty() && name == each) return known.part;
    }
  }
  if (name == "nanosecond" || name == "nanoseconds") {
    ThrowFromFunction(
        Status::Unsupported("This feature is not implemented: Date part Nanosecond not supported"));
  }
  ThrowFromFunction(
      Status::Internal(fmt::format("Execution error: Date part '{}' not supported", written)));
}

/// Days since the Monday of the week; Monday is 0.
int64_t Weekday(int64_t days) {
  return FloorModulo(days + 3, 7);
}

/// The Thursday of a week decides which year it belongs to.
int64_t IsoWeekOf(int64_t days) {
  const int64_t thursday = days - Weekday(days) + 3;
  return (thursday - DaysFromCivil(CivilFromDays(thursday).year, 1, 1)) / 7 + 1;
}

int64_t DatePart(Part part, int64_t days) {
  const CivilDay civil = CivilFromDays(days);
  switch (part) {
    case Part::kYear: return civil.year;
    case Part::kQuarter: return (civil.month - 1) / 3 + 1;
    case Part::kMonth: return civil.month;
    case Part::kWeek: return IsoWeekOf(days);
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
    default: return DatePart(part, days);
  }
}

/// The part of `nanos_of(value)` for each value.
template <class Function>
void RunPartOf(Part part, DataChunk& arguments, Vector& result, const Function& nanos_of) {
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
  const auto per_second =
      static_cast<double>(kNanosPerSecond / TimeUnitNanos(arguments.data[0].GetType()));
  duckdb::UnaryExecutor::Execute<int64_t, double>(
      arguments.data[0], result, arguments.size(),
      [&](int64_t value) { return static_cast<double>(value) / per_second; });
}

/// A span's seconds, and the nanoseconds behind them where the reference sees those.
struct SpanSeconds {
  int64_t seconds;
  int64_t nanos;
};

/// The reference counts a span's nanoseconds in 32 bits and takes none where they do not fit.
int64_t VisibleNanos(int64_t nanos) {
  return nanos == static_cast<int32_t>(nanos) ? nanos % kNanosPerSecond : 0;
}

SpanSeconds SecondsOf(const IntervalParts& parts, bool duration) {
  if (duration) return {parts.nanos / kNanosPerSecond, VisibleNanos(parts.nanos)};
  const int64_t minute = parts.nanos % (60 * kNanosPerSecond);
  return {minute / kNanosPerSecond, VisibleNanos(minute)};
}

int64_t SpanPart(Part part, const IntervalParts& parts, bool duration) {
  const SpanSeconds span = SecondsOf(parts, duration);
  const int64_t minutes = parts.nanos / (60 * kNanosPerSecond);
  const int64_t days = duration ? parts.nanos / kNanosPerDay : parts.days;
  switch (part) {
    case Part::kYear: return parts.months / 12;
    case Part::kMonth: return parts.months % 12;
    case Part::kWeek: return days / 7;
    case Part::kDay: return days;
    case Part::kHour: return parts.nanos / (3600 * kNanosPerSecond);
    case Part::kMinute: return duration ? minutes : minutes % 60;
    case Part::kMillisecond: return span.seconds * 1'000 + span.nanos / 1'000'000;
    case Part::kMicrosecond: return span.seconds * 1'000'000 + span.nanos / 1'000;
    default: return span.seconds;
  }
}

void RunSpanPart(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const Part part = BoundValueOf<Part>(state);
  const bool duration = IsDuration(arguments.data[0].GetType());
  const IntervalReader reader(arguments.data[0], arguments.size());
  const bool constant = arguments.AllConstant();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  const duckdb::idx_t count = constant ? 1 : arguments.size();
  for (duckdb::idx_t i = 0; i < count; ++i) {
    if (!reader.IsValid(i)) {
      duckdb::FlatVector::SetNull(result, i, true);
    } else if (part == Part::kEpoch) {
      const SpanSeconds span = SecondsOf(reader.At(i), duration);
      duckdb::FlatVector::GetData<double>(result)[i] =
          static_cast<double>(span.seconds) + static_cast<double>(span.nanos) / 1e9;
    } else {
      duckdb::FlatVector::GetData<int32_t>(result)[i] =
          static_cast<int32_t>(SpanPart(part, reader.At(i), duration));
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

[[noreturn]] void ThrowNoPart(Part part, const LogicalType& type) {
  ThrowFromFunction(Status::Internal(fmt::format(
      "Arrow error: Compute error: {} does not support: {}", NameOf(part), ArrowTypeText(type))));
}

bool IsClockPart(Part part) {
  return part >= Part::kHour && part <= Part::kMicrosecond;
}

/// Raises an error for parts that spans do not have.
void CheckSpanPart(Part part, const LogicalType& type) {
  const bool calendar = part == Part::kYear || part == Part::kMonth;
  if (part == Part::kQuarter || (part >= Part::kDayOfWeek && part != Part::kEpoch) ||
      (calendar && IsDuration(type))) {
    ThrowNoPart(part, type);
  }
}

/// The reference's words for arguments of other kinds than times.
[[noreturn]] void ThrowNoSignatureOfPart(const BoundArguments& arguments) {
  constexpr const char* kBug =
      ".\nThis issue was likely caused by a bug in DataFusion's code. Please help us to resolve "
      "this "
      "by filing a bug report in our issue tracker: https://github.com/apache/datafusion/issues";
  constexpr const char* kText =
      "Coercion(TypeSignatureClass::Native(LogicalType(Native(String), String)))";
  constexpr const char* kClasses[] = {"Timestamp", "Native(LogicalType(Native(Date), Date))",
                                      "Time", "Interval", "Duration"};
  std::string reasons;
  std::string candidates;
  for (const char* kind : kClasses) {
    if (!reasons.empty()) reasons += ",";
    if (arguments.size() == 2) {
      const std::string type = ArrowTypeText(arguments[1]->return_type);
      reasons += fmt::format(
          "Internal error: Expect TypeSignatureClass::{0} but received NativeType::{1}, DataType: "
          "{1}{2}",
          kind, type, kBug);
    } else {
      reasons += fmt::format(
          "Error during planning: Function 'date_part' expects 2 arguments but received {}",
          arguments.size());
    }
    const bool timestamp = candidates.empty();
    candidates += fmt::format(
        "\n\tdate_part({}, Coercion(TypeSignatureClass::{}{}))", kText, kind,
        timestamp ? ", implicit_coercion=ImplicitCoercion([Native(LogicalType(Native(String), "
                    "String))], default_type=Timestamp(Nanosecond, None))"
                  : "");
  }
  ThrowFromFunction(Status::InvalidArgument(
      fmt::format("Error during planning: Internal error: Function 'date_part' failed to match any "
                  "signature, errors: {}{} No function matches the given name and argument types "
                  "'date_part({})'. You might need to add explicit type casts.\n\tCandidate "
                  "functions:{}",
                  reasons, kBug, ArgumentTypes(arguments), candidates)));
}

void BindPartOf(Part part, const LogicalType& type, ScalarFunction& function) {
  const bool clock = type.id() == LogicalTypeId::TIME || type.id() == LogicalTypeId::TIME_NS;
  if (IsDuration(type) || type.id() == LogicalTypeId::INTERVAL || IsNanoInterval(type)) {
    CheckSpanPart(part, type);
    function.arguments = {type};
    function.function = RunSpanPart;
  } else if (clock) {
    if (part != Part::kEpoch && !IsClockPart(part)) ThrowNoPart(part, type);
    function.arguments = {LogicalTypeId::TIME_NS};
    function.function = part == Part::kEpoch ? RunEpoch : RunClockPart;
  } else if (part == Part::kEpoch &&
             (type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_MS ||
              type.id() == LogicalTypeId::TIMESTAMP_SEC)) {
    function.arguments = {type};
    function.function = RunEpoch;
  } else {
    function.arguments = {
        type.id() == LogicalTypeId::TIMESTAMP_NS ? type : LogicalType(LogicalTypeId::TIMESTAMP_NS)};
    function.function = part == Part::kEpoch ? RunEpoch : RunPart;
  }
}

duckdb::unique_ptr<duckdb::FunctionData> BindPart(ClientContext& context, ScalarFunction& function,
                                                  BoundArguments& arguments) {
  if (arguments.size() != 2) ThrowNoSignatureOfPart(arguments);
  FixArguments(function, arguments);
  const LogicalType type = arguments[1]->return_type;
  if ((!IsDuration(type) && type.IsNumeric()) || type.id() == LogicalTypeId::BOOLEAN) {
    ThrowNoSignatureOfPart(arguments);
  }
  const Value unit = arguments[0]->IsFoldable()
                         ? duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[0])
                         : Value();
  if (unit.IsNull() || unit.type().id() != LogicalTypeId::VARCHAR) {
    ThrowFromFunction(Status::Internal(
        "Execution error: First argument of `DATE_PART` must be non-null scalar Utf8"));
  }
  const Part part = ReadPart(duckdb::StringValue::Get(unit));
  if (type.id() == LogicalTypeId::SQLNULL) {
    if (part != Part::kEpoch) ThrowNoPart(part, type);
    ThrowFromFunction(Status::Internal("Execution error: Cannot convert Null to epoch"));
  }
  Function::EraseArgument(function, arguments, 0);
  function.return_type = part == Part::kEpoch ? LogicalType::DOUBLE : LogicalType::INTEGER;
  BindPartOf(part, type, function);
  return duckdb::make_uniq<BoundValue<Part>>(part);
}

}  // namespace

void RegisterTimeParts(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Variadic("iox_date_part", BindPart));
}

}  // namespace influxdb3::query::sql
