#pragma once

#include <cstdint>
#include <vector>

#include "duckdb.hpp"

#include "model/time_range.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// The part of a WHERE clause that a buffer scan applies itself, exactly.
struct ScanFilter {
  model::TimeRange time;
  /// One flag per series of the snapshot; empty when every series qualifies.
  std::vector<uint8_t> series_selected;
  uint32_t selected_count = 0;  ///< of series_selected

  bool SelectsSeries() const { return !series_selected.empty(); }
  bool operator==(const ScanFilter&) const = default;
};

/// Takes out of `filters` those that `filter` then applies: bounds of `time` by constants, and
/// conditions on tags alone, which are decided once per value or series instead of once per row.
/// `columns` maps the expressions' column indexes to the source's columns.
void ExtractScanFilters(duckdb::ClientContext& context, ScanSource& source,
                        const std::vector<uint32_t>& columns,
                        duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>* filters,
                        ScanFilter* filter);

/// Narrows `filter` to the times that bounds of `time` by constants among `filters` leave.
void NarrowToTimes(duckdb::ClientContext& context, ScanSource& source,
                   const std::vector<uint32_t>& columns,
                   const duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters,
                   ScanFilter* filter);

}  // namespace influxdb3::query
