#pragma once

#include "duckdb.hpp"

namespace influxdb3::query {

/// The table function over FileScan number N of the connection's QuerySources, N as text:
/// `influxdb3_file_scan('N')`. It is DuckDB's Parquet scan: projection and filters are pushed into
/// it. Columns that a file does not have are NULL.
inline constexpr const char* kFileScanName = "influxdb3_file_scan";

void RegisterFileScan(duckdb::DatabaseInstance& database);

}  // namespace influxdb3::query
