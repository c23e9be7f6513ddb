#include "ingest/field_slot.h"

#include <cstring>

namespace influxdb3::ingest {
namespace {

constexpr size_t WordCount(size_t bits) {
  return (bits + 63) / 64;
}

}  // namespace

size_t ValueBytes(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kInt64: return sizeof(int64_t);
    case model::ColumnType::kUInt64: return sizeof(uint64_t);
    case model::ColumnType::kFloat64: return sizeof(double);
    case model::ColumnType::kString: return sizeof(std::string_view);
    case model::ColumnType::kBool: return sizeof(uint8_t);
    case model::ColumnType::kTag: break;
  }
  CHECK(false);
  return 0;
}

void FieldSlot::Grow(uint32_t row_capacity) {
  memory_.Reserve(row_capacity * ValueBytes(type_));
  values_ = memory_.data();
  if (has_nulls_) {
    const size_t words_before = WordCount(capacity_);
    validity_.Reserve(WordCount(row_capacity));
    std::memset(validity_.data() + words_before, 0,
                (WordCount(row_capacity) - words_before) * sizeof(uint64_t));
  }
  capacity_ = row_capacity;
}

void FieldSlot::FillNulls(uint32_t row) {
  if (!has_nulls_) {
    const size_t words = WordCount(capacity_);
    validity_.Reserve(words);
    std::memset(validity_.data(), 0, words * sizeof(uint64_t));
    std::memset(validity_.data(), 0xFF, filled_ / 64 * sizeof(uint64_t));
    if (filled_ % 64 != 0) validity_[filled_ / 64] = (uint64_t{1} << (filled_ % 64)) - 1;
    has_nulls_ = true;
  }
  const size_t value_bytes = ValueBytes(type_);
  std::memset(memory_.data() + filled_ * value_bytes, 0, (row - filled_) * value_bytes);
  filled_ = row;
}

void FieldSlot::Prepare(uint32_t row, RowShape* shape) {
  if (row >= capacity_) Grow(shape->row_capacity);
  if (filled_ < row) FillNulls(row);
  if (!used()) {
    first_row_ = row;
    shape->row_bytes += ValueBytes(type_);
  }
  row_limit_ = capacity_;
}

void FieldSlot::Undo(uint32_t row, RowShape* shape) {
  if (filled_ <= row) return;
  filled_ = row;
  if (first_row_ == row) {
    shape->row_bytes -= ValueBytes(type_);
    row_limit_ = 0;
    has_nulls_ = false;
    filled_ = 0;
  } else if (has_nulls_) {
    validity_[row / 64] &= ~(uint64_t{1} << (row % 64));
  }
}

model::FieldColumn FieldSlot::Finish(uint32_t row_count, BatchStorage* storage) {
  model::FieldColumn column;
  column.column_id = util::ColumnId(column_id_);
  column.type = type_;
  if (row_count > capacity_) Grow(row_count);
  if (filled_ < row_count) FillNulls(row_count);
  column.values = values_;
  storage->arrays.push_back(memory_.Release());
  if (has_nulls_) {
    column.validity = validity_.data();
    storage->arrays.push_back(validity_.Release());
  }
  values_ = nullptr;
  filled_ = 0;
  capacity_ = 0;
  has_nulls_ = false;
  row_limit_ = 0;
  return column;
}

}  // namespace influxdb3::ingest
