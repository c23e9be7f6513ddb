#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "util/result.h"

namespace arrow {
class ArrayBuilder;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace influxdb3::persist {

class MergeCursor;

/// Gathers rows of several inputs into one batch of the files' schema. One thread.
class MergeOutput {
 public:
  MergeOutput(std::shared_ptr<arrow::Schema> schema, size_t tag_count);
  ~MergeOutput();

  int64_t row_count() const { return row_count_; }
  /// Of the strings of fields, the only values that can be large.
  int64_t string_bytes() const { return string_bytes_; }

  /// `count` rows of `cursor` from its present one on, all of one series.
  util::Status AppendRows(const MergeCursor& cursor, int64_t count);
  /// The present rows of `cursors`, which have the same key, as one: of each field the last value
  /// that is not null. `cursors` is in order of the files.
  util::Status AppendMerged(const std::vector<const MergeCursor*>& cursors);
  /// The rows so far; the next ones make a new batch.
  util::Result<std::shared_ptr<arrow::RecordBatch>> Take();

 private:
  struct Tag;
  util::Status AppendTags(const MergeCursor& cursor, int64_t count);
  util::Status AppendColumn(size_t column, const arrow::RecordBatch& batch, int64_t row,
                            int64_t count);

  const std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<Tag>> tags_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> columns_;  // fields and time
  int64_t row_count_ = 0;
  int64_t string_bytes_ = 0;
};

}  // namespace influxdb3::persist
