#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "model/time_range.h"
#include "query/duckdb/parsed_query.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// A scan that gives some of a table's rows.
struct UnionPart {
  /// Other parts may have rows of the same keys.
  bool contested = false;
  bool of_files = false;
  uint64_t chunk_order = 0;         ///< of chunks: those of a higher one are newer
  size_t number = 0;                ///< in QuerySources::file_scans, else ::tables
  parsed::ExpressionPtr condition;  ///< which rows of the scan; null = all
  /// Gives no more than the newest rows of each series that were asked for.
  bool newest_only = false;
};

/// What of a table is to be read.
struct PartsRequest {
  std::shared_ptr<ScanSource> source;
  model::TimeRange time;
  /// Rows that have so many newer ones of their series within `time` may be left out; 0 = none may.
  uint32_t newest_of_series = 0;
};

/// Scans that together give the rows of `request.time` (and possibly some outside of it) from
/// buffer and files. Notes in `sources` what they read. Empty when no file has times within it and
/// no chunks overlap: then a scan of the buffer is all there is.
std::vector<UnionPart> FindUnionParts(const PartsRequest& request, QuerySources* sources);

/// The engine's name of the table's `time`.
const std::string& TimeColumnOf(const ScanSource& source);

}  // namespace influxdb3::query
