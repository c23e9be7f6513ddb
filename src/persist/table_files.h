#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/time_range.h"
#include "persist/parquet_file.h"
#include "util/ids.h"

namespace influxdb3::persist {

/// A row deletion that files may still hold rows of. Hides the rows of files whose max_wal_seq is
/// below `wal_seq`, whose time lies in `range` and whose tags equal all of `tags` (an empty value
/// stands for NULL).
struct Tombstone {
  util::TableId table_id;
  uint64_t wal_seq = 0;
  model::TimeRange range;
  std::vector<std::pair<util::ColumnId, std::string>> tags;

  bool operator==(const Tombstone&) const = default;
};

/// The Parquet files of one table at one moment, and what was deleted from them. Immutable.
struct TableFiles {
  std::vector<std::shared_ptr<const ParquetFile>> files;     ///< by time_range.min_ns, then order
  std::vector<std::shared_ptr<const Tombstone>> tombstones;  ///< by wal_seq
};

}  // namespace influxdb3::persist
