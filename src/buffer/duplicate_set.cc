#include "buffer/duplicate_set.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "buffer/bit_range.h"
#include "buffer/chunk.h"
#include "buffer/segment.h"

namespace influxdb3::buffer {
namespace {

constexpr uint32_t kMergedSegmentRowsMax = 16384;

struct RowPlace {
  const SegmentView* segment;
  uint32_t row;  // in the segment
};

RowPlace Locate(const ChunkView& chunk, uint32_t chunk_row) {
  auto after = std::upper_bound(
      chunk.segments.begin(), chunk.segments.end(), chunk_row,
      [](uint32_t row, const SegmentView& segment) { return row < segment.first_row; });
  const SegmentView& segment = *(after - 1);
  return {&segment, chunk_row - segment.first_row};
}

// Adds the groups of one series to `set`.
void AddGroupsOfSeries(const ChunkView& chunk, uint32_t series, const std::vector<uint32_t>& rows,
                       std::vector<std::pair<int64_t, uint32_t>>* by_time, DuplicateSet* set) {
  by_time->clear();
  for (uint32_t row : rows) {
    const RowPlace place = Locate(chunk, row);
    by_time->emplace_back(place.segment->time[place.row], row);
  }
  std::sort(by_time->begin(), by_time->end());
  for (size_t begin = 0; begin < by_time->size();) {
    size_t end = begin + 1;
    while (end < by_time->size() && (*by_time)[end].first == (*by_time)[begin].first) ++end;
    if (end - begin > 1) {
      for (size_t i = begin; i < end; ++i) set->rows.push_back((*by_time)[i].second);
      set->ends.push_back(static_cast<uint32_t>(set->rows.size()));
      set->series.push_back(series);
    }
    begin = end;
  }
}

void CopyGroup(const DuplicateSet& from, size_t group, DuplicateSet* to) {
  const uint32_t begin = group == 0 ? 0 : from.ends[group - 1];
  to->rows.insert(to->rows.end(), from.rows.begin() + begin, from.rows.begin() + from.ends[group]);
  to->ends.push_back(static_cast<uint32_t>(to->rows.size()));
  to->series.push_back(from.series[group]);
}

std::vector<uint32_t> AffectedSeries(const ChunkView& chunk, std::span<const uint32_t> candidates) {
  std::vector<uint32_t> affected;
  affected.reserve(candidates.size());
  for (uint32_t row : candidates) {
    const RowPlace place = Locate(chunk, row);
    affected.push_back(place.segment->series[place.row]);
  }
  std::sort(affected.begin(), affected.end());
  affected.erase(std::unique(affected.begin(), affected.end()), affected.end());
  return affected;
}

// Groups of series without new candidates from `earlier`, those of the others found anew; ordered
// by series.
void CollectGroups(const Chunk& storage, const ChunkView& chunk,
                   const std::vector<uint32_t>& affected, const DuplicateSet* earlier,
                   DuplicateSet* set) {
  std::vector<uint32_t> rows;
  std::vector<std::pair<int64_t, uint32_t>> by_time;
  const size_t kept_count = earlier == nullptr ? 0 : earlier->series.size();
  size_t kept = 0;
  for (uint32_t series : affected) {
    while (kept < kept_count && earlier->series[kept] < series) CopyGroup(*earlier, kept++, set);
    while (kept < kept_count && earlier->series[kept] == series) ++kept;
    rows.clear();
    storage.RowsOfSeries(series, chunk.row_count, &rows);
    AddGroupsOfSeries(chunk, series, rows, &by_time, set);
  }
  while (kept < kept_count) CopyGroup(*earlier, kept++, set);
}

}  // namespace

struct MergedRows::Part {
  std::vector<int64_t> time;
  std::vector<uint32_t> series;
  struct Column {
    std::vector<char> values;  // empty while all rows are NULL
    std::vector<uint64_t> validity;
  };
  std::vector<Column> columns;

