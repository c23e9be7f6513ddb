#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/time_range.h"
#include "persist/parquet_file.h"
#include "persist/table_files.h"

namespace influxdb3::persist {

struct CompactionRules {
  /// About the size of a file that is done.
  uint64_t target_file_bytes = uint64_t{256} << 20;
  /// Files are not merged over a UTC midnight when they are as large as this: a file is sorted by
  /// tags first, so a query for an hour of it must look everywhere in it.
  uint64_t day_file_bytes = uint64_t{32} << 20;
  /// Neighbours that do not overlap are merged when there are so many, and when the largest is at
  /// most twice the others together: each row is then rewritten a logarithmic number of times.
  size_t merge_count_min = 4;
  /// Large files that do not overlap each other are rewritten for the sake of others that overlap
  /// them when together they have at most so many bytes,
  uint64_t overlap_free_bytes = uint64_t{16} << 20;
  /// or at most so many times as many as the others,
  uint64_t overlap_factor = 8;
  /// or when there are so many others for each of them.
  size_t overlap_count = 16;
  /// Boundaries between files lie at multiples of it, as those between chunks do.
  int64_t boundary_ns = int64_t{600} * 1'000'000'000;
};

/// Files that are to be replaced by one file for each of `outputs`.
struct CompactionJob {
  std::vector<std::shared_ptr<const ParquetFile>> inputs;  ///< by order
  /// Ascending and disjoint; all rows of the inputs lie in one of them.
  std::vector<model::TimeRange> outputs;
};

/// What should be merged among the files of one table; no file is in two jobs. `tombstones` are all
/// of the table that are newer than one of the files: files that they apply to are rewritten.
///
/// Every job is closed: of two files that overlap in time, one inside a job and one not, the one
/// outside is older than the other or newer than all of the job. So a row of the job's output,
/// which takes the highest order of the inputs, still stands to the rows of other files as before.
std::vector<CompactionJob> PlanCompaction(
    std::vector<std::shared_ptr<const ParquetFile>> files,
    const std::vector<std::shared_ptr<const Tombstone>>& tombstones, const CompactionRules& rules);

}  // namespace influxdb3::persist
