#pragma once

#include <cstdint>
#include <memory>

#include "duckdb.hpp"

#include "duckdb/planner/operator/logical_get.hpp"

namespace influxdb3::query {

class ScanSource;
struct FileScan;

/// The table function over FileScan number N of the connection's QuerySources, N as text:
/// `influxdb3_file_scan('N')`. It is DuckDB's Parquet scan: projection and filters are pushed into
/// it. Columns that a file does not have are NULL.
inline constexpr const char* kFileScanName = "influxdb3_file_scan";

/// The table that a scan of files reads; null when `get` is another scan.
const ScanSource* SourceOfFileScan(const duckdb::LogicalGet& get);

/// What a scan of files reads; null when `get` is another scan.
std::shared_ptr<const FileScan> FilesOf(const duckdb::LogicalGet& get);

/// Lets a scan of files leave out those of which `row_count` rows that it returns are newer (or,
/// with oldest_first, older) in all their rows. No file's times may overlap another's. Does nothing
/// where filters besides bounds of `time` stand against it.
void KeepFirstFiles(uint64_t row_count, bool oldest_first, duckdb::LogicalGet* get);

void RegisterFileScan(duckdb::DatabaseInstance& database);

}  // namespace influxdb3::query
