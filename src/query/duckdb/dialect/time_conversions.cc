// Conversions between timestamps, numbers and text.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/interval_vector.h"
#include "query/duckdb/dialect/time_format.h"
#include "query/duckdb/dialect/timestamp_text.h"
#include "query/duckdb/dialect/zone_clock.h"
#include "query/format/time_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::Function;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Value;
using duckdb::Vector;
using util::Result;
using util::Status;

std::string_view View(const string_t& text) {
  return {text.GetData(), text.GetSize()};
}
const LogicalType& Nanos() {
  static const auto& type = *new LogicalType(LogicalTypeId::TIMESTAMP_NS);
  return type;
}

bool IsTimestamp(LogicalTypeId id) {
  return id == LogicalTypeId::TIMESTAMP_NS || id == LogicalTypeId::TIMESTAMP ||
         id == LogicalTypeId::TIMESTAMP_MS || id == LogicalTypeId::TIMESTAMP_SEC;
}

int64_t UnitNanos(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TIMESTAMP_SEC: return kNanosPerSecond;
    case LogicalTypeId::TIMESTAMP_MS: return 1'000'000;
    case LogicalTypeId::TIMESTAMP: return 1'000;
    default: return 1;
  }
}

/// Text by the first of the formats that fits, or as RFC 3339 without any.
int64_t ParseText(std::string_view text, const std::vector<std::string>& formats) {
  Result<int64_t> parsed = formats.empty() ? ParseTimestamp(text) : ParseWith(text, formats[0]);
  for (size_t i = 1; !parsed.ok() && i < formats.size(); ++i) parsed = ParseWith(text, formats[i]);
  if (!parsed.ok()) ThrowFromFunction(parsed.status());
  return *parsed;
}

void RunTextToTimestamp(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& formats = BoundValueOf<std::vector<std::string>>(state);
  const int64_t unit = UnitNanos(result.GetType());
  duckdb::UnaryExecutor::Execute<string_t, int64_t>(
      arguments.data[0], result, arguments.size(),
      [&](string_t text) { return ParseText(View(text), formats) / unit; });
}

/// Coarser units cut off towards 1970, as the reference does.
void RunNanosToUnit(DataChunk& arguments, ExpressionState&, Vector& result) {
  const int64_t unit = UnitNanos(result.GetType());
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [&](int64_t nanos) { return nanos / unit; });
}

void RunSameNumber(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [](int64_t value) { return value; });
}

void RunDaysToNanos(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(), [](int64_t days) {
        int64_t nanos = 0;
        if (__builtin_mul_overflow(days, kNanosPerDay, &nanos)) {
          ThrowFromFunction(Status::Internal(
              fmt::format("Arrow error: Cast error: Can't cast value {} to type Date32", days)));
        }
        return nanos;
      });
}

std::vector<std::string> ReadFormats(ClientContext& context, ScalarFunction& function,
                                     BoundArguments& arguments) {
  std::vector<std::string> formats;
  while (arguments.size() > 1) {
    const Value format = ConstantArgument(
        context, *arguments[1], fmt::format("{} needs literal formats", function.name.substr(4)));
    if (!format.IsNull()) formats.push_back(format.ToString());
    // The function lists one argument only, the others are its variable part.
    arguments.erase_at(1);
  }
  return formats;
}

template <LogicalTypeId target>
duckdb::unique_ptr<duckdb::FunctionData> BindToTimestamp(ClientContext& context,
                                                         ScalarFunction& function,
                                                         BoundArguments& arguments) {
  std::vector<std::string> formats = ReadFormats(context, function, arguments);
  const LogicalType type = arguments[0]->return_type;
  function.varargs = LogicalType(LogicalTypeId::INVALID);
  function.return_type = LogicalType(target);
  if (type.id() == LogicalTypeId::VARCHAR) {
    function.arguments = {LogicalType::VARCHAR};
    function.function = RunTextToTimestamp;
  } else if (IsTimestamp(type.id()) || type.id() == LogicalTypeId::DATE) {
    const bool nanos = type.id() == LogicalTypeId::TIMESTAMP_NS;
    function.arguments = {nanos ? type : Nanos()};
    if (nanos && target == LogicalTypeId::TIMESTAMP_NS) function.return_type = type;
    function.function = RunNanosToUnit;
  } else if ((type.IsIntegral() && !IsDuration(type)) ||
             (type.id() == LogicalTypeId::SQLNULL && function.name != "iox_to_timestamp")) {
    function.arguments = {LogicalType::BIGINT};
    function.function = function.name == "iox_to_date" ? RunDaysToNanos : RunSameNumber;
  } else {
    ThrowFromFunction(Status::InvalidArgument(
        fmt::format("Error during planning: {} supports either 1 argument (being Int64 or "
                    "Timestamp), or multiple arguments, all of which being Utf8, but got {}",
                    function.name.substr(4), ArrowTypeText(type))));
  }
  return duckdb::make_uniq<BoundValue<std::vector<std::string>>>(std::move(formats));
}