  void MergeField(util::ColumnId id, size_t element_bytes, const std::vector<RowPlace>& places,
                  const std::vector<uint32_t>& place_ends);
};

// The last non-null value of each group wins. Group `g` is places[place_ends[g]] up to
// places[place_ends[g + 1]].
void MergedRows::Part::MergeField(util::ColumnId id, size_t element_bytes,
                                  const std::vector<RowPlace>& places,
                                  const std::vector<uint32_t>& place_ends) {
  Column& column = columns[id.value];
  const size_t row_count = place_ends.size() - 1;
  for (uint32_t g = 0; g < row_count; ++g) {
    for (uint32_t i = place_ends[g + 1]; i-- > place_ends[g];) {
      const ColumnView from = places[i].segment->column(id);
      if (!from.IsValid(places[i].row)) continue;
      if (column.values.empty()) {
        column.values.resize(row_count * element_bytes);
        column.validity.resize(WordCount(static_cast<uint32_t>(row_count)));
      }
      std::memcpy(column.values.data() + g * element_bytes,
                  static_cast<const char*>(from.values) + places[i].row * element_bytes,
                  element_bytes);
      SetBits(column.validity.data(), g, 1);
      break;
    }
  }
}

MergedRows::MergedRows(const ChunkView& chunk, const std::vector<uint32_t>& rows,
                       const std::vector<uint32_t>& ends,
                       const std::vector<model::ColumnType>& types) {
  const auto group_count = static_cast<uint32_t>(ends.size());
  for (uint32_t first = 0; first < group_count; first += kMergedSegmentRowsMax) {
    const uint32_t count = std::min(group_count - first, kMergedSegmentRowsMax);
    const uint32_t first_place = first == 0 ? 0 : ends[first - 1];
    std::vector<RowPlace> places;
    std::vector<uint32_t> place_ends{0};
    auto part = std::make_shared<Part>();
    for (uint32_t g = first; g < first + count; ++g) {
      for (uint32_t i = first_place + place_ends.back(); i < ends[g]; ++i) {
        places.push_back(Locate(chunk, rows[i]));
      }
      place_ends.push_back(static_cast<uint32_t>(places.size()));
      part->time.push_back(places.back().segment->time[places.back().row]);
      part->series.push_back(places.back().segment->series[places.back().row]);
    }
    part->columns.resize(types.size());
    for (uint32_t id = 0; id < types.size(); ++id) {
      const size_t element_bytes = ElementBytes(types[id]);
      if (element_bytes != 0)
        part->MergeField(util::ColumnId(id), element_bytes, places, place_ends);
    }

    SegmentView view;
    view.row_count = count;
    view.first_row = first;
    view.time = part->time.data();
    view.series = part->series.data();
    for (const Part::Column& column : part->columns) {
      const bool none = column.values.empty();
      const bool all = !none && TestBits(column.validity.data(), 0, count) == BitsSet::kAll;
      view.columns.push_back(
          {none ? nullptr : column.values.data(), none || all ? nullptr : column.validity.data()});
    }
    segments_.push_back(std::move(view));
    parts_.push_back(std::move(part));
  }
}

std::shared_ptr<const DuplicateSet> FindDuplicates(const Chunk& storage, const ChunkView& chunk,
                                                   std::span<const uint32_t> candidates,
                                                   const DuplicateSet* earlier,
                                                   const std::vector<model::ColumnType>& types) {
  auto set = std::make_shared<DuplicateSet>();
  set->row_count = chunk.row_count;
  set->candidate_count = static_cast<uint32_t>(candidates.size());
  const size_t known = earlier == nullptr ? 0 : earlier->candidate_count;
  const std::vector<uint32_t> affected = AffectedSeries(chunk, candidates.subspan(known));
  CollectGroups(storage, chunk, affected, earlier, set.get());
  if (set->ends.empty()) return set;

  set->superseded.resize(WordCount(chunk.row_count));
  for (uint32_t row : set->rows) SetBits(set->superseded.data(), row, 1);
  set->merged = affected.empty() && earlier != nullptr
                    ? earlier->merged
                    : std::make_shared<const MergedRows>(chunk, set->rows, set->ends, types);
  return set;
}

}  // namespace influxdb3::buffer
