#include "query/duckdb/scan_plan.h"

#include <algorithm>
#include <utility>

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

void AddMerged(const buffer::ChunkView& chunk, ScanPlan* plan) {
  for (const buffer::SegmentView& segment : chunk.merged) {
    ScanUnit unit;
    unit.chunk = &chunk;
    unit.segment = &segment;
    unit.merged = true;
    plan->units.push_back(std::move(unit));
  }
}

/// Goes from the newest chunk to the oldest until each series has given its newest rows.
class LatestRowsPlanner {
 public:
  explicit LatestRowsPlanner(const BufferScanData& data)
      : data_(data), snapshot_(*data.source->snapshot()), pending_(SelectedSeries(data)) {
    missing_.assign(snapshot_.series().series_count, data.latest_per_series);
  }

  ScanPlan Plan() {
    ScanPlan plan;
    const auto& chunks = snapshot_.chunks();
    for (auto chunk = chunks.rbegin(); chunk != chunks.rend() && !pending_.empty(); ++chunk) {
      if (!chunk->time_range.Overlaps(data_.filter->time)) continue;
      ScanUnit unit;
      unit.chunk = &*chunk;
      if (chunk->has_duplicates) {
        // Which of several rows of one moment counts is settled by the merged ones: take them all.
        CollectRows(snapshot_, *chunk, pending_, &unit.rows);
        AddMerged(*chunk, &plan);
      } else {
        TakeNewest(*chunk, &unit.rows);
      }
      plan.row_count += unit.rows.size();
      if (!unit.rows.empty()) plan.units.push_back(std::move(unit));
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

}  // namespace

ScanPlan PlanScan(const BufferScanData& data) {
  ScanPlan plan;
  const buffer::TableSnapshot* snapshot = data.source->snapshot();
  if (snapshot == nullptr || data.filter->time.empty()) return plan;
  if (data.filter->SelectsSeries() && data.filter->selected_count == 0) return plan;
  if (data.latest_per_series != 0) return LatestRowsPlanner(data).Plan();
  const bool look_up = UseLookUp(*data.filter);
  if (look_up) plan.looked_up = SelectedSeries(data);
  for (const buffer::ChunkView& chunk : snapshot->chunks()) {
    if (!chunk.time_range.Overlaps(data.filter->time)) continue;
    ScanUnit unit;
    unit.chunk = &chunk;
    plan.row_count += chunk.row_count;
    if (look_up) {
      unit.looks_up = true;
      plan.units.push_back(std::move(unit));
    } else {
      for (const buffer::SegmentView& segment : chunk.segments) {
        unit.segment = &segment;
        plan.units.push_back(unit);
      }
    }
    AddMerged(chunk, &plan);
  }
  if (look_up) {
    plan.row_count = plan.row_count * data.filter->selected_count / snapshot->series().series_count;
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
