#include "query/duckdb/dialect/arrow_type_text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_parser.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

/// The units of time: nanoseconds, text, name of the duration type, names in type texts.
struct TimeUnit {
  int64_t nanos;
  const char* text;
  const char* duration_alias;
};
constexpr TimeUnit kTimeUnits[] = {
    {1, "ns", "DURATION_NS"},
    {1'000, "µs", "DURATION_US"},
    {1'000'000, "ms", "DURATION_MS"},
    {1'000'000'000, "s", "DURATION_S"},
};

const TimeUnit* UnitOfDuration(const LogicalType& type) {
  if (type.id() != LogicalTypeId::BIGINT || !type.HasAlias()) return nullptr;
  const std::string alias = type.GetAlias();
  for (const TimeUnit& unit : kTimeUnits) {
    if (alias == unit.duration_alias) return &unit;
  }
  return nullptr;
}

constexpr std::string_view kZonedPrefix = "TIMESTAMP_NS@";

std::string StructText(const LogicalType& type) {
  std::string members;
  for (const auto& [name, member] : duckdb::StructType::GetChildTypes(type)) {
    members +=
        fmt::format("{}\"{}\": {}", members.empty() ? "" : ", ", name, ArrowTypeText(member));
  }
  return fmt::format("Struct({})", members);
}

std::string TimestampText(const char* unit, const std::string& zone) {
  return zone.empty() ? fmt::format("Timestamp({})", unit)
                      : fmt::format("Timestamp({}, \"{}\")", unit, zone);
}

constexpr std::pair<std::string_view, LogicalTypeId> kSimpleTypes[] = {
    {"Null", LogicalTypeId::SQLNULL},
    {"Boolean", LogicalTypeId::BOOLEAN},
    {"Int8", LogicalTypeId::TINYINT},
    {"Int16", LogicalTypeId::SMALLINT},
    {"Int32", LogicalTypeId::INTEGER},
    {"Int64", LogicalTypeId::BIGINT},
    {"UInt8", LogicalTypeId::UTINYINT},
    {"UInt16", LogicalTypeId::USMALLINT},
    {"UInt32", LogicalTypeId::UINTEGER},
    {"UInt64", LogicalTypeId::UBIGINT},
    {"Float32", LogicalTypeId::FLOAT},
    {"Float64", LogicalTypeId::DOUBLE},
    {"Utf8", LogicalTypeId::VARCHAR},
    {"LargeUtf8", LogicalTypeId::VARCHAR},
    {"Utf8View", LogicalTypeId::VARCHAR},
    {"Binary", LogicalTypeId::BLOB},
    {"LargeBinary", LogicalTypeId::BLOB},
    {"Date32", LogicalTypeId::DATE},
    {"Date64", LogicalTypeId::DATE},
    {"Time64(ns)", LogicalTypeId::TIME_NS},
    {"Time64(Nanosecond)", LogicalTypeId::TIME_NS},
    {"Interval(MonthDayNano)", LogicalTypeId::INTERVAL},
    {"Dictionary(Int32, Utf8)", LogicalTypeId::VARCHAR},
};

}  // namespace

LogicalType DurationType(int64_t unit_nanos) {
  LogicalType type(LogicalTypeId::BIGINT);
  for (const TimeUnit& unit : kTimeUnits) {
    if (unit.nanos == unit_nanos) type.SetAlias(unit.duration_alias);
  }
  return type;
}

bool IsDuration(const LogicalType& type) {
  return UnitOfDuration(type) != nullptr;
}

int64_t TimeUnitNanos(const LogicalType& type) {
  if (const TimeUnit* unit = UnitOfDuration(type)) return unit->nanos;
  switch (type.id()) {
    case LogicalTypeId::TIMESTAMP_SEC: return 1'000'000'000;
    case LogicalTypeId::TIMESTAMP_MS: return 1'000'000;
    case LogicalTypeId::TIMESTAMP: return 1'000;
    default: return 1;
  }
}

const char* TimeUnitText(int64_t unit_nanos) {
  for (const TimeUnit& unit : kTimeUnits) {
    if (unit.nanos == unit_nanos) return unit.text;
  }
  return "";
}

LogicalType ZonedTimestampType(const std::string& zone) {
  LogicalType type(LogicalTypeId::TIMESTAMP_NS);
  type.SetAlias(std::string(kZonedPrefix) + zone);
  return type;
}

std::string TimestampZone(const LogicalType& type) {
  if (type.id() != LogicalTypeId::TIMESTAMP_NS || !type.HasAlias()) return {};
  const std::string alias = type.GetAlias();
  if (alias.rfind(kZonedPrefix, 0) != 0) return {};
  return alias.substr(kZonedPrefix.size());
}

std::string ArrowTypeText(const LogicalType& type) {
  if (const TimeUnit* unit = UnitOfDuration(type)) return fmt::format("Duration({})", unit->text);
  if (IsNanoInterval(type)) return "Interval(MonthDayNano)";
  switch (type.id()) {
    case LogicalTypeId::TIMESTAMP_NS: return TimestampText("ns", TimestampZone(type));
    case LogicalTypeId::TIMESTAMP: return TimestampText("µs", {});
    case LogicalTypeId::TIMESTAMP_MS: return TimestampText("ms", {});
    case LogicalTypeId::TIMESTAMP_SEC: return TimestampText("s", {});
    case LogicalTypeId::TIMESTAMP_TZ: return TimestampText("µs", "UTC");
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIME_NS: return "Time64(ns)";
    case LogicalTypeId::INTERVAL: return "Interval(MonthDayNano)";
    case LogicalTypeId::DECIMAL:
      return fmt::format("Decimal128({}, {})", duckdb::DecimalType::GetWidth(type),
                         duckdb::DecimalType::GetScale(type));
    case LogicalTypeId::HUGEINT: return "Decimal128(38, 0)";
    case LogicalTypeId::LIST:
      return fmt::format("List({})", ArrowTypeText(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::ARRAY:
      return fmt::format("List({})", ArrowTypeText(duckdb::ArrayType::GetChildType(type)));
    case LogicalTypeId::MAP:
      return fmt::format(
          "Map(\"entries\": non-null Struct(\"key\": non-null {}, \"value\": {}), unsorted)",
          ArrowTypeText(duckdb::MapType::KeyType(type)),
          ArrowTypeText(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: return StructText(type);
    case LogicalTypeId::UUID:
    case LogicalTypeId::STRING_LITERAL: return "Utf8";
    case LogicalTypeId::INTEGER_LITERAL: return "Int64";
    default: break;
  }
  for (const auto& [text, id] : kSimpleTypes) {
    if (id == type.id()) return std::string(text);
  }
  return type.ToString();
}

LogicalType TypeFromArrowText(const std::string& text) {
  return ParseArrowType(text).type;
}

}  // namespace influxdb3::query::sql
