#include "buffer/segment.h"

#include <algorithm>
#include <cstring>

#include "buffer/bit_range.h"
#include "util/check.h"

namespace influxdb3::buffer {
namespace {

constexpr size_t kRowBytes = sizeof(int64_t) + 2 * sizeof(uint32_t);

void* Checked(void* memory) {
  CHECK(memory != nullptr);
  return memory;
}

BitsSet ValidRows(const model::FieldColumn& field, uint32_t begin, uint32_t count) {
  return field.validity == nullptr ? BitsSet::kAll : TestBits(field.validity, begin, count);
}

}  // namespace

size_t ElementBytes(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kInt64:
    case model::ColumnType::kUInt64:
    case model::ColumnType::kFloat64: return 8;
    case model::ColumnType::kString: return sizeof(StringRef);
    case model::ColumnType::kBool: return 1;
    case model::ColumnType::kTag: break;
  }
  return 0;
}

Segment::Segment(uint32_t first_row, uint32_t capacity)
    : first_row_(first_row),
      capacity_(capacity),
      row_memory_(Checked(std::malloc(capacity * kRowBytes))),
      times_(static_cast<int64_t*>(row_memory_.get())),
      series_(reinterpret_cast<uint32_t*>(times_ + capacity)),
      links_(series_ + capacity),
      allocated_bytes_(sizeof(Segment) + capacity * kRowBytes) {}

void Segment::AppendField(const model::FieldColumn& field, uint32_t begin, uint32_t count,
                          StringArena* arena) {
  DCHECK(count <= free_rows());
  const BitsSet valid = ValidRows(field, begin, count);
  if (valid == BitsSet::kNone) return;

  const size_t id = field.column_id.value;
  if (id >= columns_.size()) {
    const size_t capacity_before = columns_.capacity();
    columns_.resize(id + 1);
    allocated_bytes_ += (columns_.capacity() - capacity_before) * sizeof(Column);
  }
  Column& column = columns_[id];
  const size_t element_bytes = ElementBytes(field.type);
  if (column.values == nullptr) {
    // Zeroed, since NULL rows hold zero and rows may be skipped.
    column.values.reset(Checked(std::calloc(capacity_, element_bytes)));
    allocated_bytes_ += capacity_ * element_bytes;
  }
  if (field.type == model::ColumnType::kString) {
    AppendStrings(field, begin, count, static_cast<StringRef*>(column.values.get()) + row_count_,
                  arena);
  } else {
    std::memcpy(static_cast<char*>(column.values.get()) + row_count_ * element_bytes,
                static_cast<const char*>(field.values) + begin * element_bytes,
                count * element_bytes);
  }

  if (valid == BitsSet::kAll && column.valid_prefix == row_count_) {
    column.valid_prefix += count;
    return;
  }
  if (column.validity == nullptr) AllocateValidity(&column);
  if (valid == BitsSet::kAll) {
    SetBits(column.validity.get(), row_count_, count);
  } else {
    OrBits(column.validity.get(), row_count_, field.validity, begin, count);
  }
}

void Segment::AppendStrings(const model::FieldColumn& field, uint32_t begin, uint32_t count,
                            StringRef* to, StringArena* arena) {
  const auto* from = field.As<std::string_view>() + begin;
  for (uint32_t i = 0; i < count; ++i) {
    const bool in_place = from[i].size() <= StringRef::kInlineBytesMax;
    to[i] = StringRef::Of(in_place ? from[i] : arena->Copy(from[i]));
  }
}

void Segment::AllocateValidity(Column* column) {
  const uint32_t words = WordCount(capacity_);
  column->validity = std::make_unique<uint64_t[]>(words);
  allocated_bytes_ += words * sizeof(uint64_t);
  SetBits(column->validity.get(), 0, column->valid_prefix);
}

void Segment::Seal() {
  sealed_ = true;
  for (Column& column : columns_) {
    const bool has_nulls = column.values != nullptr && column.valid_prefix < row_count_;
    if (has_nulls && column.validity == nullptr) AllocateValidity(&column);
  }
}

SegmentView Segment::View(OwnedWords* owned) const {
  SegmentView view;
  view.row_count = row_count_;
  view.first_row = first_row_;
  view.time = times_;
  view.series = series_;
  view.columns.reserve(columns_.size());
  for (const Column& column : columns_) view.columns.push_back(ViewColumn(column, owned));
  return view;
}

ColumnView Segment::ViewColumn(const Column& column, OwnedWords* owned) const {
  ColumnView view;
  view.values = column.values.get();
  if (column.values == nullptr || column.valid_prefix >= row_count_) return view;
  view.validity = column.validity.get();
  const bool may_change = !sealed_ && row_count_ % 64 != 0;
  if (column.validity == nullptr || may_change) {
    const uint32_t words = WordCount(row_count_);
    auto copy = std::make_unique<uint64_t[]>(words);
    if (column.validity == nullptr) {
      SetBits(copy.get(), 0, column.valid_prefix);
    } else {
      std::copy_n(column.validity.get(), words, copy.get());
    }
    view.validity = copy.get();
    owned->push_back(std::move(copy));
  }
  return view;
}

}  // namespace influxdb3::buffer
