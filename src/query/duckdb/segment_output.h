#pragma once

#include <cstdint>
#include <vector>

#include "duckdb.hpp"

#include "buffer/table_snapshot.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::query {

/// The columns that one scan returns and what it needs to fill vectors with them. Shared read-only
/// by the scan's threads.
class SegmentOutput {
 public:
  /// `columns`: indexes of the source's columns or kNoScanColumn, one for each vector of the
  /// output.
  SegmentOutput(ScanSource* source, const std::vector<uint32_t>& columns);

  /// Rows [begin, begin + count) of a segment, without copying field values. `begin` is a multiple
  /// of 64 and count at most STANDARD_VECTOR_SIZE.
  void Range(const buffer::SegmentView& segment, uint32_t begin, uint32_t count,
             duckdb::DataChunk* out) const;

  /// Those of the rows [begin, …) of a segment that `rows` selects, as offsets from begin.
  void Selected(const buffer::SegmentView& segment, uint32_t begin,
                const duckdb::SelectionVector& rows, uint32_t count, duckdb::DataChunk* out) const;

  /// For scattered rows, by copying: BeginRows once, AppendRows for the rows of each segment, one
  /// behind the other, then FinishRows with the series of all appended rows in the same order.
  static void BeginRows(duckdb::DataChunk* out);
  void AppendRows(const buffer::SegmentView& segment, const uint32_t* rows, uint32_t count,
                  uint32_t to, duckdb::DataChunk* out) const;
  void FinishRows(const std::vector<uint32_t>& series, duckdb::DataChunk* out) const;

 private:
  struct Output {
    const ScanColumn* column = nullptr;  ///< null: placeholder
    duckdb::buffer_ptr<duckdb::VectorChildBuffer> dictionary;
    const uint32_t* codes = nullptr;  ///< by series; null: every code is 0
  };

  void TagRange(const Output& output, const uint32_t* series, uint32_t count,
                duckdb::Vector* vector) const;

  std::vector<Output> columns_;
};

}  // namespace influxdb3::query
