// Time zones of timestamps: tz, AT TIME ZONE, to_local_time.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/time_signatures.h"
#include "query/duckdb/dialect/time_types.h"
#include "query/duckdb/dialect/timestamp_text.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {

std::shared_ptr<const TimeZone> RequireZone(const std::string& name) {
  util::Result<std::shared_ptr<const TimeZone>> zone = TimeZone::Find(name);
  if (!zone.ok()) ThrowFromFunction(zone.status());
  return *zone;
}

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

std::string ReadZone(ClientContext& context, const duckdb::Expression& argument,
                     const char* function) {
  const Value zone = ConstantArgument(
      context, argument,
      fmt::format("{} requires its second argument to be a constant string", function));
  std::string name = zone.IsNull() ? std::string() : zone.ToString();
  if (!TimeZone::Find(name).ok()) {
    ThrowFromFunction(Status::InvalidArgument(fmt::format(
        "Error during planning: {} requires a valid timezone string, got \"{}\"", function, name)));
  }
  return name;
}

namespace {

void RunSameNumber(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [](int64_t value) { return value; });
}

/// tz(): the instant stays, the zone only changes how it is shown.
duckdb::unique_ptr<duckdb::FunctionData> BindZone(ClientContext& context, ScalarFunction& function,
                                                  BoundArguments& arguments) {
  const std::string zone = ReadZone(context, *arguments[1], "TZ");
  Function::EraseArgument(function, arguments, 1);
  const LogicalType type = arguments[0]->return_type;
  function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : Nanos()};
  function.return_type = ZonedTimestampType(zone);
  function.function = RunSameNumber;
  return nullptr;
}

[[noreturn]] void ThrowNoInstant() {
  ThrowFromFunction(
      Status::Internal("Arrow error: Cast error: Cannot cast timezone to different timezone"));
}

/// A time without a zone is what clocks of the zone show. Clocks that skip or repeat it make it an
/// error.
void RunClockToInstant(DataChunk& chunk, ExpressionState& state, Vector& result) {
  const std::shared_ptr<const TimeZone> zone = RequireZone(BoundValueOf<std::string>(state));
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
      chunk.data[0], result, chunk.size(), [&](int64_t nanos) {
        const std::optional<int64_t> instant = OnlyInstantOf(nanos, *zone);
        if (!instant.has_value()) ThrowNoInstant();
        return *instant;
      });
}

void RunTextToInstant(DataChunk& chunk, ExpressionState& state, Vector& result) {
  const std::shared_ptr<const TimeZone> zone = RequireZone(BoundValueOf<std::string>(state));
  duckdb::UnaryExecutor::Execute<duckdb::string_t, int64_t>(
      chunk.data[0], result, chunk.size(), [&](duckdb::string_t text) {
        const util::Result<int64_t> nanos =
            ParseTimestamp({text.GetData(), text.GetSize()}, zone.get());
        if (!nanos.ok()) ThrowFromFunction(nanos.status());
        return *nanos;
      });
}

duckdb::unique_ptr<duckdb::FunctionData> BindAtTimeZone(ClientContext& context,
                                                        ScalarFunction& function,
                                                        BoundArguments& arguments) {
  std::string zone = ReadZone(context, *arguments[1], "AT TIME ZONE");
  Function::EraseArgument(function, arguments, 1);
  const LogicalType type = arguments[0]->return_type;
  function.return_type = ZonedTimestampType(zone);
  function.SetErrorMode(duckdb::FunctionErrors::CAN_THROW_RUNTIME_ERROR);
  if (!TimestampZone(type).empty()) {
    function.arguments = {type};
    function.function = RunSameNumber;
  } else if (type.id() == LogicalTypeId::VARCHAR || type.id() == LogicalTypeId::STRING_LITERAL) {
    function.arguments = {LogicalType::VARCHAR};
    function.function = RunTextToInstant;
  } else if (type.IsNumeric()) {
    function.arguments = {LogicalType::BIGINT};
    function.function = RunSameNumber;
  } else {
    function.arguments = {Nanos()};
    function.function = RunClockToInstant;
  }
  return duckdb::make_uniq<BoundValue<std::string>>(std::move(zone));
}

/// to_local_time: what the clock in the timestamp's zone shows, without the zone.
duckdb::unique_ptr<duckdb::FunctionData> BindToLocalTime(ClientContext&, ScalarFunction& function,
                                                         BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  const LogicalTypeId id = type.id();
  if (id != LogicalTypeId::TIMESTAMP_NS && id != LogicalTypeId::TIMESTAMP &&
      id != LogicalTypeId::TIMESTAMP_MS && id != LogicalTypeId::TIMESTAMP_SEC &&
      id != LogicalTypeId::SQLNULL) {
    ThrowNoCoercion("to_local_time", arguments,
                    fmt::format("Error during planning: The to_local_time function can only accept "
                                "Timestamp as the arg got {}",
                                ArrowTypeText(type)));
  }
  const bool coarse = id != LogicalTypeId::TIMESTAMP_NS && id != LogicalTypeId::SQLNULL;
  function.arguments = {id == LogicalTypeId::SQLNULL ? Nanos() : type};
  function.return_type = coarse ? type : Nanos();
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
    const std::string name = TimestampZone(chunk.data[0].GetType());
    const std::shared_ptr<const TimeZone> zone = RequireZone(name.empty() ? "+00:00" : name);
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        chunk.data[0], result, chunk.size(), [&](int64_t nanos) { return WallOf(nanos, *zone); });
  };
  return nullptr;
}

}  // namespace

void RegisterTimeZones(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Polymorphic("iox_tz", 2, BindZone));
  loader.RegisterFunction(Polymorphic("iox_at_time_zone", 2, BindAtTimeZone));
  loader.RegisterFunction(Polymorphic("iox_to_local_time", 1, BindToLocalTime));
}

}  // namespace influxdb3::query::sql
