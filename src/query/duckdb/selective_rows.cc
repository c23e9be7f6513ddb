#include "query/duckdb/selective_rows.h"

#include <algorithm>
#include <utility>

namespace influxdb3::query {
namespace {

using persist::RowRange;
using util::Status;

uint32_t CountRows(const std::vector<RowRange>& ranges) {
  uint32_t count = 0;
  for (const RowRange& range : ranges) count += range.end - range.begin;
  return count;
}

/// The rows of `range` in pages that may have rows of `times`.
void AddCandidates(const persist::GroupLayout& layout, const RowRange& range, uint32_t run,
                   const model::TimeRange& times, SelectiveRows* out) {
  const auto& pages = layout.columns.back().pages;
  if (layout.page_times.empty()) {
    out->ranges.push_back(range);
    out->runs.push_back(run);
    return;
  }
  const auto after =
      std::upper_bound(pages.begin(), pages.end(), range.begin,
                       [](uint32_t row, const auto& page) { return row < page.first_row; });
  for (auto page = static_cast<size_t>(after - pages.begin()) - 1;
       page < pages.size() && pages[page].first_row < range.end; ++page) {
    if (!layout.page_times[page].Overlaps(times)) continue;
    const uint32_t page_end =
        page + 1 < pages.size() ? pages[page + 1].first_row : layout.row_count;
    const RowRange part{std::max(range.begin, pages[page].first_row),
                        std::min(range.end, page_end)};
    if (!out->ranges.empty() && out->runs.back() == run && out->ranges.back().end == part.begin) {
      out->ranges.back().end = part.end;
      continue;
    }
    out->ranges.push_back(part);
    out->runs.push_back(run);
  }
}

}  // namespace

void TakeRuns(const std::vector<uint8_t>& selected, SelectiveRows* rows) {
  for (size_t run = 0; run < selected.size(); ++run) {
    if (selected[run] == 0) continue;
    rows->ranges.push_back(rows->layout->Run(run));
    rows->runs.push_back(static_cast<uint32_t>(run));
  }
  rows->row_count = CountRows(rows->ranges);
}

void KeepNewest(uint32_t row_count, SelectiveRows* rows) {
  for (RowRange& range : rows->ranges) {
    if (range.end - range.begin > row_count) range.begin = range.end - row_count;
  }
  rows->row_count = CountRows(rows->ranges);
}

Status KeepTimes(const persist::FileLayout& file, const model::TimeRange& times,
                 const persist::ReadBytes& read, SelectiveRows* rows) {
  SelectiveRows candidates;
  for (size_t i = 0; i < rows->ranges.size(); ++i) {
    AddCandidates(*rows->layout, rows->ranges[i], rows->runs[i], times, &candidates);
  }
  const int column = file.time_column();
  persist::ColumnRows all;
  RETURN_IF_ERROR(ReadColumn(file, *rows->layout, column, candidates.ranges, read, &all));
  rows->ranges.clear();
  rows->runs.clear();
  rows->columns.resize(rows->layout->columns.size());
  persist::ColumnRows& kept = rows->columns[static_cast<size_t>(column)];
  kept = {};
  const auto* words = reinterpret_cast<const int64_t*>(all.words.data());
  for (size_t i = 0; i < candidates.ranges.size(); ++i) {
    const RowRange& range = candidates.ranges[i];
    const int64_t* end = words + (range.end - range.begin);
    const int64_t* from = std::lower_bound(words, end, times.min_ns);
    const int64_t* to = std::upper_bound(from, end, times.max_ns);
    if (from != to) {
      const auto begin = range.begin + static_cast<uint32_t>(from - words);
      rows->ranges.push_back({begin, begin + static_cast<uint32_t>(to - from)});
      rows->runs.push_back(candidates.runs[i]);
      kept.words.insert(kept.words.end(), from, to);
    }
    words = end;
  }
  rows->row_count = CountRows(rows->ranges);
  return Status::Ok();
}

Status ReadColumns(const persist::FileLayout& file, const std::vector<int>& columns,
                   const persist::ReadBytes& read, SelectiveRows* rows) {
  const bool has_times = !rows->columns.empty();
  rows->columns.resize(rows->layout->columns.size());
  for (const int column : columns) {
    if (column == file.time_column() && has_times) continue;
    RETURN_IF_ERROR(ReadColumn(file, *rows->layout, column, rows->ranges, read,
                               &rows->columns[static_cast<size_t>(column)]));
  }
  return Status::Ok();
}

}  // namespace influxdb3::query
