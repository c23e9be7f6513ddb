// Time zones of timestamps: tz, AT TIME ZONE, to_local_time, from_unixtime.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/vector_operations/unary_executor.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/zone_clock.h"

namespace influxdb3::query::sql {

std::shared_ptr<const TimeZone> RequireZone(const std::string& name) {
  util::Result<std::shared_ptr<const TimeZone>> zone = TimeZone::Find(name);
  if (!zone.ok()) ThrowFromFunction(zone.status());
  return *zone;
}

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

const LogicalType& Nanos() {
  static const auto& type = *new LogicalType(LogicalTypeId::TIMESTAMP_NS);
  return type;
}

void RunSameNumber(DataChunk& arguments, ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<int64_t, int64_t>(arguments.data[0], result, arguments.size(),
                                                   [](int64_t value) { return value; });
}

Status CheckZone(const std::string& zone, const char* function) {
  if (TimeZone::Find(zone).ok()) return Status::Ok();
  return Status::InvalidArgument(fmt::format(
      "Error during planning: {} requires a valid timezone string, got \"{}\"", function, zone));
}

std::string ReadZone(ClientContext& context, const duckdb::Expression& argument,
                     const char* function) {
  const Value zone = ConstantArgument(
      context, argument,
      fmt::format("{} requires its second argument to be a constant string", function));
  std::string name = zone.IsNull() ? std::string() : zone.ToString();
  const Status status = CheckZone(name, function);
  if (!status.ok()) ThrowFromFunction(status);
  return name;
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

duckdb::unique_ptr<duckdb::FunctionData> BindAtTimeZone(ClientContext& context,
                                                        ScalarFunction& function,
                                                        BoundArguments& arguments) {
  std::string zone = ReadZone(context, *arguments[1], "AT TIME ZONE");
  Function::EraseArgument(function, arguments, 1);
  const LogicalType type = arguments[0]->return_type;
  const bool zoned = !TimestampZone(type).empty();
  function.arguments = {zoned ? type : Nanos()};
  function.return_type = ZonedTimestampType(zone);
  function.function = [](DataChunk& chunk, ExpressionState& state, Vector& result) {
    const std::shared_ptr<const TimeZone> own = RequireZone(BoundValueOf<std::string>(state));
    const bool already_zoned = !TimestampZone(chunk.data[0].GetType()).empty();
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        chunk.data[0], result, chunk.size(),
        [&](int64_t nanos) { return already_zoned ? nanos : InstantOf(nanos, *own); });
  };
  return duckdb::make_uniq<BoundValue<std::string>>(std::move(zone));
}

/// The same instant without a zone; other types stay as they are.
duckdb::unique_ptr<duckdb::FunctionData> BindWithoutZone(ClientContext&, ScalarFunction& function,
                                                         BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  const bool zoned = !TimestampZone(type).empty();
  function.arguments = {type};
  function.return_type = zoned ? Nanos() : type;
  function.function = RunSameNumber;
  if (zoned) return nullptr;
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& out) {
    out.Reference(chunk.data[0]);
  };
  return nullptr;
}

/// to_local_time: what the clock in the timestamp's zone shows, without the zone.
duckdb::unique_ptr<duckdb::FunctionData> BindToLocalTime(ClientContext&, ScalarFunction& function,
                                                         BoundArguments& arguments) {
  const LogicalType type = arguments[0]->return_type;
  function.arguments = {type.id() == LogicalTypeId::TIMESTAMP_NS ? type : Nanos()};
  function.return_type = Nanos();
  function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
    const std::string name = TimestampZone(chunk.data[0].GetType());
    const std::shared_ptr<const TimeZone> zone = RequireZone(name.empty() ? "+00:00" : name);
    duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
        chunk.data[0], result, chunk.size(), [&](int64_t nanos) { return WallOf(nanos, *zone); });
  };
  return nullptr;
}

duckdb::unique_ptr<duckdb::FunctionData> BindFromUnixTime(ClientContext& context,
                                                          ScalarFunction& function,
                                                          BoundArguments& arguments) {
  if (arguments.size() == 2) {
    const std::string zone = ReadZone(context, *arguments[1], "from_unixtime");
    Function::EraseArgument(function, arguments, 1);
    function.arguments = {LogicalType::BIGINT};
    function.return_type = ZonedTimestampType(zone);
    function.function = [](DataChunk& chunk, ExpressionState&, Vector& result) {
      duckdb::UnaryExecutor::Execute<int64_t, int64_t>(
          chunk.data[0], result, chunk.size(),
          [](int64_t seconds) { return seconds * kNanosPerSecond; });
    };
  } else {
    function.arguments = {LogicalType::BIGINT};
    function.return_type = LogicalType::TIMESTAMP_S;
    function.function = RunSameNumber;
  }
  return nullptr;
}

}  // namespace

void RegisterTimeZones(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Polymorphic("iox_tz", 2, BindZone));
  loader.RegisterFunction(Polymorphic("iox_at_time_zone", 2, BindAtTimeZone));
  loader.RegisterFunction(Polymorphic("iox_without_zone", 1, BindWithoutZone));
  loader.RegisterFunction(Polymorphic("iox_to_local_time", 1, BindToLocalTime));
  duckdb::ScalarFunctionSet from_unix("iox_from_unixtime");
  from_unix.AddFunction(Polymorphic("iox_from_unixtime", 1, BindFromUnixTime));
  from_unix.AddFunction(Polymorphic("iox_from_unixtime", 2, BindFromUnixTime));
  loader.RegisterFunction(from_unix);
}

}  // namespace influxdb3::query::sql