template <LogicalTypeId target>
void RegisterToTimestamp(duckdb::ExtensionLoader& loader, const char* name) {
  ScalarFunction function = Polymorphic(name, 1, BindToTimestamp<target>);
  function.varargs = LogicalType::ANY;
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(function);
}

/// to_unixtime: whole seconds.
duckdb::unique_ptr<duckdb::FunctionData> BindToUnixTime(ClientContext& context,
                                                        ScalarFunction& function,
                                                        BoundArguments& arguments) {
  std::vector<std::string> formats = ReadFormats(context, function, arguments);
  function.varargs = LogicalType(LogicalTypeId::INVALID);
  function.return_type = LogicalType::BIGINT;
  const LogicalType type = arguments[0]->return_type;
  if (type.id() == LogicalTypeId::VARCHAR) {
    function.arguments = {LogicalType::VARCHAR};
    function.function = [](DataChunk& chunk, ExpressionState& state, Vector& result) {
      const auto& own = BoundValueOf<std::vector<std::string>>(state);
      duckdb::UnaryExecutor::Execute<string_t, int64_t>(
          chunk.data[0], result, chunk.size(),
          [&](string_t text) { return ParseText(View(text), own) / kNanosPerSecond; });
    };
  } else if (type.IsNumeric()) {
    function.arguments = {LogicalType::BIGINT};
    function.function = RunSameNumber;
  } else {
    function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : Nanos()};
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
          chunk.data[0], result, chunk.size(),
          [](int64_t nanos) { return nanos / kNanosPerSecond; });
    };
  }
  return duckdb::make_uniq<BoundValue<std::vector<std::string>>>(std::move(formats));
}

void RunToText(DataChunk& arguments, ExpressionState&, Vector& result) {
  const std::string name = TimestampZone(arguments.data[0].GetType());
  const std::shared_ptr<const TimeZone> zone = RequireZone(name.empty() ? "+00:00" : name);
  duckdb::BinaryExecutor::Execute<int64_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](int64_t nanos, string_t format) {
        Result<std::string> text = FormatWith(WallOf(nanos, *zone), View(format));
        if (!text.ok()) ThrowFromFunction(text.status());
        return StringVector::AddString(result, *text);
      });
}

duckdb::unique_ptr<duckdb::FunctionData> BindToText(ClientContext&, ScalarFunction& function,
                                                    BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : Nanos(),
                        LogicalType::VARCHAR};
  function.return_type = LogicalType::VARCHAR;
  return nullptr;
}

/// Nanoseconds of the unit a duration's type text names.
int64_t DurationUnit(const std::string& type_text) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"(Second)", kNanosPerSecond}, {"(s)", kNanosPerSecond}, {"(Millisecond)", 1'000'000},
      {"(ms)", 1'000'000},           {"(Microsecond)", 1'000}, {"(µs)", 1'000}};
  for (const auto& [name, nanos] : kUnits) {
    if (type_text.find(name) != std::string::npos) return nanos;
  }
  return 1;
}

/// arrow_cast to a timestamp: numbers count the type's own unit.
duckdb::unique_ptr<duckdb::FunctionData> BindArrowCast(ClientContext& context,
                                                       ScalarFunction& function,
                                                       BoundArguments& arguments) {
  const Value text = ConstantArgument(context, *arguments[1], "arrow_cast needs a constant type");
  const LogicalType target = TypeFromArrowText(text.ToString());
  Function::EraseArgument(function, arguments, 1);
  const LogicalType source = arguments[0]->return_type;
  function.return_type = target;
  const int64_t unit = IsDuration(target) ? DurationUnit(text.ToString()) : 1;
  if (source.IsIntegral() && !IsDuration(source)) {
    function.arguments = {LogicalType::BIGINT};
    function.function = [](DataChunk& chunk, ExpressionState& state, Vector& result) {
      const int64_t scale = BoundValueOf<int64_t>(state);
      duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
          chunk.data[0], result, chunk.size(), [&](int64_t count) { return count * scale; });
    };
  } else {
    // A zone is a matter of the type alone.
    function.arguments = {TimestampZone(target).empty() ? target : Nanos()};
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      result.Reinterpret(chunk.data[0]);
    };
  }
  return duckdb::make_uniq<BoundValue<int64_t>>(unit);
}

