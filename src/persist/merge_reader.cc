#include "persist/merge_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/api.h>

#include "persist/merge_cursor.h"
#include "persist/merge_output.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

/// A batch ends early when its strings take so much.
constexpr int64_t kBatchStringBytesMax = int64_t{16} << 20;

/// `tombstone` by positions in the series key; nothing when no row can match it.
std::optional<Deletion> ToDeletion(const Tombstone& tombstone, const model::TableSchema& schema) {
  Deletion deletion{tombstone.range, {}};
  const auto& tags = schema.tag_columns();
  for (const auto& [column, value] : tombstone.tags) {
    const auto found = std::find(tags.begin(), tags.end(), column);
    if (found != tags.end()) {
      deletion.tags.emplace_back(static_cast<size_t>(found - tags.begin()), value);
    } else if (!value.empty()) {
      return std::nullopt;
    }
  }
  return deletion;
}

class KeyMerge : public MergeReader {
 public:
  KeyMerge(std::shared_ptr<const model::TableSchema> schema, std::vector<MergeInput> inputs,
           std::vector<std::shared_ptr<const Tombstone>> tombstones, const model::TimeRange& range,
           uint32_t batch_rows_max)
      : tombstones_(std::move(tombstones)),
        batch_rows_max_(batch_rows_max),
        output_(FileSchema(*schema), schema->tag_columns().size()) {
    for (MergeInput& input : inputs) {
      std::vector<Deletion> deletions;
      for (const auto& tombstone : tombstones_) {
        if (tombstone->wal_seq <= input.max_wal_seq) continue;
        if (auto deletion = ToDeletion(*tombstone, *schema)) {
          deletions.push_back(std::move(*deletion));
        }
      }
      cursors_.push_back(std::make_unique<MergeCursor>(
          std::move(input), schema->tag_columns().size(), range, std::move(deletions)));
    }
    // Equal keys are then met in order of the files.
    std::stable_sort(cursors_.begin(), cursors_.end(), [](const auto& left, const auto& right) {
      return left->order() < right->order();
    });
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    RETURN_IF_ERROR(Start());
    while (!heap_.empty()) {
      RETURN_IF_ERROR(Step());
      if (output_.row_count() >= batch_rows_max_ ||
          output_.string_bytes() >= kBatchStringBytesMax) {
        return output_.Take();
      }
    }
    if (output_.row_count() > 0) return output_.Take();
    return std::shared_ptr<arrow::RecordBatch>();
  }

 private:
  static int CompareKeys(const MergeCursor& left, const MergeCursor& right) {
    const int order = CompareTags(left.tags(), right.tags());
    if (order != 0) return order;
    return static_cast<int>(left.time() > right.time()) -
           static_cast<int>(left.time() < right.time());
  }

  // Whether cursor `left` is behind cursor `right`; the heap's top is the first in order.
  bool IsBehind(size_t left, size_t right) const {
    const int order = CompareKeys(*cursors_[left], *cursors_[right]);
    return order != 0 ? order > 0 : left > right;
  }

  size_t PopFirst() {
    std::pop_heap(heap_.begin(), heap_.end(),
                  [this](size_t left, size_t right) { return IsBehind(left, right); });
    const size_t first = heap_.back();
    heap_.pop_back();
    return first;
  }

  void Push(size_t cursor) {
    if (cursors_[cursor]->at_end()) return;
    heap_.push_back(cursor);
    std::push_heap(heap_.begin(), heap_.end(),
                   [this](size_t left, size_t right) { return IsBehind(left, right); });
  }

  Status Start() {
    if (started_) return Status::Ok();
    for (size_t i = 0; i < cursors_.size(); ++i) {
      RETURN_IF_ERROR(cursors_[i]->Start());
      Push(i);
    }
    started_ = true;
    return Status::Ok();
  }

  // One row that several inputs have, or a run of rows that one has alone.
  Status Step() {
    const size_t first = PopFirst();
    MergeCursor& cursor = *cursors_[first];
    if (!heap_.empty() && CompareKeys(cursor, *cursors_[heap_.front()]) == 0) {
      return StepMerged(first);
    }
    int64_t bound = INT64_MAX;
    if (!heap_.empty()) {
      const MergeCursor& next = *cursors_[heap_.front()];
      if (CompareTags(cursor.tags(), next.tags()) == 0) bound = next.time();
    }
    const int64_t room = batch_rows_max_ - output_.row_count();
    // A row at the end of time is before no bound.
    const int64_t count = std::min(room, std::max<int64_t>(cursor.RowsBefore(bound), 1));
    RETURN_IF_ERROR(output_.AppendRows(cursor, count));
    RETURN_IF_ERROR(cursor.Skip(count));
    Push(first);
    return Status::Ok();
  }

  Status StepMerged(size_t first) {
    std::vector<size_t> same = {first};
    while (!heap_.empty() && CompareKeys(*cursors_[first], *cursors_[heap_.front()]) == 0) {
      same.push_back(PopFirst());
    }
    std::vector<const MergeCursor*> in_order;
    for (const size_t each : same) in_order.push_back(cursors_[each].get());
    RETURN_IF_ERROR(output_.AppendMerged(in_order));
    for (const size_t each : same) {
      RETURN_IF_ERROR(cursors_[each]->Skip(1));
      Push(each);
    }
    return Status::Ok();
  }

  const std::vector<std::shared_ptr<const Tombstone>> tombstones_;
  const int64_t batch_rows_max_;
  MergeOutput output_;
  std::vector<std::unique_ptr<MergeCursor>> cursors_;  // in order of the files
  std::vector<size_t> heap_;                           // cursors that are not at their end
  bool started_ = false;
};

}  // namespace

std::unique_ptr<MergeReader> MergeReader::Make(
    std::shared_ptr<const model::TableSchema> schema, std::vector<MergeInput> inputs,
    std::vector<std::shared_ptr<const Tombstone>> tombstones, const model::TimeRange& range,
    uint32_t batch_rows_max) {
  return std::make_unique<KeyMerge>(std::move(schema), std::move(inputs), std::move(tombstones),
                                    range, batch_rows_max);
}

}  // namespace influxdb3::persist
