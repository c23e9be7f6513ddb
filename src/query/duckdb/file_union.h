#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "duckdb.hpp"

#include "model/time_range.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// A query for the rows of `source` within `time` (and possibly some outside of it) from buffer and
/// files, each once: scans of what has its times for itself, and a merge of rows of the same key
/// where the times of two runs overlap. It gives the columns of these indexes, or `time` when there
/// are none. Notes in `sources` what its scans read. Null when no file has times within `time`:
/// then a scan of the buffer is all there is.
duckdb::unique_ptr<duckdb::TableRef> MakeFileUnion(std::shared_ptr<ScanSource> source,
                                                   const model::TimeRange& time,
                                                   const std::vector<uint32_t>& columns,
                                                   QuerySources* sources);

}  // namespace influxdb3::query
