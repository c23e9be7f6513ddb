#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ingest/batch_memory.h"
#include "model/column_type.h"
#include "model/write_batch.h"

namespace influxdb3::ingest {

/// Bytes that a value of a field takes in a batch.
size_t ValueBytes(model::ColumnType type);

/// The shape of a table's rows under construction, shared by its fields.
struct RowShape {
  uint32_t row_capacity = 0;  ///< rows that there is room for
  size_t row_bytes = 0;       ///< of the values of all fields in use
};

/// The values of one field for the rows of a batch under construction. Rows are put in ascending
/// order; rows left out become null when a later one is put. The row being built may be taken back.
class FieldSlot {
 public:
  FieldSlot(uint32_t column_id, model::ColumnType type, std::string_view written)
      : written_(written), column_id_(column_id), type_(type) {}

  /// The spelling of the field's key to expect in a body; empty when the key needs escapes and was
  /// not seen yet.
  std::string_view written() const { return written_; }
  void set_written(std::string_view written) { written_ = written; }
  uint32_t column_id() const { return column_id_; }
  model::ColumnType type() const { return type_; }
  bool Has(uint32_t row) const { return filled_ > row; }
  bool used() const { return row_limit_ != 0; }

  /// `row` is below the shape's capacity and does not have a value yet.
  template <class T>
  void Put(uint32_t row, RowShape* shape, T value) {
    if (filled_ != row || row >= row_limit_) [[unlikely]]
      Prepare(row, shape);
    if (has_nulls_) validity_[row / 64] |= uint64_t{1} << (row % 64);
    static_cast<T*>(values_)[row] = value;
    filled_ = row + 1;
  }

  /// Takes back the value of `row`, the last one, if it has one.
  void Undo(uint32_t row, RowShape* shape);

  /// The finished column of `row_count` rows, whose memory goes to `storage`; the slot is as new.
  model::FieldColumn Finish(uint32_t row_count, BatchStorage* storage);

  /// The number of the line that used the field last; finds fields that a line repeats.
  uint64_t line_mark = 0;

 private:
  void Prepare(uint32_t row, RowShape* shape);
  void Grow(uint32_t row_capacity);
  void FillNulls(uint32_t row);

  std::string_view written_;
  void* values_ = nullptr;  // memory_'s
  uint32_t column_id_;
  uint32_t filled_ = 0;     // rows below have a value or are null
  uint32_t row_limit_ = 0;  // capacity_, or 0 while no row has a value
  model::ColumnType type_;
  bool has_nulls_ = false;
  uint32_t capacity_ = 0;
  uint32_t first_row_ = 0;  // of those with a value
  GrowArray<std::byte> memory_;
  GrowArray<uint64_t> validity_;  // only meaningful with has_nulls_
};

}  // namespace influxdb3::ingest
