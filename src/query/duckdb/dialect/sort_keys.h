#pragma once

#include "duckdb.hpp"

namespace influxdb3::query::sql {

/// Makes ORDER BY and windows take the types of this folder that DuckDB knows by an alias only:
/// durations, timestamps with a zone, intervals in nanoseconds.
void RegisterSortKeys(duckdb::DBConfig& config);

}  // namespace influxdb3::query::sql
