#include "persist/merge_cursor.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>

namespace influxdb3::persist {

using util::Status;

namespace {

/// A tag column's codes, and what they stand for.
struct TagColumn {
  explicit TagColumn(const arrow::Array& column)
      : array(static_cast<const arrow::DictionaryArray&>(column)),
        codes(static_cast<const arrow::Int32Array&>(*array.indices())),
        values(static_cast<const arrow::StringArray&>(*array.dictionary())) {}

  std::string_view ValueAt(int64_t row) const {
    return codes.IsNull(row) ? std::string_view() : values.GetView(codes.Value(row));
  }
  bool Same(int64_t left, int64_t right) const {
    if (codes.IsNull(left) || codes.IsNull(right)) return codes.IsNull(left) == codes.IsNull(right);
    return codes.Value(left) == codes.Value(right);
  }

  const arrow::DictionaryArray& array;
  const arrow::Int32Array& codes;
  const arrow::StringArray& values;
};

}  // namespace

int CompareTags(const std::vector<std::string_view>& left,
                const std::vector<std::string_view>& right) {
  for (size_t i = 0; i < left.size(); ++i) {
    const bool left_null = left[i].data() == nullptr;
    if (left_null != (right[i].data() == nullptr)) return left_null ? -1 : 1;
    const int order = left[i].compare(right[i]);
    if (order != 0) return order;
  }
  return 0;
}

MergeCursor::MergeCursor(MergeInput input, size_t tag_count, const model::TimeRange& range,
                         std::vector<Deletion> deletions)
    : input_(std::move(input)),
      tag_count_(tag_count),
      range_(range),
      deletions_(std::move(deletions)),
      tags_(tag_count) {}

Status MergeCursor::Start() {
  RETURN_IF_ERROR(LoadBatch());
  return SettleOnVisible();
}

Status MergeCursor::LoadBatch() {
  do {
    ASSIGN_OR_RETURN(batch_, input_.reader->Next());
    if (batch_ == nullptr) return Status::Ok();
  } while (batch_->num_rows() == 0);
  const arrow::Array& time = *batch_->column(batch_->num_columns() - 1);
  times_ = static_cast<const arrow::TimestampArray&>(time).raw_values();
  row_ = 0;
  EnterSeries();
  return Status::Ok();
}

void MergeCursor::EnterSeries() {
  // Each tag is looked at only as far as the ones before it agree.
  series_end_ = batch_->num_rows();
  for (size_t tag = 0; tag < tag_count_; ++tag) {
    const TagColumn column(*batch_->column(static_cast<int>(tag)));
    tags_[tag] = column.ValueAt(row_);
    int64_t end = row_ + 1;
    while (end < series_end_ && column.Same(row_, end)) ++end;
    series_end_ = end;
  }
  hidden_.clear();
  for (const Deletion& deletion : deletions_) {
    const bool applies =
        std::all_of(deletion.tags.begin(), deletion.tags.end(),
                    [this](const auto& tag) { return tags_[tag.first] == tag.second; });
    if (applies) hidden_.push_back(deletion.range);
  }
}

bool MergeCursor::IsVisible(int64_t row) const {
  const int64_t time = times_[row];
  if (time < range_.min_ns || time > range_.max_ns) return false;
  return std::none_of(hidden_.begin(), hidden_.end(), [time](const model::TimeRange& range) {
    return time >= range.min_ns && time <= range.max_ns;
  });
}

Status MergeCursor::SettleOnVisible() {
  while (batch_ != nullptr) {
    while (row_ < series_end_ && !IsVisible(row_)) ++row_;
    if (row_ < series_end_) return Status::Ok();
    if (row_ < batch_->num_rows()) {
      EnterSeries();
    } else {
      RETURN_IF_ERROR(LoadBatch());
    }
  }
  return Status::Ok();
}

int64_t MergeCursor::RowsBefore(int64_t bound_ns) const {
  int64_t end = row_;
  while (end < series_end_ && times_[end] < bound_ns && IsVisible(end)) ++end;
  return end - row_;
}

Status MergeCursor::Skip(int64_t count) {
  row_ += count;
  return SettleOnVisible();
}

}  // namespace influxdb3::persist
