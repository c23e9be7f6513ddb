// Timestamps from numbers and text, and back: the to_timestamp family, to_date, to_unixtime,
// from_unixtime.
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/text_vector.h"
#include "query/duckdb/dialect/time_format.h"
#include "query/duckdb/dialect/time_signatures.h"
#include "query/duckdb/dialect/time_types.h"
#include "query/duckdb/dialect/timestamp_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::string_t;
using duckdb::Value;
using duckdb::Vector;
using util::Result;
using util::Status;

using Formats = std::vector<std::string>;

bool IsText(LogicalTypeId id) {
  return id == LogicalTypeId::VARCHAR || id == LogicalTypeId::STRING_LITERAL;
}
bool IsSigned(const LogicalType& type) {
  return !IsDuration(type) &&
         (type.id() == LogicalTypeId::BIGINT || type.id() == LogicalTypeId::INTEGER ||
          type.id() == LogicalTypeId::SMALLINT || type.id() == LogicalTypeId::TINYINT ||
          type.id() == LogicalTypeId::INTEGER_LITERAL);
}

/// Text by the first of the formats that fits, or as RFC 3339 without any.
Moment ParseText(std::string_view text, const Formats& formats) {
  Result<Moment> parsed = formats.empty() ? ParseMoment(text) : ParseWith(text, formats[0]);
  for (size_t i = 1; !parsed.ok() && i < formats.size(); ++i) parsed = ParseWith(text, formats[i]);
  if (!parsed.ok()) ThrowFromFunction(parsed.status());
  return *parsed;
}

int64_t NanosOf(const Moment& moment, bool formatted) {
  const Wide128 nanos = Wide128{moment.seconds} * kNanosPerSecond + Wide128{moment.nanos};
  // The largest number stands for infinity.
  if (nanos < std::numeric_limits<int64_t>::min() || nanos >= std::numeric_limits<int64_t>::max()) {
    ThrowFromFunction(Status::Internal(
        fmt::format("{}The dates that can be represented as nanoseconds have to be between "
                    "1677-09-21T00:12:44.0 and 2262-04-11T23:47:16.854775804",
                    formatted ? "Execution error: " : "Arrow error: Parser error: ")));
  }
  return static_cast<int64_t>(nanos);
}

void RunTextToTimestamp(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& formats = BoundValueOf<Formats>(state);
  const int64_t unit = result.GetType().id() == LogicalTypeId::BIGINT
                           ? kNanosPerSecond
                           : TimeUnitNanos(result.GetType());
  duckdb::UnaryExecutor::Execute<string_t, int64_t>(
      arguments.data[0], result, arguments.size(), [&](string_t text) {
        return NanosOf(ParseText(View(text), formats), !formats.empty()) / unit;
      });
}

/// Between units; what is lost is cut off towards 1970, as the reference does.
void RunChangeUnit(DataChunk& arguments, ExpressionState&, Vector& result) {
  const int64_t from = TimeUnitNanos(arguments.data[0].GetType());
  const int64_t to = result.GetType().id() == LogicalTypeId::BIGINT
                         ? kNanosPerSecond
                         : TimeUnitNanos(result.GetType());
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      arguments.data[0], result, arguments.size(), [&](int64_t value) {
        if (from <= to) return value / (to / from);
        int64_t finer = 0;
        if (__builtin_mul_overflow(value, from / to, &finer)) {
          ThrowFromFunction(
              Status::Internal(fmt::format("Arrow error: Arithmetic overflow: Overflow happened "
                                           "on: {} * {}",
                                           value, from / to)));
        }
        return finer;
      });
}

void RunSameNumber(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [](int64_t value) { return value; });
}

/// The literal formats behind the first argument, which is all that is left.
Formats TakeFormats(ClientContext& context, ScalarFunction& function, BoundArguments& arguments) {
  Formats formats;
  while (arguments.size() > 1) {
    const Value format = ConstantArgument(
        context, *arguments[1], fmt::format("{} needs literal formats", function.name.substr(4)));
    if (!format.IsNull()) formats.push_back(format.ToString());
    arguments.erase_at(1);
  }
  FixArguments(function, arguments);
  return formats;
}

