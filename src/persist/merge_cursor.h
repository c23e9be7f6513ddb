#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "persist/merge_reader.h"

namespace arrow {
class RecordBatch;
}

namespace influxdb3::persist {

/// A row deletion with its tags' positions in the series key.
struct Deletion {
  model::TimeRange range;
  std::vector<std::pair<size_t, std::string_view>> tags;
};

/// One input of a merge and the run of rows of one series that it stands in. Rows outside the range
/// and deleted ones are passed over. One thread.
class MergeCursor {
 public:
  MergeCursor(MergeInput input, size_t tag_count, const model::TimeRange& range,
              std::vector<Deletion> deletions);

  /// Goes to the first row. Once, before all else.
  util::Status Start();
  bool at_end() const { return batch_ == nullptr; }
  uint64_t order() const { return input_.order; }

  /// By position in the series key; a view whose data() is null stands for NULL.
  const std::vector<std::string_view>& tags() const { return tags_; }
  int64_t time() const { return times_[row_]; }
  int64_t row() const { return row_; }
  const arrow::RecordBatch& batch() const { return *batch_; }

  /// How many rows from the present one on are of this series and earlier than `bound_ns`, as far
  /// as they lie together in the batch. At least 1 when the present row is.
  int64_t RowsBefore(int64_t bound_ns) const;
  /// Leaves `count` rows of those behind and goes to the next one.
  util::Status Skip(int64_t count);

 private:
  util::Status LoadBatch();
  void EnterSeries();
  bool IsVisible(int64_t row) const;
  util::Status SettleOnVisible();

  MergeInput input_;
  const size_t tag_count_;
  const model::TimeRange range_;
  const std::vector<Deletion> deletions_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  const int64_t* times_ = nullptr;
  int64_t row_ = 0;
  int64_t series_end_ = 0;  // row of the batch behind the run
  std::vector<std::string_view> tags_;
  std::vector<model::TimeRange> hidden_;  // of the present series
};

/// Orders series keys as files do: NULL before all values, else bytewise.
int CompareTags(const std::vector<std::string_view>& left,
                const std::vector<std::string_view>& right);

}  // namespace influxdb3::persist
