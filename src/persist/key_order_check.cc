#include "persist/key_order_check.h"

#include <algorithm>
#include <string_view>

#include <arrow/api.h>
#include <fmt/format.h>
#include <xxhash.h>

#include "model/byte_io.h"

namespace influxdb3::persist {

using util::Status;

namespace {

struct TagColumn {
  explicit TagColumn(const arrow::Array& column)
      : codes(static_cast<const arrow::Int32Array&>(
            *static_cast<const arrow::DictionaryArray&>(column).indices())),
        values(static_cast<const arrow::StringArray&>(
            *static_cast<const arrow::DictionaryArray&>(column).dictionary())),
        raw_codes(codes.raw_values()),
        has_nulls(codes.null_count() != 0) {}

  bool IsNull(int64_t row) const { return has_nulls && codes.IsNull(row); }
  std::optional<std::string_view> ValueAt(int64_t row) const {
    if (IsNull(row)) return std::nullopt;
    return values.GetView(raw_codes[row]);
  }
  /// Less than, equal to or greater than 0, as row `left` stands to row `right`.
  int Compare(int64_t left, int64_t right) const {
    const bool left_null = IsNull(left);
    const bool right_null = IsNull(right);
    if (left_null || right_null) return static_cast<int>(right_null) - static_cast<int>(left_null);
    if (raw_codes[left] == raw_codes[right]) return 0;
    return values.GetView(raw_codes[left]).compare(values.GetView(raw_codes[right]));
  }

  const arrow::Int32Array& codes;
  const arrow::StringArray& values;
  const int32_t* raw_codes;
  bool has_nulls;
};

int CompareValues(const std::optional<std::string>& left,
                  const std::optional<std::string_view>& right) {
  if (!left.has_value() || !right.has_value()) {
    return static_cast<int>(left.has_value()) - static_cast<int>(right.has_value());
  }
  return std::string_view(*left).compare(*right);
}

/// The hash of `before` and the series of a row behind it. Tags that are NULL do not count, so that
/// a table's later tags change nothing.
uint64_t HashSeries(uint64_t before, const std::vector<TagColumn>& tags, int64_t row) {
  std::string bytes;
  model::ByteWriter writer(&bytes);
  for (size_t i = 0; i < tags.size(); ++i) {
    const std::optional<std::string_view> value = tags[i].ValueAt(row);
    if (!value.has_value()) continue;
    writer.Put(static_cast<uint32_t>(i));
    writer.PutString(*value);
  }
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), before);
}

}  // namespace

Status KeyOrderCheck::Check(const arrow::RecordBatch& batch) {
  if (batch.num_rows() == 0) return Status::Ok();
  std::vector<TagColumn> tags;
  for (size_t i = 0; i < tag_count_; ++i) tags.emplace_back(*batch.column(static_cast<int>(i)));
  const arrow::Array& time_column = *batch.column(batch.num_columns() - 1);
  if (time_column.null_count() != 0) return Status::Internal("a row for a file has no time");
  const int64_t* times = static_cast<const arrow::TimestampArray&>(time_column).raw_values();

  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    int order = 0;
    int64_t time_before = 0;
    if (row > 0) {
      for (size_t i = 0; i < tag_count_ && order == 0; ++i) order = tags[i].Compare(row - 1, row);
      time_before = times[row - 1];
    } else if (row_count_ > 0) {
      for (size_t i = 0; i < tag_count_ && order == 0; ++i) {
        order = CompareValues(last_tags_[i], tags[i].ValueAt(0));
      }
      time_before = last_time_ns_;
    } else {
      order = -1;
    }
    if (order < 0) {
      ++series_count_;
      series_hash_ = HashSeries(series_hash_, tags, row);
    } else if (order == 0) {
      order = time_before < times[row] ? -1 : 1;
    }
    if (order >= 0) {
      return Status::Internal(fmt::format(
          "row {} for a file does not follow the one before it in order of the primary key",
          row_count_ + static_cast<uint64_t>(row)));
    }
    time_range_.min_ns = std::min(time_range_.min_ns, times[row]);
    time_range_.max_ns = std::max(time_range_.max_ns, times[row]);
  }

  const int64_t last = batch.num_rows() - 1;
  for (size_t i = 0; i < tag_count_; ++i) last_tags_[i] = tags[i].ValueAt(last);
  last_time_ns_ = times[last];
  row_count_ += static_cast<uint64_t>(batch.num_rows());
  return Status::Ok();
}

}  // namespace influxdb3::persist