/// Whatever the argument is, only its type matters.
duckdb::unique_ptr<duckdb::FunctionData> BindTypeOf(ClientContext&, ScalarFunction& function,
                                                    BoundArguments& arguments) {
  function.arguments = {arguments[0]->return_type};
  function.return_type = LogicalType::VARCHAR;
  return duckdb::make_uniq<BoundValue<std::string>>(ArrowTypeText(arguments[0]->return_type));
}

void RunTypeOf(DataChunk&, ExpressionState& state, Vector& result) {
  result.Reference(Value(BoundValueOf<std::string>(state)));
}

/// Intervals and durations as one number, to compare one with the other. Months count 30 days.
duckdb::unique_ptr<duckdb::FunctionData> BindComparable(ClientContext&, ScalarFunction& function,
                                                        BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  function.arguments = {type};
  function.return_type = type;
  if (IsDuration(type)) {
    function.return_type = LogicalType::BIGINT;
    function.function = RunSameNumber;
  } else if (type.id() == LogicalTypeId::INTERVAL || IsNanoInterval(type)) {
    function.return_type = LogicalType::BIGINT;
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      const IntervalReader reader(chunk.data[0], chunk.size());
      for (duckdb::idx_t i = 0; i < chunk.size(); ++i) {
        if (!reader.IsValid(i)) {
          result.SetValue(i, Value(LogicalType::BIGINT));
          continue;
        }
        const IntervalParts parts = reader.At(i);
        result.SetValue(
            i, Value::BIGINT((parts.months * 30LL + parts.days) * kNanosPerDay + parts.nanos));
      }
    };
  } else {
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      result.Reference(chunk.data[0]);
    };
  }
  return nullptr;
}

/// The time argument of a selector.
duckdb::unique_ptr<duckdb::FunctionData> BindSelectorTime(ClientContext& context,
                                                          ScalarFunction& function,
                                                          BoundArguments& arguments) {
  const Value name = ConstantArgument(context, *arguments[1], "selector name");
  Function::EraseArgument(function, arguments, 1);
  const LogicalType type = arguments[0]->return_type;
  if (!IsTimestamp(type.id())) {
    ThrowFromFunction(Status::InvalidArgument(
        fmt::format("Error during planning: {} second argument must be a timestamp, but got {}",
                    name.ToString(), ArrowTypeText(type))));
  }
  function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : Nanos()};
  function.return_type = function.arguments[0];
  function.function = RunSameNumber;
  return nullptr;
}

void RunMakeDate(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::TernaryExecutor::Execute<int64_t, int64_t, int64_t, duckdb::date_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [](int64_t year, int64_t month, int64_t day) {
        constexpr int64_t kYearMax = 262'142;
        if (year < -kYearMax || year > kYearMax || month < 1 || month > 12 || day < 1 ||
            day > DaysInMonth(year, static_cast<int32_t>(month))) {
          ThrowFromFunction(Status::Internal(fmt::format(
              "Execution error: Unable to parse date from {}, {}, {}", year, month, day)));
        }
        return duckdb::date_t(static_cast<int32_t>(
            DaysFromCivil(year, static_cast<int32_t>(month), static_cast<int32_t>(day))));
      });
}

}  // namespace

void RegisterTimeConversions(duckdb::ExtensionLoader& loader) {
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_NS>(loader, "iox_to_timestamp");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_NS>(loader, "iox_to_timestamp_nanos");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP>(loader, "iox_to_timestamp_micros");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_MS>(loader, "iox_to_timestamp_millis");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_SEC>(loader, "iox_to_timestamp_seconds");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_NS>(loader, "iox_to_date");
  ScalarFunction unix_time = Polymorphic("iox_to_unixtime", 1, BindToUnixTime);
  unix_time.varargs = LogicalType::ANY;
  loader.RegisterFunction(unix_time);
  ScalarFunction to_text = Polymorphic("iox_to_char", 2, BindToText);
  to_text.function = RunToText;
  to_text.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(to_text);
  loader.RegisterFunction(Polymorphic("iox_arrow_cast", 2, BindArrowCast));
  ScalarFunction type_of = Polymorphic("iox_arrow_typeof", 1, BindTypeOf);
  type_of.function = RunTypeOf;
  type_of.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  loader.RegisterFunction(type_of);
  loader.RegisterFunction(Polymorphic("iox_comparable", 1, BindComparable));
  loader.RegisterFunction(Polymorphic("iox_selector_time", 2, BindSelectorTime));
  loader.RegisterFunction(ScalarFunction("iox_ns", {Nanos()}, LogicalType::BIGINT, RunSameNumber));
  const LogicalType integer = LogicalType::BIGINT;
  loader.RegisterFunction(
      ScalarFunction("iox_make_date", {integer, integer, integer}, LogicalType::DATE, RunMakeDate));
}

}  // namespace influxdb3::query::sql
