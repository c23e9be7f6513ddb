// Time functions: the part of the function table and what calls turn into.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/coerced_calls.h"
#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/literal_text.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr FunctionKind kScalar = FunctionKind::kScalar;

ExpressionPtr ArrowCast(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  const std::string* text = LiteralText(*call.children[1]);
  if (text == nullptr || text->empty()) {
    throw SqlError(util::Status::Internal(
        "Execution error: arrow_cast requires its second argument to be a non-empty constant "
        "string"));
  }
  const LogicalType type = TypeFromArrowText(*text);
  if (const std::string* value = LiteralText(*call.children[0])) CheckTextLiteral(*value, type);
  if (const std::string zone = TimestampZone(type); !zone.empty()) {
    return Call("iox_at_time_zone", std::move(call.children[0]), Literal(zone.c_str()));
  }
  if (IsDuration(type) || (type.IsTemporal() && type.id() != LogicalTypeId::DATE)) {
    // A number becomes a count of the type's own unit, not of seconds as with CAST.
    return Call("iox_arrow_cast", std::move(call.children[0]), Literal(text->c_str()));
  }
  return PlannedCast(type, std::move(call.children[0]));
}

/// Several formats are tried in order.
ExpressionPtr ToTimestamp(FunctionCall& call) {
  if (call.children.empty()) {
    ThrowPlanError(fmt::format(
        "'{0}' does not support zero arguments No function matches the given name and argument "
        "types "
        "'{0}()'. You might need to add explicit type casts.\n\tCandidate functions:\n\t{0}({1})",
        call.function_name, call.function_name == "to_timestamp" ? "UserDefined" : "Any, .., Any"));
  }
  return CallList("iox_" + call.function_name, std::move(call.children));
}

ExpressionPtr Zone(FunctionCall& call) {
  CheckArgumentCount(call, 1, 2);
  if (call.children.size() == 1) call.children.push_back(Literal("UTC"));
  return CallList("iox_tz", std::move(call.children));
}

ExpressionPtr Version(FunctionCall& call) {
  CheckArgumentCount(call, 0, 0);
  return Literal("Apache DataFusion 51.0.0, x86_64 on linux");
}

/// What locf and interpolate mean is up to the query around them; here only their argument counts.
ExpressionPtr FillArgument(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return ExpressionPtr(std::move(call.children[0]));
}

FunctionEntry Own(const char* name, const char* engine) {
  return {name, kScalar, engine};
}
FunctionEntry Built(const char* name, CallTransform transform) {
  return {name, kScalar, "", LogicalTypeId::INVALID, transform};
}

}  // namespace

std::vector<FunctionEntry> TimeFunctions() {
  std::vector<FunctionEntry> table = {
      Own("arrow_typeof", "iox_arrow_typeof"),
      Own("current_date", ""),
      Own("current_time", ""),
      Own("current_timestamp", ""),
      Own("date_bin", "iox_date_bin"),
      Own("date_bin_gapfill", "iox_date_bin"),
      Own("date_bin_wallclock", "iox_date_bin_wallclock"),
      Own("date_bin_wallclock_gapfill", "iox_date_bin_wallclock"),
      Own("date_format", "iox_to_char"),
      Own("date_part", "iox_date_part"),
      Own("date_trunc", "iox_date_trunc"),
      Own("datepart", "iox_date_part"),
      Own("datetrunc", "iox_date_trunc"),
      Own("from_unixtime", "iox_from_unixtime"),
      Own("make_date", "iox_make_date"),
      Own("now", ""),
      Own("to_char", "iox_to_char"),
      Own("to_local_time", "iox_to_local_time"),
      Own("today", ""),
      Built("arrow_cast", ArrowCast),
      Built("interpolate", FillArgument),
      Built("locf", FillArgument),
      Built("to_date", ToTimestamp),
      Built("to_timestamp", ToTimestamp),
      Built("to_timestamp_micros", ToTimestamp),
      Built("to_timestamp_millis", ToTimestamp),
      Built("to_timestamp_nanos", ToTimestamp),
      Built("to_timestamp_seconds", ToTimestamp),
      Built("to_unixtime", ToTimestamp),
      Built("tz", Zone),
      Built("version", Version),
  };
  for (const char* name :
       {"derivative", "difference", "non_negative_derivative", "non_negative_difference"}) {
    table.push_back({name, FunctionKind::kWindow, ""});
  }
  return table;
}

}  // namespace influxdb3::query::sql
