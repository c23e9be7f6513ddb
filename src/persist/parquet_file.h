#pragma once

#include <cstdint>
#include <string>

#include "model/time_range.h"
#include "util/ids.h"

namespace influxdb3::persist {

/// One Parquet file of a table. Immutable; within it rows are sorted by primary key, and no two
/// rows have the same key.
struct ParquetFile {
  uint64_t file_id = 0;  ///< unique in the node, never reused
  util::DbId db_id;
  util::TableId table_id;
  std::string path;  ///< in the object store, from its root
  uint64_t size_bytes = 0;
  uint64_t row_count = 0;
  model::TimeRange time_range;  ///< of its rows
  int64_t chunk_time_ns = 0;    ///< begin of the gen1 chunk, or of the compacted span
  uint32_t generation = 1;      ///< 1 = snapshot, 2 and more = compacted
  /// Where rows of two files have the same key, the file of the higher order wins, field by field.
  /// No two files of a table that overlap in time have the same. Buffered rows win over all files.
  uint64_t order = 0;
  /// Every row of the file comes from a log record up to this one: row deletions logged later apply
  /// to the file.
  uint64_t max_wal_seq = 0;
  uint64_t series_count = 0;  ///< different tag sets of its rows; 0 = not known
  /// Files with the same series_count and series_hash have rows of the same series: XXH3-64 over
  /// the series (docs/format/manifest.md).
  uint64_t series_hash = 0;

  bool operator==(const ParquetFile&) const = default;
};

}  // namespace influxdb3::persist
