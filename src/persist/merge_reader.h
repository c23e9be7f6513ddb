#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/table_schema.h"
#include "model/time_range.h"
#include "persist/parquet_file.h"
#include "persist/table_files.h"
#include "persist/table_writer.h"
#include "util/result.h"

namespace influxdb3::persist {

/// A file that takes part in a merge.
struct MergeInput {
  std::unique_ptr<TableReader> reader;
  uint64_t order = 0;        ///< ParquetFile::order
  uint64_t max_wal_seq = 0;  ///< ParquetFile::max_wal_seq
};

/// The rows of several files of one table as the rows of one: in order of the primary key, rows of
/// the same key made one (for each field the last non-null value in order of the files), without
/// those that `tombstones` delete and those outside `range`. Holds one batch of each input and one
/// of the output. One thread.
class MergeReader : public TableReader {
 public:
  static std::unique_ptr<MergeReader> Make(std::shared_ptr<const model::TableSchema> schema,
                                           std::vector<MergeInput> inputs,
                                           std::vector<std::shared_ptr<const Tombstone>> tombstones,
                                           const model::TimeRange& range, uint32_t batch_rows_max);
};

}  // namespace influxdb3::persist
