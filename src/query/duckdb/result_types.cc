#include "query/duckdb/result_types.h"

#include <arrow/array.h>
#include <arrow/array/builder_time.h>
#include <arrow/result.h>
#include <arrow/type.h>

#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/interval_literal.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr const char* kUtcSecondsAlias = "TIMESTAMP_S_UTC";

LogicalType Named(const char* alias) {
  LogicalType type = LogicalType::BIGINT;
  type.SetAlias(alias);
  return type;
}

bool IsNamed(const LogicalType& type, const char* alias) {
  return type.HasAlias() && type.GetAlias() == alias;
}

arrow::TimeUnit::type UnitOf(const LogicalType& type) {
  switch (sql::TimeUnitNanos(type)) {
    case 1'000'000'000: return arrow::TimeUnit::SECOND;
    case 1'000'000: return arrow::TimeUnit::MILLI;
    case 1'000: return arrow::TimeUnit::MICRO;
    default: return arrow::TimeUnit::NANO;
  }
}

}  // namespace

LogicalType DurationType() {
  return sql::DurationType();
}

LogicalType UtcSecondsType() {
  return Named(kUtcSecondsAlias);
}

LogicalType ClientType(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::HUGEINT: return LogicalType::BIGINT;
    case LogicalTypeId::UHUGEINT: return LogicalType::UBIGINT;
    case LogicalTypeId::LIST:
      return LogicalType::LIST(ClientType(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::STRUCT: {
      if (sql::IsNanoInterval(type)) return type;
      if (duckdb::StructType::IsUnnamed(type)) return type;
      duckdb::child_list_t<LogicalType> members;
      for (const auto& [name, member] : duckdb::StructType::GetChildTypes(type)) {
        members.emplace_back(name, ClientType(member));
      }
      return LogicalType::STRUCT(std::move(members));
    }
    default: return type;
  }
}

std::shared_ptr<arrow::DataType> OwnArrowType(const LogicalType& type) {
  if (sql::IsDuration(type)) return arrow::duration(UnitOf(type));
  if (IsNamed(type, kUtcSecondsAlias)) return arrow::timestamp(arrow::TimeUnit::SECOND, "UTC");
  if (sql::IsNanoInterval(type)) return arrow::month_day_nano_interval();
  if (const std::string zone = sql::TimestampZone(type); !zone.empty()) {
    return arrow::timestamp(arrow::TimeUnit::NANO, zone);
  }
  return nullptr;
}

arrow::Result<std::shared_ptr<arrow::Array>> NanoIntervalsFromStructs(const arrow::Array& structs) {
  const auto& columns = static_cast<const arrow::StructArray&>(structs);
  const auto& months = static_cast<const arrow::Int32Array&>(*columns.field(0));
  const auto& days = static_cast<const arrow::Int32Array&>(*columns.field(1));
  const auto& nanos = static_cast<const arrow::Int64Array&>(*columns.field(2));
  arrow::MonthDayNanoIntervalBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(structs.length()));
  for (int64_t i = 0; i < structs.length(); ++i) {
    if (structs.IsNull(i)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend({months.Value(i), days.Value(i), nanos.Value(i)});
    }
  }
  return builder.Finish();
}

std::string ArrowTypeText(const LogicalType& type) {
  if (sql::IsDuration(type)) return sql::ArrowTypeText(type);
  if (IsNamed(type, kUtcSecondsAlias)) return "Timestamp(s, \"UTC\")";
  switch (type.id()) {
    case LogicalTypeId::VARCHAR: return "Utf8";
    case LogicalTypeId::BIGINT: return "Int64";
    case LogicalTypeId::UBIGINT: return "UInt64";
    case LogicalTypeId::UINTEGER: return "UInt32";
    case LogicalTypeId::USMALLINT: return "UInt16";
    case LogicalTypeId::UTINYINT: return "UInt8";
    case LogicalTypeId::DOUBLE: return "Float64";
    case LogicalTypeId::BOOLEAN: return "Boolean";
    case LogicalTypeId::TIMESTAMP_NS: return "Timestamp(ns)";
    case LogicalTypeId::LIST:
      return fmt::format("List({})", ArrowTypeText(duckdb::ListType::GetChildType(type)));
    default: return type.ToString();
  }
}

}  // namespace influxdb3::query
