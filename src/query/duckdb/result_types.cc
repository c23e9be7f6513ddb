#include "query/duckdb/result_types.h"

#include <arrow/type.h>

#include <utility>

#include <fmt/format.h>

namespace influxdb3::query {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr const char* kDurationAlias = "DURATION_NS";
constexpr const char* kUtcSecondsAlias = "TIMESTAMP_S_UTC";

LogicalType Named(const char* alias) {
  LogicalType type = LogicalType::BIGINT;
  type.SetAlias(alias);
  return type;
}

bool IsNamed(const LogicalType& type, const char* alias) {
  return type.HasAlias() && type.GetAlias() == alias;
}

}  // namespace

LogicalType DurationType() {
  return Named(kDurationAlias);
}

LogicalType UtcSecondsType() {
  return Named(kUtcSecondsAlias);
}

LogicalType ClientType(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS: return LogicalType::TIMESTAMP_NS;
    case LogicalTypeId::HUGEINT: return LogicalType::BIGINT;
    case LogicalTypeId::UHUGEINT: return LogicalType::UBIGINT;
    case LogicalTypeId::LIST:
      return LogicalType::LIST(ClientType(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::STRUCT: {
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
  if (IsNamed(type, kDurationAlias)) return arrow::duration(arrow::TimeUnit::NANO);
  if (IsNamed(type, kUtcSecondsAlias)) return arrow::timestamp(arrow::TimeUnit::SECOND, "UTC");
  return nullptr;
}

std::string ArrowTypeText(const LogicalType& type) {
  if (IsNamed(type, kDurationAlias)) return "Duration(ns)";
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
