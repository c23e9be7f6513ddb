#pragma once

#include <cstdint>
#include <memory>

#include "duckdb.hpp"

#include "duckdb/planner/operator/logical_get.hpp"

#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

class ParquetCache;

inline constexpr const char* kSelectiveScanName = "influxdb3_selective_scan";

/// What the scans of an engine share: the files' bytes and where rows are in them.
class SelectiveReads;
std::shared_ptr<SelectiveReads> MakeSelectiveReads(std::shared_ptr<ParquetCache> cache);

/// Makes a scan of files one that reads only pages with rows it needs, where its filters are met
/// by few of them. Columns, filters and results are the same.
void MakeSelective(std::shared_ptr<SelectiveReads> reads, std::shared_ptr<const FileScan> scan,
                   duckdb::LogicalGet* get);

}  // namespace influxdb3::query
