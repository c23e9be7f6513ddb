#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "duckdb.hpp"

#include "model/time_range.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// What a query asks of a table.
struct UnionRequest {
  std::shared_ptr<ScanSource> source;
  model::TimeRange time;
  std::vector<uint32_t> columns;  ///< of source->columns()
  /// Only rows are asked for that no row with the same values in these columns, which are tags, is
  /// newer than.
  std::optional<std::vector<uint32_t>> newest_by;
  /// Rows that have so many newer ones of their series may be left out; 0 = none may. At least 1
  /// with newest_by.
  uint32_t newest_of_series = 0;
};

/// A query for the rows of `request.time` (and possibly some outside of it) from buffer and files,
/// each once: scans of what has its times for itself, and a merge of rows of the same key where the
/// times of two runs overlap. It gives `request.columns`, or `time` when there are none; with
/// newest_by, it leaves out most of what is not asked for. Notes in `sources` what its scans read.
/// Null when no file has times within `request.time` and no chunks overlap: then a scan of the
/// buffer is all there is.
duckdb::unique_ptr<duckdb::TableRef> MakeFileUnion(const UnionRequest& request,
                                                   QuerySources* sources);

}  // namespace influxdb3::query
