#pragma once

#include <cstdint>
#include <string_view>

namespace influxdb3::model {

/// The type of a column other than `time`, which every table has and which is always a nanosecond
/// timestamp. The numbers are part of the WAL format and never change.
enum class ColumnType : uint8_t {
  kTag = 0,
  kInt64 = 1,
  kUInt64 = 2,
  kFloat64 = 3,
  kString = 4,
  kBool = 5,
};

/// The name the reference system gives the type in errors and metadata, e.g.
/// `iox::column_type::field::float`.
constexpr std::string_view IoxColumnTypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kTag: return "iox::column_type::tag";
    case ColumnType::kInt64: return "iox::column_type::field::integer";
    case ColumnType::kUInt64: return "iox::column_type::field::uinteger";
    case ColumnType::kFloat64: return "iox::column_type::field::float";
    case ColumnType::kString: return "iox::column_type::field::string";
    case ColumnType::kBool: return "iox::column_type::field::boolean";
  }
  return "";
}

/// The same for `time`.
inline constexpr std::string_view kIoxTimestampTypeName = "iox::column_type::timestamp";
/// The key of that name in Arrow field metadata.
inline constexpr std::string_view kIoxColumnTypeKey = "iox::column::type";

}  // namespace influxdb3::model
