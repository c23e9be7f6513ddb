#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "buffer/string_arena.h"
#include "buffer/table_snapshot.h"
#include "model/write_batch.h"

namespace influxdb3::buffer {

/// Bytes of one element of a field column in the buffer.
size_t ElementBytes(model::ColumnType type);

/// Memory that snapshots own beside what they share with the buffer.
using OwnedWords = std::vector<std::unique_ptr<uint64_t[]>>;

/// A run of rows of a chunk, column by column, in memory that never moves. The writer appends under
/// the table's lock; what lies below a row count read under that lock can be read without it.
class Segment {
 public:
  Segment(uint32_t first_row, uint32_t capacity);

  uint32_t first_row() const { return first_row_; }
  uint32_t row_count() const { return row_count_; }
  uint32_t free_rows() const { return capacity_ - row_count_; }

  /// Where the next rows' times, series and links go; filled by the caller before AdvanceRows.
  int64_t* next_times() { return times_ + row_count_; }
  uint32_t* next_series() { return series_ + row_count_; }
  uint32_t* next_links() { return links_ + row_count_; }
  /// What the chunk stored for a row. Any thread, for rows it learned of from a chain or a view.
  uint32_t link(uint32_t chunk_row) const { return links_[chunk_row - first_row_]; }
  int64_t time(uint32_t chunk_row) const { return times_[chunk_row - first_row_]; }

  /// Copies `count` values of `field` from row `begin` of its batch to the next rows; long strings
  /// go into `arena`.
  void AppendField(const model::FieldColumn& field, uint32_t begin, uint32_t count,
                   StringArena* arena);
  /// Makes the next `count` rows part of the segment; columns not appended are NULL in them.
  void AdvanceRows(uint32_t count) { row_count_ += count; }
  /// No more rows will come.
  void Seal();

  /// The present rows. Validity words that the writer may still change are copied into `owned`.
  SegmentView View(OwnedWords* owned) const;
  size_t allocated_bytes() const { return allocated_bytes_; }

 private:
  struct Freer {
    void operator()(void* memory) const { std::free(memory); }
  };
  using Memory = std::unique_ptr<void, Freer>;

  struct Column {
    Memory values;                         // null while all rows are NULL
    std::unique_ptr<uint64_t[]> validity;  // null while the valid rows are a prefix
    uint32_t valid_prefix = 0;             // rows of that prefix; stays behind once it has ended
  };

  void AppendStrings(const model::FieldColumn& field, uint32_t begin, uint32_t count, StringRef* to,
                     StringArena* arena);
  void AllocateValidity(Column* column);
  ColumnView ViewColumn(const Column& column, OwnedWords* owned) const;

  const uint32_t first_row_;
  const uint32_t capacity_;
  uint32_t row_count_ = 0;
  bool sealed_ = false;
  Memory row_memory_;
  int64_t* const times_;
  uint32_t* const series_;
  uint32_t* const links_;
  std::vector<Column> columns_;  // by ColumnId
  size_t allocated_bytes_;
};

}  // namespace influxdb3::buffer
