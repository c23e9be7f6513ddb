#pragma once

#include "duckdb/common/types.hpp"

namespace influxdb3::query::sql {

/// The type of `time`: nanoseconds without zone.
inline const duckdb::LogicalType& Nanos() {
  static const auto& type = *new duckdb::LogicalType(duckdb::LogicalTypeId::TIMESTAMP_NS);
  return type;
}

/// Whether it is a timestamp, of whatever unit.
inline bool IsTimestamp(duckdb::LogicalTypeId id) {
  using duckdb::LogicalTypeId;
  return id == LogicalTypeId::TIMESTAMP_NS || id == LogicalTypeId::TIMESTAMP ||
         id == LogicalTypeId::TIMESTAMP_MS || id == LogicalTypeId::TIMESTAMP_SEC;
}

}  // namespace influxdb3::query::sql
