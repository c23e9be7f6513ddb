#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "buffer/table_snapshot.h"
#include "model/column_type.h"

namespace influxdb3::buffer {

class Chunk;

/// The rows that replace groups of rows with equal series and time, in memory of their own. String
/// values point into the chunk.
class MergedRows {
 public:
  /// `rows` are chunk-wide indexes: group `g` is those from `ends[g - 1]` (0 for the first) to
  /// `ends[g]`, in order of arrival. `types` are the table's columns' types by ColumnId.
  MergedRows(const ChunkView& chunk, const std::vector<uint32_t>& rows,
             const std::vector<uint32_t>& ends, const std::vector<model::ColumnType>& types);
  const std::vector<SegmentView>& segments() const { return segments_; }

 private:
  struct Part;
  std::vector<std::shared_ptr<const Part>> parts_;
  std::vector<SegmentView> segments_;
};

/// The rows of a chunk of which several have the same series and time, at one row count. Immutable.
struct DuplicateSet {
  uint32_t row_count = 0;
  uint32_t candidate_count = 0;
  std::vector<uint32_t> series;  ///< of each group, ascending
  std::vector<uint32_t> rows;    ///< of all groups; see MergedRows
  std::vector<uint32_t> ends;
  std::vector<uint64_t> superseded;
  std::shared_ptr<const MergedRows> merged;  ///< null when there are no duplicates
};

/// Finds the duplicates of `chunk`. Only series of `candidates` (chunk-wide indexes of all rows
/// that were not later than their predecessor) can have any; what `earlier` knows of series without
/// new candidates is taken over. `earlier` may be null and is never of more rows.
std::shared_ptr<const DuplicateSet> FindDuplicates(const Chunk& storage, const ChunkView& chunk,
                                                   std::span<const uint32_t> candidates,
                                                   const DuplicateSet* earlier,
                                                   const std::vector<model::ColumnType>& types);

}  // namespace influxdb3::buffer
