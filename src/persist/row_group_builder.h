#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/api.h>

namespace influxdb3::persist {

/// Gathers rows of several batches for one row group. Tags get a dictionary of just the values that
/// occur in it, so that the file's dictionary pages are as small as can be. One thread.
class RowGroupBuilder {
 public:
  RowGroupBuilder(std::shared_ptr<arrow::Schema> schema, size_t tag_count);
  ~RowGroupBuilder();

  int64_t row_count() const { return row_count_; }
  /// Memory that the rows take, roughly.
  int64_t size_bytes() const { return size_bytes_; }

  /// Keeps references into `batch` for all but the tags.
  arrow::Status Append(const arrow::RecordBatch& batch);
  /// How many different values the tag has so far.
  int64_t DistinctTagValues(size_t tag) const;
  /// The rows; afterwards the builder is empty.
  arrow::Result<std::shared_ptr<arrow::Table>> Take();

 private:
  struct Tag;

  const std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::unique_ptr<Tag>> tags_;
  std::vector<arrow::ArrayVector> chunks_;  // of the other columns
  int64_t row_count_ = 0;
  int64_t size_bytes_ = 0;
};

}  // namespace influxdb3::persist
