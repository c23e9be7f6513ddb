#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "duckdb.hpp"

#include "query/duckdb/scan_filter.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// What a planned buffer scan reads. Changed by the optimiser only, before the scan runs.
///
/// The optimiser copies and compares scans, also by what the scan's Serialize writes, so a scan is
/// described by numbers: what it reads and which rows of that it returns.
struct BufferScanData : public duckdb::FunctionData {
  uint64_t source_number = 0;  ///< in QuerySources::tables
  uint64_t filter_number = 0;  ///< in QuerySources::filters
  std::shared_ptr<ScanSource> source;
  std::shared_ptr<const ScanFilter> filter;
  /// When not 0, the scan may leave out rows that have at least this many newer ones in their
  /// series.
  uint32_t latest_per_series = 0;
  /// With latest_per_series: it may also leave out rows that have at least this many newer ones
  /// with the same values in these columns, which are tags. Not set in scans that were serialised.
  std::optional<std::vector<uint32_t>> latest_by;
  /// When not 0, the scan may leave out rows that at least this many rows it returns are newer than
  /// (or, with oldest_first, older than).
  uint64_t first_by_time = 0;
  bool oldest_first = false;
  /// The table has files, and the scan stands for them, too, or several of its chunks are of one
  /// span of time: FileUnionPass must replace it. Until then only the filter's time is known, and
  /// what is in it stays in the plan.
  bool stands_for_files = false;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<BufferScanData>(*this);
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    const auto& scan = other.Cast<BufferScanData>();
    return source_number == scan.source_number && filter_number == scan.filter_number &&
           latest_per_series == scan.latest_per_series && latest_by == scan.latest_by &&
           first_by_time == scan.first_by_time && oldest_first == scan.oldest_first &&
           stands_for_files == scan.stands_for_files;
  }
};

}  // namespace influxdb3::query
