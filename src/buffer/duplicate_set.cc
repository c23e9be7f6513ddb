#include "buffer/duplicate_set.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>
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

// Adds the rows of `series` that are not the only ones at their time.
void AddRowsOfSeries(const Chunk& storage, const ChunkView& chunk, uint32_t series,
                     std::vector<DuplicateRow>* found) {
  std::vector<uint32_t> rows;
  storage.RowsOfSeries(series, chunk.row_count, &rows);
  std::vector<DuplicateRow> by_time;
  by_time.reserve(rows.size());
  for (uint32_t row : rows) {
    const RowPlace place = Locate(chunk, row);
    by_time.push_back({series, place.segment->time[place.row], row});
  }
  std::sort(by_time.begin(), by_time.end());
  for (size_t i = 0; i < by_time.size(); ++i) {
    const bool as_before = i > 0 && by_time[i - 1].time_ns == by_time[i].time_ns;
    const bool as_next = i + 1 < by_time.size() && by_time[i + 1].time_ns == by_time[i].time_ns;
    if (as_before || as_next) found->push_back(by_time[i]);
  }
}

// The duplicates that the candidates are part of. Usually an equal row is near or there is none;
// series where that is not soon clear are sorted as a whole.
std::vector<DuplicateRow> Examine(const Chunk& storage, const ChunkView& chunk,
                                  std::span<const uint32_t> candidates) {
  std::vector<DuplicateRow> found;
  std::unordered_set<uint32_t> unclear;
  for (uint32_t row : candidates) {
    const RowPlace place = Locate(chunk, row);
    const uint32_t series = place.segment->series[place.row];
    if (unclear.contains(series)) continue;
    const int64_t time_ns = place.segment->time[place.row];
    uint32_t equal_row = 0;
    switch (storage.FindEqualBefore(row, &equal_row)) {
      case Chunk::EqualRow::kNone: break;
      case Chunk::EqualRow::kUnclear: unclear.insert(series); break;
      case Chunk::EqualRow::kFound:
        found.push_back({series, time_ns, equal_row});
        found.push_back({series, time_ns, row});
        break;
    }
  }
  for (uint32_t series : unclear) AddRowsOfSeries(storage, chunk, series, &found);
  return found;
}

// Of `rows` those that are not hidden and still share series and time with another one.
std::vector<DuplicateRow> VisibleGroups(const std::vector<DuplicateRow>& rows,
                                        const HiddenRows* hidden) {
  if (hidden == nullptr) return rows;
  std::vector<DuplicateRow> visible;
  size_t group_begin = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!hidden->Contains(rows[i].row)) visible.push_back(rows[i]);
    const bool group_ends = i + 1 == rows.size() || rows[i + 1].series != rows[i].series ||
                            rows[i + 1].time_ns != rows[i].time_ns;
    if (!group_ends) continue;
    if (visible.size() - group_begin == 1) visible.pop_back();
    group_begin = visible.size();
  }
  return visible;
}

// Rows whose equals are all hidden stay in sight: nothing replaces them.
void MarkSuperseded(DuplicateSet* set) {
  if (set->rows.empty() && set->hidden == nullptr) return;
  set->superseded.resize(WordCount(set->row_count));
  for (const DuplicateRow& row : VisibleGroups(set->rows, set->hidden.get())) {
    SetBits(set->superseded.data(), row.row, 1);
  }
  if (set->hidden == nullptr) return;
  const uint32_t words = WordCount(std::min(set->hidden->row_count, set->row_count));
  for (uint32_t i = 0; i < words; ++i) set->superseded[i] |= set->hidden->bits[i];
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
                  std::span<const uint32_t> group_ends);
};

// The last non-null value of each group wins. Group `g` is the places from group_ends[g - 1] (0 for
// the first) to group_ends[g].
void MergedRows::Part::MergeField(util::ColumnId id, size_t element_bytes,
                                  const std::vector<RowPlace>& places,
                                  std::span<const uint32_t> group_ends) {
  Column& column = columns[id.value];
  uint32_t begin = 0;
  for (uint32_t g = 0; g < group_ends.size(); begin = group_ends[g++]) {
    for (uint32_t i = group_ends[g]; i-- > begin;) {
      const ColumnView from = places[i].segment->column(id);
      if (!from.IsValid(places[i].row)) continue;
      if (column.values.empty()) {
        column.values.resize(group_ends.size() * element_bytes);
        column.validity.resize(WordCount(static_cast<uint32_t>(group_ends.size())));
      }
      std::memcpy(column.values.data() + g * element_bytes,
                  static_cast<const char*>(from.values) + places[i].row * element_bytes,
                  element_bytes);
      SetBits(column.validity.data(), g, 1);
      break;
    }
  }
}

