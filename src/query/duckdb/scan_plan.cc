#include "query/duckdb/scan_plan.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "duckdb.hpp"

namespace influxdb3::query {
namespace {

// With fewer than this share of a table's series selected, their rows are looked up one series
// after the other instead of scanning for them.
constexpr uint32_t kLookUpShare = 16;

bool UseLookUp(const ScanFilter& filter) {
  return filter.SelectsSeries() &&
         filter.selected_count <= filter.series_selected.size() / kLookUpShare;
}

std::vector<uint32_t> SelectedSeries(const BufferScanData& data) {
  std::vector<uint32_t> series;
  const uint32_t count = data.source->snapshot()->series().series_count;
  for (uint32_t i = 0; i < count; ++i) {
    if (!data.filter->SelectsSeries() || data.filter->series_selected[i] != 0) series.push_back(i);
  }
  return series;
}

/// Gathers units. Single rows of consecutive chunks share a unit until they fill a vector.
class PlanBuilder {
 public:
  explicit PlanBuilder(ScanPlan* plan) : plan_(plan) {}

  void AddSegments(const buffer::ChunkView& chunk) {
    for (const buffer::SegmentView& segment : chunk.segments) {
      plan_->units.push_back({&chunk, &segment, false, {}});
    }
    plan_->row_count += chunk.row_count;
    rows_open_ = false;
  }

  void AddMerged(const buffer::ChunkView& chunk) {
    for (const buffer::SegmentView& segment : chunk.merged) {
      plan_->units.push_back({&chunk, &segment, true, {}});
      rows_open_ = false;
    }
  }

  void AddRows(ChunkRows rows, uint64_t row_count) {
    if (!rows_open_ || rows_in_unit_ >= STANDARD_VECTOR_SIZE) {
      plan_->units.emplace_back();
      rows_open_ = true;
      rows_in_unit_ = 0;
    }
    plan_->units.back().pieces.push_back(std::move(rows));
    plan_->row_count += row_count;
    rows_in_unit_ += row_count;
  }

 private:
  ScanPlan* plan_;
  bool rows_open_ = false;  // the last unit is one of single rows
  uint64_t rows_in_unit_ = 0;
};

/// Goes from the newest chunk to the oldest until each series has given its newest rows.
class LatestRowsPlanner {
 public:
  explicit LatestRowsPlanner(const BufferScanData& data)
      : data_(data), snapshot_(*data.source->snapshot()), pending_(SelectedSeries(data)) {
    missing_.assign(snapshot_.series().series_count, data.latest_per_series);
  }

  ScanPlan Plan() {
    ScanPlan plan;
    PlanBuilder builder(&plan);
    const auto& chunks = snapshot_.chunks();
    for (auto chunk = chunks.rbegin(); chunk != chunks.rend() && !pending_.empty(); ++chunk) {
      if (!chunk->time_range.Overlaps(data_.filter->time)) continue;
      ChunkRows rows;
      rows.chunk = &*chunk;
      if (chunk->has_duplicates) {
        // Which of several rows of one moment counts is settled by the merged ones: take them all.
        CollectRows(snapshot_, *chunk, pending_, &rows.rows);
        builder.AddMerged(*chunk);
      } else {
        TakeNewest(*chunk, &rows.rows);
      }
      const uint64_t count = rows.rows.size();
      if (count != 0) builder.AddRows(std::move(rows), count);
    }
    return plan;
  }

 private:
  void TakeNewest(const buffer::ChunkView& chunk, std::vector<uint32_t>* rows) {
    std::vector<uint32_t> left;
    for (const uint32_t series : pending_) {
      snapshot_.RowsOfSeries(chunk, series, &rows_of_series_);
      newest_.clear();
      for (const uint32_t row : rows_of_series_) {
        const buffer::SegmentView& segment = SegmentOf(chunk, row);
        const int64_t time = segment.time[row - segment.first_row];
        if (time >= data_.filter->time.min_ns && time <= data_.filter->time.max_ns) {
          newest_.emplace_back(time, row);
        }
      }
      if (newest_.size() > missing_[series]) {
        std::nth_element(newest_.begin(), newest_.begin() + missing_[series] - 1, newest_.end(),
                         std::greater<>());
        newest_.resize(missing_[series]);
      }
      for (const auto& [time, row] : newest_) rows->push_back(row);
      missing_[series] -= static_cast<uint32_t>(newest_.size());
      if (missing_[series] > 0) left.push_back(series);
    }
    pending_ = std::move(left);
    std::sort(rows->begin(), rows->end());
  }

