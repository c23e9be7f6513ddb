#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/time_range.h"
#include "persist/column_pages.h"
#include "persist/file_layout.h"

namespace influxdb3::query {

/// Rows of a row group that a scan needs, found without reading the others as far as can be.
struct SelectiveRows {
  std::shared_ptr<const persist::GroupLayout> layout;
  std::vector<persist::RowRange> ranges;     ///< ascending, not overlapping, each of one run
  std::vector<uint32_t> runs;                ///< by range
  std::vector<persist::ColumnRows> columns;  ///< by column of the file; only those asked for
  uint32_t row_count = 0;
};

/// Takes all rows of the runs that `selected` has set.
void TakeRuns(const std::vector<uint8_t>& selected, SelectiveRows* rows);

/// Keeps of each range the newest rows.
void KeepNewest(uint32_t row_count, SelectiveRows* rows);

/// Keeps rows of `times`; reads `time` of the file.
util::Status KeepTimes(const persist::FileLayout& file, const model::TimeRange& times,
                       const persist::ReadBytes& read, SelectiveRows* rows);

/// Reads columns of the file that were not read.
util::Status ReadColumns(const persist::FileLayout& file, const std::vector<int>& columns,
                         const persist::ReadBytes& read, SelectiveRows* rows);

}  // namespace influxdb3::query
