#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "model/table_schema.h"
#include "model/time_range.h"

namespace influxdb3::buffer {

/// A string of the buffer in 16 bytes: length, then either up to 12 bytes in place (the rest zero)
/// or 4 bytes of prefix and a pointer to bytes that live as long as the snapshot. This is the
/// memory layout of DuckDB's string_t (1.5), so string columns are scanned without copying;
/// query/duckdb asserts that the sizes agree.
struct alignas(8) StringRef {
  static constexpr uint32_t kInlineBytesMax = 12;
  uint32_t size = 0;
  char inlined[kInlineBytesMax] = {};  ///< or prefix and pointer

  /// `bytes` must outlive this when longer than kInlineBytesMax.
  static StringRef Of(std::string_view bytes) {
    StringRef ref;
    ref.size = static_cast<uint32_t>(bytes.size());
    if (bytes.size() <= kInlineBytesMax) {
      if (!bytes.empty()) std::memcpy(ref.inlined, bytes.data(), bytes.size());
    } else {
      const char* pointer = bytes.data();
      std::memcpy(ref.inlined, pointer, kPrefixBytes);
      std::memcpy(ref.inlined + kPrefixBytes, &pointer, sizeof(pointer));
    }
    return ref;
  }

  const char* data() const {
    if (size <= kInlineBytesMax) return inlined;
    const char* pointer;
    std::memcpy(&pointer, inlined + kPrefixBytes, sizeof(pointer));
    return pointer;
  }
  std::string_view view() const { return {data(), size}; }

 private:
  static constexpr uint32_t kPrefixBytes = 4;
};
static_assert(sizeof(StringRef) == 16);

/// Values of one field column for the rows of one Segment. Null rows hold zero or an empty string.
struct ColumnView {
  /// int64_t, uint64_t, double, StringRef or uint8_t elements, by the column's type. Null when no
  /// row of the segment has a value: the whole column is NULL here.
  const void* values = nullptr;
  /// One bit per row as in model::FieldColumn; null when all rows of the view have a value. Bits
  /// past row_count in the last word are unspecified, but never change while reading.
  const uint64_t* validity = nullptr;

  bool IsValid(uint32_t row) const {
    return values != nullptr &&
           (validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1) != 0);
  }
};

/// A run of rows of a chunk in order of arrival. The first `row_count` rows never change.
struct SegmentView {
  uint32_t row_count = 0;
  uint32_t first_row = 0;  ///< index in the chunk of this segment's first row
  const int64_t* time = nullptr;
  const uint32_t* series = nullptr;  ///< indexes for SeriesView
  /// By ColumnId; tag columns are empty views, and columns behind the last one with a value here
  /// are missing: see column().
  std::vector<ColumnView> columns;

  /// An empty view for a column that has no values here, or that the table did not have yet.
  ColumnView column(util::ColumnId id) const {
    return id.value < columns.size() ? columns[id.value] : ColumnView();
  }
};

/// The tag sets of a table. Indexes are dense, in order of first arrival, and never change meaning.
struct SeriesView {
  uint32_t series_count = 0;
  struct Tag {
    /// Distinct values of the tag; entry 0 stands for NULL (an empty string here).
    const StringRef* dictionary = nullptr;
    uint32_t dictionary_size = 0;
    /// series_count codes into `dictionary`. Null when the tag was added after the last new series:
    /// every code is 0.
    const uint32_t* codes = nullptr;
  };
  /// Parallel to TableSchema::tag_columns(), of the catalog's schema at the time of the snapshot or
  /// a later one.
  std::vector<Tag> tags;
};

class Chunk;

/// The rows of one chunk (10 minutes of data time) as a query must see them.
struct ChunkView {
  model::TimeRange time_range;  ///< of the rows present (not the chunk's nominal bounds)
  /// Where rows of two chunks have the same series and time, the chunk of the higher order wins,
  /// field by field. Only chunks of the same span of data time can have such rows.
  uint64_t order = 0;
  uint32_t row_count = 0;  ///< over all segments, superseded rows included
  std::vector<SegmentView> segments;
  /// False when no two rows have the same series and time and no row was deleted: nothing to skip.
  bool has_duplicates = false;
  /// Set only with has_duplicates: bit `row` (chunk-wide index) is set for rows that another row of
  /// the same series and time replaces and for deleted ones; skip them.
  const uint64_t* superseded = nullptr;
  /// Set only with has_duplicates: one row for each replaced group, the last non-null value of each
  /// field having won. Its rows are in addition to those of `segments`.
  std::vector<SegmentView> merged;
  /// Rows of each series are linked for look-ups: see TableSnapshot::RowsOfSeries.
  const Chunk* chunk = nullptr;
};

/// A consistent, immutable view of a table's buffered rows. Keeps alive all it points to. May be
/// read by several threads.
class TableSnapshot {
 public:
  virtual ~TableSnapshot() = default;
  virtual const SeriesView& series() const = 0;
  /// Chunks that overlap the range asked for, oldest first, those of one span by order.
  virtual const std::vector<ChunkView>& chunks() const = 0;
  /// Over all chunks(), superseded rows included.
  virtual uint64_t row_count() const = 0;

  /// The chunk-wide row indexes of one series in `chunk`, below chunk.row_count, ascending; without
  /// scanning the chunk. Superseded rows are included. Replaces the content of `rows`.
  virtual void RowsOfSeries(const ChunkView& chunk, uint32_t series,
                            std::vector<uint32_t>* rows) const = 0;
};

}  // namespace influxdb3::buffer