/// to_timestamp takes numbers of nanoseconds, timestamps and text only.
void CheckToTimestamp(const BoundArguments& arguments) {
  const LogicalType& type = arguments[0]->return_type;
  bool fits = type.id() == LogicalTypeId::VARCHAR;
  for (size_t i = 1; i < arguments.size(); ++i)
    fits = fits && IsText(arguments[i]->return_type.id());
  fits = fits || type.id() == LogicalTypeId::STRING_LITERAL;
  const bool number = !IsDuration(type) && (type.id() == LogicalTypeId::BIGINT ||
                                            type.id() == LogicalTypeId::INTEGER_LITERAL);
  if (fits || (arguments.size() == 1 && (number || IsTimestamp(type.id())))) return;
  ThrowNoCoercion(
      "to_timestamp", arguments,
      fmt::format("Error during planning: to_timestamp supports either 1 argument (being "
                  "Int64 or Timestamp), or multiple arguments, all of which being Utf8. "
                  "Could not coerce the provided [{}] to these types.",
                  ArgumentTypes(arguments)));
}

template <LogicalTypeId target>
duckdb::unique_ptr<duckdb::FunctionData> BindToTimestamp(ClientContext& context,
                                                         ScalarFunction& function,
                                                         BoundArguments& arguments) {
  const std::string name = function.name.substr(4);
  const bool own = name == "to_timestamp";
  if (own) CheckToTimestamp(arguments);
  Formats formats = TakeFormats(context, function, arguments);
  const LogicalType type = arguments[0]->return_type;
  function.return_type = LogicalType(target);
  if (IsText(type.id())) {
    function.arguments = {LogicalType::VARCHAR};
    function.function = RunTextToTimestamp;
  } else if (IsTimestamp(type.id())) {
    const bool same = type.id() == LogicalTypeId::TIMESTAMP_NS && !own;
    if (same && target == LogicalTypeId::TIMESTAMP_NS) function.return_type = type;
    function.function = RunChangeUnit;
  } else if (IsSigned(type) || type.id() == LogicalTypeId::SQLNULL) {
    function.arguments = {LogicalType::BIGINT};
    function.function = RunSameNumber;
  } else {
    ThrowUnsupportedType(name, type);
  }
  return duckdb::make_uniq<BoundValue<Formats>>(std::move(formats));
}

template <LogicalTypeId target>
void RegisterToTimestamp(duckdb::ExtensionLoader& loader, const char* name) {
  ScalarFunction function = Variadic(name, BindToTimestamp<target>);
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(function);
}

/// Whole seconds.
duckdb::unique_ptr<duckdb::FunctionData> BindToUnixTime(ClientContext& context,
                                                        ScalarFunction& function,
                                                        BoundArguments& arguments) {
  Formats formats = TakeFormats(context, function, arguments);
  function.return_type = LogicalType::BIGINT;
  const LogicalType type = arguments[0]->return_type;
  if (IsText(type.id())) {
    function.arguments = {LogicalType::VARCHAR};
    function.function = RunTextToTimestamp;
  } else if (IsTimestamp(type.id()) || type.id() == LogicalTypeId::DATE) {
    if (type.id() == LogicalTypeId::DATE) function.arguments = {Nanos()};
    function.function = RunChangeUnit;
  } else if (IsSigned(type) || type.id() == LogicalTypeId::SQLNULL ||
             type.id() == LogicalTypeId::DOUBLE) {
    function.arguments = {LogicalType::BIGINT};
    function.function = RunSameNumber;
  } else {
    ThrowUnsupportedType("to_unixtime", type);
  }
  return duckdb::make_uniq<BoundValue<Formats>>(std::move(formats));
}

