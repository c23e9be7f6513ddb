// to_char and date_format: times by chrono formats.
#include <memory>
#include <string>
#include <utility>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/text_vector.h"
#include "query/duckdb/dialect/time_format.h"
#include "query/duckdb/dialect/time_signatures.h"
#include "query/duckdb/dialect/time_texts.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;
using util::Result;

/// `write(value, format)` for each row.
template <class Write>
void RunFormats(DataChunk& arguments, Vector& result, const Write& write) {
  duckdb::BinaryExecutor::Execute<int64_t, string_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&](int64_t value, string_t format) {
        Result<std::string> text = write(value, View(format));
        if (!text.ok()) ThrowFromFunction(text.status());
        return StringVector::AddString(result, *text);
      });
}

void RunTimestamp(DataChunk& arguments, ExpressionState&, Vector& result) {
  const std::string name = TimestampZone(arguments.data[0].GetType());
  if (name.empty()) {
    RunFormats(arguments, result,
               [](int64_t nanos, std::string_view format) { return FormatWith(nanos, format); });
    return;
  }
  const std::shared_ptr<const TimeZone> zone = RequireZone(name);
  RunFormats(arguments, result, [&](int64_t nanos, std::string_view format) {
    const int64_t wall = WallOf(nanos, *zone);
    return FormatWith(wall, format, (wall - nanos) / kNanosPerSecond);
  });
}

void RunClock(DataChunk& arguments, ExpressionState&, Vector& result) {
  RunFormats(arguments, result, [](int64_t nanos, std::string_view format) {
    return FormatWith(nanos, format, std::nullopt, TimeFields::kClock);
  });
}

/// Durations know two formats only; whatever is no name of one stands for the first.
void RunDuration(DataChunk& arguments, ExpressionState&, Vector& result) {
  const int64_t unit = TimeUnitNanos(arguments.data[0].GetType());
  RunFormats(arguments, result, [&](int64_t value, std::string_view format) {
    if (duckdb::StringUtil::Lower(std::string(format)) != "iso8601") {
      return Result<std::string>(DurationText(value, unit));
    }
    const int64_t per_second = kNanosPerSecond / unit;
    const int64_t seconds = FloorDivide(value, per_second);
    char text[kTimeBytesMax];
    const char* end =
        WriteDuration(seconds, static_cast<uint32_t>((value - seconds * per_second) * unit), text);
    return Result<std::string>(std::string(text, static_cast<size_t>(end - text)));
  });
}

duckdb::unique_ptr<duckdb::FunctionData> BindToChar(duckdb::ClientContext&,
                                                    duckdb::ScalarFunction& function,
                                                    BoundArguments& arguments) {
  const auto is_text = [](const LogicalType& type) {
    return type.id() == LogicalTypeId::VARCHAR || type.id() == LogicalTypeId::STRING_LITERAL ||
           type.id() == LogicalTypeId::SQLNULL;
  };
  if (arguments.size() != 2) ThrowNoSignature("to_char", arguments);
  const LogicalType type = arguments[0]->return_type;
  const LogicalType format = arguments[1]->return_type;
  const bool clock = type.id() == LogicalTypeId::TIME || type.id() == LogicalTypeId::TIME_NS;
  const bool moment =
      type.id() == LogicalTypeId::DATE || type.id() == LogicalTypeId::TIMESTAMP_NS ||
      type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_MS ||
      type.id() == LogicalTypeId::TIMESTAMP_SEC || is_text(type);
  if ((!clock && !moment && !IsDuration(type)) || format.IsNested()) {
    ThrowNoSignature("to_char", arguments);
  }
  FixArguments(function, arguments);
  function.return_type = LogicalType::VARCHAR;
  function.arguments[1] = LogicalType::VARCHAR;
  if (IsDuration(type)) {
    function.function = RunDuration;
  } else if (clock) {
    function.arguments[0] = LogicalTypeId::TIME_NS;
    function.function = RunClock;
  } else {
    if (type.id() != LogicalTypeId::TIMESTAMP_NS) {
      function.arguments[0] = LogicalTypeId::TIMESTAMP_NS;
    }
    function.function = RunTimestamp;
  }
  return nullptr;
}

}  // namespace

void RegisterToChar(duckdb::ExtensionLoader& loader) {
  duckdb::ScalarFunction function = Variadic("iox_to_char", BindToChar);
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  loader.RegisterFunction(function);
}

}  // namespace influxdb3::query::sql
