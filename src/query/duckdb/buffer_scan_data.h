#pragma once

#include <cstdint>
#include <memory>

#include "duckdb.hpp"

#include "query/duckdb/scan_filter.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// What a planned buffer scan reads. Changed by the optimiser only, before the scan runs.
struct BufferScanData : public duckdb::FunctionData {
  std::shared_ptr<ScanSource> source;
  ScanFilter filter;
  /// When not 0, the scan may leave out rows that have at least this many newer ones in their
  /// series.
  uint32_t latest_per_series = 0;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<BufferScanData>(*this);
  }
  bool Equals(const duckdb::FunctionData& other) const override { return this == &other; }
};

}  // namespace influxdb3::query