void RunTextToDate(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& formats = BoundValueOf<Formats>(state);
  duckdb::UnaryExecutor::Execute<string_t, int32_t>(
      arguments.data[0], result, arguments.size(), [&](string_t text) {
        if (!formats.empty()) {
          // Cut off towards 1970, as the reference does.
          return static_cast<int32_t>(ParseText(View(text), formats).seconds / kSecondsPerDay);
        }
        const std::optional<int32_t> days = ParseDate(View(text));
        if (!days.has_value()) {
          ThrowFromFunction(Status::Internal(
              "Arrow error: Parser error: Unable to cast to Date32 for converting from i64 to i32 "
              "failed"));
        }
        return *days;
      });
}

void RunDays(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int32_t>(
      arguments.data[0], result, arguments.size(), [](int64_t days) {
        if (days != static_cast<int32_t>(days)) {
          ThrowFromFunction(Status::Internal(
              fmt::format("Arrow error: Cast error: Can't cast value {} to type Date32", days)));
        }
        return static_cast<int32_t>(days);
      });
}

duckdb::unique_ptr<duckdb::FunctionData> BindToDate(ClientContext& context,
                                                    ScalarFunction& function,
                                                    BoundArguments& arguments) {
  Formats formats = TakeFormats(context, function, arguments);
  function.return_type = LogicalType::DATE;
  const LogicalType type = arguments[0]->return_type;
  if (IsText(type.id())) {
    function.arguments = {LogicalType::VARCHAR};
    function.function = RunTextToDate;
  } else if (type.id() == LogicalTypeId::DATE) {
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      result.Reference(chunk.data[0]);
    };
  } else if (IsSigned(type) || type.id() == LogicalTypeId::SQLNULL) {
    function.arguments = {LogicalType::BIGINT};
    function.function = RunDays;
  } else {
    ThrowUnsupportedType("to_date", type);
  }
  return duckdb::make_uniq<BoundValue<Formats>>(std::move(formats));
}

duckdb::unique_ptr<duckdb::FunctionData> BindFromUnixTime(ClientContext& context,
                                                          ScalarFunction& function,
                                                          BoundArguments& arguments) {
  const auto fits = [&](size_t i) {
    const LogicalType& type = arguments[i]->return_type;
    const bool null = type.id() == LogicalTypeId::SQLNULL;
    return i == 0 ? null || IsSigned(type) : null || IsText(type.id());
  };
  if (arguments.empty() || arguments.size() > 2 || !fits(0) ||
      (arguments.size() == 2 && !fits(1))) {
    ThrowNoSignature("from_unixtime", arguments);
  }
  FixArguments(function, arguments);
  if (arguments.size() == 1) {
    function.arguments = {LogicalType::BIGINT};
    function.return_type = LogicalType::TIMESTAMP_S;
    function.function = RunSameNumber;
    return nullptr;
  }
  const std::string zone = ReadZone(context, *arguments[1], "from_unixtime");
  duckdb::Function::EraseArgument(function, arguments, 1);
  function.arguments = {LogicalType::BIGINT};
  function.return_type = ZonedTimestampType(zone);
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        chunk.data[0], result, chunk.size(),
        [](int64_t seconds) { return seconds * kNanosPerSecond; });
  };
  return nullptr;
}

}  // namespace

void RegisterEpochFunctions(duckdb::ExtensionLoader& loader) {
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_NS>(loader, "iox_to_timestamp");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_NS>(loader, "iox_to_timestamp_nanos");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP>(loader, "iox_to_timestamp_micros");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_MS>(loader, "iox_to_timestamp_millis");
  RegisterToTimestamp<LogicalTypeId::TIMESTAMP_SEC>(loader, "iox_to_timestamp_seconds");
  for (auto& function :
       {Variadic("iox_to_unixtime", BindToUnixTime), Variadic("iox_to_date", BindToDate),
        Variadic("iox_from_unixtime", BindFromUnixTime)}) {
    ScalarFunction throwing = function;
    throwing.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
    loader.RegisterFunction(throwing);
  }
}

}  // namespace influxdb3::query::sql