MergedRows::MergedRows(const ChunkView& chunk, const std::vector<DuplicateRow>& rows,
                       const std::vector<model::ColumnType>& types) {
  std::vector<uint32_t> group_ends;
  uint32_t begin = 0;
  for (uint32_t i = 1; i <= rows.size(); ++i) {
    const bool group_goes_on = i < rows.size() && rows[i].series == rows[i - 1].series &&
                               rows[i].time_ns == rows[i - 1].time_ns;
    if (group_goes_on) continue;
    group_ends.push_back(i - begin);
    if (group_ends.size() < kMergedSegmentRowsMax && i < rows.size()) continue;
    AddPart(chunk, std::span(rows).subspan(begin, i - begin), group_ends, types);
    group_ends.clear();
    begin = i;
  }
}

void MergedRows::AddPart(const ChunkView& chunk, std::span<const DuplicateRow> rows,
                         std::span<const uint32_t> group_ends,
                         const std::vector<model::ColumnType>& types) {
  std::vector<RowPlace> places;
  places.reserve(rows.size());
  for (const DuplicateRow& row : rows) places.push_back(Locate(chunk, row.row));
  auto part = std::make_shared<Part>();
  for (uint32_t end : group_ends) {
    part->time.push_back(rows[end - 1].time_ns);
    part->series.push_back(rows[end - 1].series);
  }
  part->columns.resize(types.size());
  for (uint32_t id = 0; id < types.size(); ++id) {
    const size_t element_bytes = ElementBytes(types[id]);
    if (element_bytes != 0) part->MergeField(util::ColumnId(id), element_bytes, places, group_ends);
  }

  SegmentView view;
  view.row_count = static_cast<uint32_t>(group_ends.size());
  view.first_row = segments_.empty() ? 0 : segments_.back().first_row + segments_.back().row_count;
  view.time = part->time.data();
  view.series = part->series.data();
  for (const Part::Column& column : part->columns) {
    const bool none = column.values.empty();
    const bool all = !none && TestBits(column.validity.data(), 0, view.row_count) == BitsSet::kAll;
    view.columns.push_back(
        {none ? nullptr : column.values.data(), none || all ? nullptr : column.validity.data()});
  }
  segments_.push_back(std::move(view));
  parts_.push_back(std::move(part));
}

std::shared_ptr<const DuplicateSet> FindDuplicates(const Chunk& storage, const ChunkView& chunk,
                                                   std::span<const uint32_t> candidates,
                                                   std::shared_ptr<const HiddenRows> hidden,
                                                   const DuplicateSet* earlier,
                                                   const std::vector<model::ColumnType>& types) {
  auto set = std::make_shared<DuplicateSet>();
  set->row_count = chunk.row_count;
  set->candidate_count = static_cast<uint32_t>(candidates.size());
  set->hidden = std::move(hidden);
  const size_t known = earlier == nullptr ? 0 : earlier->candidate_count;
  std::vector<DuplicateRow> found = Examine(storage, chunk, candidates.subspan(known));
  if (found.empty() && earlier != nullptr && earlier->hidden == set->hidden) {
    set->rows = earlier->rows;
    set->merged = earlier->merged;
  } else {
    set->rows = std::move(found);
    if (earlier != nullptr) {
      set->rows.insert(set->rows.end(), earlier->rows.begin(), earlier->rows.end());
    }
    std::sort(set->rows.begin(), set->rows.end());
    set->rows.erase(std::unique(set->rows.begin(), set->rows.end()), set->rows.end());
    const std::vector<DuplicateRow> visible = VisibleGroups(set->rows, set->hidden.get());
    if (!visible.empty()) set->merged = std::make_shared<MergedRows>(chunk, visible, types);
  }
  MarkSuperseded(set.get());
  return set;
}

}  // namespace influxdb3::buffer