  const BufferScanData& data_;
  const buffer::TableSnapshot& snapshot_;
  std::vector<uint32_t> pending_;  ///< series that have not given all their rows
  std::vector<uint32_t> missing_;  ///< by series: rows still to give
  std::vector<uint32_t> rows_of_series_;
  std::vector<std::pair<int64_t, uint32_t>> newest_;
};

/// Chunks to scan, oldest first: those that overlap the filter's time, as far as a limit in order
/// of time needs them.
class ChunkChooser {
 public:
  ChunkChooser(const BufferScanData& data, const std::vector<uint32_t>& looked_up)
      : data_(data), snapshot_(*data.source->snapshot()), looked_up_(looked_up) {}

  std::vector<const buffer::ChunkView*> Choose() {
    std::vector<const buffer::ChunkView*> chosen;
    for (const buffer::ChunkView& chunk : snapshot_.chunks()) {
      if (chunk.time_range.Overlaps(data_.filter->time)) chosen.push_back(&chunk);
    }
    if (data_.first_by_time == 0) return chosen;
    if (!data_.oldest_first) std::reverse(chosen.begin(), chosen.end());
    // Chunks do not overlap: every row of a later one comes behind every row of an earlier one.
    uint64_t rows = 0;
    size_t count = 0;
    while (count < chosen.size() && rows < data_.first_by_time)
      rows += RowsReturned(*chosen[count++]);
    chosen.resize(count);
    if (!data_.oldest_first) std::reverse(chosen.begin(), chosen.end());
    return chosen;
  }

 private:
  /// At most as many rows as the chunk returns.
  uint64_t RowsReturned(const buffer::ChunkView& chunk) {
    if (chunk.has_duplicates || !data_.filter->time.Contains(chunk.time_range)) return 0;
    if (!data_.filter->SelectsSeries()) return chunk.row_count;
    uint64_t rows = 0;
    if (!looked_up_.empty()) {
      for (const uint32_t series : looked_up_) {
        snapshot_.RowsOfSeries(chunk, series, &rows_of_series_);
        rows += rows_of_series_.size();
      }
      return rows;
    }
    for (const buffer::SegmentView& segment : chunk.segments) {
      for (uint32_t row = 0; row < segment.row_count; ++row) {
        rows += data_.filter->series_selected[segment.series[row]];
      }
    }
    return rows;
  }

  const BufferScanData& data_;
  const buffer::TableSnapshot& snapshot_;
  const std::vector<uint32_t>& looked_up_;
  std::vector<uint32_t> rows_of_series_;
};

}  // namespace

ScanPlan PlanScan(const BufferScanData& data) {
  ScanPlan plan;
  const buffer::TableSnapshot* snapshot = data.source->snapshot();
  const ScanFilter& filter = *data.filter;
  if (snapshot == nullptr || filter.time.empty()) return plan;
  if (filter.SelectsSeries() && filter.selected_count == 0) return plan;
  if (data.latest_per_series != 0) return LatestRowsPlanner(data).Plan();
  const bool look_up = UseLookUp(filter);
  if (look_up) plan.looked_up = SelectedSeries(data);
  PlanBuilder builder(&plan);
  for (const buffer::ChunkView* chunk : ChunkChooser(data, plan.looked_up).Choose()) {
    if (look_up) {
      builder.AddRows({chunk, true, {}}, uint64_t{chunk->row_count} * filter.selected_count /
                                             snapshot->series().series_count);
    } else {
      builder.AddSegments(*chunk);
    }
    builder.AddMerged(*chunk);
  }
  return plan;
}

void CollectRows(const buffer::TableSnapshot& snapshot, const buffer::ChunkView& chunk,
                 const std::vector<uint32_t>& series, std::vector<uint32_t>* rows) {
  std::vector<uint32_t> rows_of_series;
  rows->clear();
  for (const uint32_t one : series) {
    snapshot.RowsOfSeries(chunk, one, &rows_of_series);
    rows->insert(rows->end(), rows_of_series.begin(), rows_of_series.end());
  }
  if (series.size() > 1) std::sort(rows->begin(), rows->end());
}

const buffer::SegmentView& SegmentOf(const buffer::ChunkView& chunk, uint32_t row) {
  const auto after = std::upper_bound(
      chunk.segments.begin(), chunk.segments.end(), row,
      [](uint32_t r, const buffer::SegmentView& segment) { return r < segment.first_row; });
  return *(after - 1);
}

bool IsSuperseded(const buffer::ChunkView& chunk, uint32_t row) {
  return chunk.superseded != nullptr && ((chunk.superseded[row / 64] >> (row % 64)) & 1) != 0;
}

}  // namespace influxdb3::query
