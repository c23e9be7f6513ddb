#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "buffer/table_snapshot.h"
#include "model/column_type.h"

namespace influxdb3::buffer {

class Chunk;

/// A row that shares series and time with another one.
struct DuplicateRow {
  uint32_t series = 0;
  int64_t time_ns = 0;
  uint32_t row = 0;  ///< chunk-wide index
  auto operator<=>(const DuplicateRow&) const = default;
};

/// The rows that replace groups of rows with equal series and time, in memory of their own. String
/// values point into the chunk.
class MergedRows {
 public:
  /// `rows` are sorted: those of a group lie together, in order of arrival. `types` are the table's
  /// columns' types by ColumnId.
  MergedRows(const ChunkView& chunk, const std::vector<DuplicateRow>& rows,
             const std::vector<model::ColumnType>& types);
  const std::vector<SegmentView>& segments() const { return segments_; }

 private:
  struct Part;
  void AddPart(const ChunkView& chunk, std::span<const DuplicateRow> rows,
               std::span<const uint32_t> group_ends, const std::vector<model::ColumnType>& types);

  std::vector<std::shared_ptr<const Part>> parts_;
  std::vector<SegmentView> segments_;
};

/// The rows of a chunk that row deletions took out of sight. Immutable.
struct HiddenRows {
  uint32_t row_count = 0;  ///< later rows are not hidden
  std::vector<uint64_t> bits;

  bool Contains(uint32_t row) const {
    return row < row_count && ((bits[row / 64] >> (row % 64)) & 1) != 0;
  }
};

/// The rows of a chunk of which several have the same series and time, and the hidden ones, at one
/// row count. Immutable.
struct DuplicateSet {
  uint32_t row_count = 0;
  uint32_t candidate_count = 0;
  std::shared_ptr<const HiddenRows> hidden;  ///< null when nothing was deleted
  /// Sorted by series, time and arrival; hidden rows are among them, and so are rows that only a
  /// hidden one equals.
  std::vector<DuplicateRow> rows;
  std::vector<uint64_t> superseded;  ///< empty when there are neither duplicates nor hidden rows
  std::shared_ptr<const MergedRows> merged;  ///< null when there are no visible duplicates
};

/// Finds the duplicates of `chunk`, a view of `storage`. Each pair of duplicates has one of
/// `candidates` in it (chunk-wide indexes of all rows that were not later than the rows of their
/// series before them, ascending). Only candidates that `earlier` does not know are looked at;
/// `earlier` may be null and is never of more rows. Rows of `hidden` (may be null) take no part.
std::shared_ptr<const DuplicateSet> FindDuplicates(const Chunk& storage, const ChunkView& chunk,
                                                   std::span<const uint32_t> candidates,
                                                   std::shared_ptr<const HiddenRows> hidden,
                                                   const DuplicateSet* earlier,
                                                   const std::vector<model::ColumnType>& types);

}  // namespace influxdb3::buffer
