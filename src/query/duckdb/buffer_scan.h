#pragma once

#include "duckdb.hpp"

namespace influxdb3::query {

/// The table function over ScanSource number N of the connection's QuerySources:
/// `influxdb3_buffer_scan(N)`. Projection, time bounds and conditions on tags are pushed into it.
inline constexpr const char* kBufferScanName = "influxdb3_buffer_scan";
/// The same for VirtualTable number N.
inline constexpr const char* kVirtualScanName = "influxdb3_virtual_scan";

void RegisterBufferScan(duckdb::DatabaseInstance& database);
void RegisterVirtualScan(duckdb::DatabaseInstance& database);

/// A reference to source number `index` for a rewritten query.
duckdb::unique_ptr<duckdb::TableRef> MakeScanReference(const char* function, size_t index);

}  // namespace influxdb3::query
