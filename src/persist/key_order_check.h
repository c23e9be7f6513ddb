#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/time_range.h"
#include "util/status.h"

namespace arrow {
class RecordBatch;
}

namespace influxdb3::persist {

/// Sees to it that the rows of batches come in order of the primary key, none twice, and counts and
/// hashes their series. One thread.
class KeyOrderCheck {
 public:
  explicit KeyOrderCheck(size_t tag_count) : tag_count_(tag_count), last_tags_(tag_count) {}

  /// `batch` has the files' schema. Internal when a row is not behind the one before it, or has no
  /// time.
  util::Status Check(const arrow::RecordBatch& batch);

  uint64_t row_count() const { return row_count_; }
  /// Of all rows; empty without rows.
  const model::TimeRange& time_range() const { return time_range_; }
  /// As ParquetFile has them.
  uint64_t series_count() const { return series_count_; }
  uint64_t series_hash() const { return series_hash_; }

 private:
  const size_t tag_count_;
  std::vector<std::optional<std::string>> last_tags_;
  int64_t last_time_ns_ = 0;
  uint64_t row_count_ = 0;
  uint64_t series_count_ = 0;
  uint64_t series_hash_ = 0;
  model::TimeRange time_range_{INT64_MAX, INT64_MIN};
};

}  // namespace influxdb3::persist
