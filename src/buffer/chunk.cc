#include "buffer/chunk.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "buffer/bit_range.h"
#include "util/check.h"

namespace influxdb3::buffer {
namespace {

constexpr uint32_t kSegmentRowsMin = 16;
constexpr uint32_t kSegmentRowsMax = 16384;
constexpr uint32_t kEqualSearchStepsMax = 16;

}  // namespace

void Chunk::Append(const model::TableBatch& batch, uint32_t begin, uint32_t end,
                   const uint32_t* series_of, util::WalSeq seq) {
  if (row_count_ == 0) first_seq_ = seq;
  last_seq_ = seq;
  while (begin < end) {
    Segment* segment = OpenSegment(end - begin);
    const uint32_t count = std::min(segment->free_rows(), end - begin);
    const size_t bytes_before = segment->allocated_bytes();
    AppendToSegment(batch, begin, count, series_of, segment);
    segment_bytes_ += segment->allocated_bytes() - bytes_before;
    begin += count;
  }
}

void Chunk::AppendToSegment(const model::TableBatch& batch, uint32_t begin, uint32_t count,
                            const uint32_t* series_of, Segment* segment) {
  std::memcpy(segment->next_times(), batch.time + begin, count * sizeof(int64_t));
  for (const model::FieldColumn& field : batch.fields) {
    segment->AppendField(field, begin, count, &arena_);
  }
  const int64_t* times = batch.time + begin;
  uint32_t* series = segment->next_series();
  uint32_t* links = segment->next_links();
  int64_t min_time = time_range_.min_ns;
  int64_t max_time = time_range_.max_ns;
  for (uint32_t i = 0; i < count; ++i) {
    series[i] = series_of[batch.series[begin + i]];
    min_time = std::min(min_time, times[i]);
    max_time = std::max(max_time, times[i]);
    LinkRow(series[i], times[i], row_count_ + i, links + i);
  }
  time_range_ = {min_time, max_time};
  segment->AdvanceRows(count);
  row_count_ += count;
}

void Chunk::LinkRow(uint32_t series, int64_t time, uint32_t row, uint32_t* link) {
  SeriesPage* page = series_pages_.Get(series / kSeriesPerPage);
  if (page == nullptr) {
    page = series_pages_.Set(series / kSeriesPerPage, std::make_unique<SeriesPage>());
    page_bytes_ += sizeof(SeriesPage);
  }
  const uint32_t place = series % kSeriesPerPage;
  const uint32_t previous = page->last_row[place].load(std::memory_order_relaxed);
  *link = previous;
  if (previous != 0 && time <= page->max_time[place]) {
    *link |= kCandidateBit;
    candidates_.Append(row);
  } else {
    page->max_time[place] = time;
  }
  // Released last: who sees this row may follow its link.
  page->last_row[place].store(row + 1, std::memory_order_release);
}

Segment* Chunk::OpenSegment(uint32_t incoming_rows) {
  CHECK(row_count_ < kCandidateBit - kSegmentRowsMax);
  const uint32_t count = segment_count_.load(std::memory_order_relaxed);
  if (count > 0) {
    Segment* last = segments_.Get(count - 1);
    if (last->free_rows() > 0) return last;
    const size_t bytes_before = last->allocated_bytes();
    last->Seal();
    segment_bytes_ += last->allocated_bytes() - bytes_before;
  }
  Segment* segment =
      segments_.Set(count, std::make_unique<Segment>(row_count_, NextCapacity(incoming_rows)));
  segment_bytes_ += segment->allocated_bytes();
  segment_count_.store(count + 1, std::memory_order_release);
  return segment;
}

// Large enough for few segments, small enough to waste little: what is about to come, else up to
// what the chunk before had, else a quarter of what is here.
uint32_t Chunk::NextCapacity(uint32_t incoming_rows) const {
  uint32_t growth = row_count_ / 4;
  if (row_count_ < rows_expected_) {
    const uint64_t quick = uint64_t{4} * std::max(row_count_, kSegmentRowsMin);
    growth = static_cast<uint32_t>(std::min<uint64_t>(rows_expected_ - row_count_, quick));
  }
  const uint32_t wanted =
      std::clamp(std::max(growth, incoming_rows), kSegmentRowsMin, kSegmentRowsMax);
  return (wanted + kSegmentRowsMin - 1) / kSegmentRowsMin * kSegmentRowsMin;
}

size_t Chunk::allocated_bytes() const {
  return sizeof(Chunk) + segment_bytes_ + page_bytes_ + arena_.allocated_bytes() +
         segments_.allocated_bytes() + series_pages_.allocated_bytes() +
         candidates_.allocated_bytes() +
         (hidden_ == nullptr ? 0 : hidden_->bits.size() * sizeof(uint64_t));
}

void Chunk::HideRows(const model::TimeRange& range, const std::vector<bool>* series_matches) {
  if (!time_range_.Overlaps(range)) return;
  auto hidden = std::make_shared<HiddenRows>();
  hidden->row_count = row_count_;
  if (hidden_ != nullptr) hidden->bits = hidden_->bits;
  hidden->bits.resize(WordCount(row_count_));
  bool any = false;
  const uint32_t count = segment_count_.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < count; ++i) {
    OwnedWords owned;
    const SegmentView segment = segments_.Get(i)->View(&owned);
    for (uint32_t row = 0; row < segment.row_count; ++row) {
      const int64_t time = segment.time[row];
      if (time < range.min_ns || time > range.max_ns) continue;
      if (series_matches != nullptr && !(*series_matches)[segment.series[row]]) continue;
      SetBits(hidden->bits.data(), segment.first_row + row, 1);
      any = true;
    }
  }
  if (any) hidden_ = std::move(hidden);
}

ChunkView Chunk::View(OwnedWords* owned) const {
  ChunkView view;
  view.time_range = time_range_;
  view.order = order_;
  view.row_count = row_count_;
  view.chunk = this;
  const uint32_t count = segment_count_.load(std::memory_order_relaxed);
  view.segments.reserve(count);
  for (uint32_t i = 0; i < count; ++i) view.segments.push_back(segments_.Get(i)->View(owned));
  return view;
}

std::shared_ptr<const DuplicateSet> Chunk::DuplicatesOf(
    const ChunkView& view, const PublishedView<uint32_t>& candidates,
    std::shared_ptr<const HiddenRows> hidden, const std::vector<model::ColumnType>& types) const {
  std::lock_guard lock(duplicates_mutex_);
  if (duplicates_ != nullptr && duplicates_->row_count == view.row_count &&
      duplicates_->hidden == hidden) {
    return duplicates_;
  }
  const bool newer = duplicates_ == nullptr || duplicates_->row_count <= view.row_count;
  std::shared_ptr<const DuplicateSet> found =
      FindDuplicates(*this, view, std::span(candidates.elements.get(), candidates.size),
                     std::move(hidden), newer ? duplicates_.get() : nullptr, types);
  if (newer) duplicates_ = found;
  return found;
}

Chunk::EqualRow Chunk::FindEqualBefore(uint32_t row, uint32_t* equal_row) const {
  uint32_t index = segment_count_.load(std::memory_order_acquire) - 1;
  const Segment* segment = segments_.Get(index);
  while (row < segment->first_row()) segment = segments_.Get(--index);
  const int64_t time = segment->time(row);
  for (uint32_t steps = 0; steps < kEqualSearchStepsMax; ++steps) {
    const uint32_t next = segment->link(row) & ~kCandidateBit;
    if (next == 0) return EqualRow::kNone;
    row = next - 1;
    while (row < segment->first_row()) segment = segments_.Get(--index);
    const int64_t row_time = segment->time(row);
    if (row_time == time) {
      *equal_row = row;
      return EqualRow::kFound;
    }
    // A row that is no candidate is later than all of its series before it.
    const bool candidate = (segment->link(row) & kCandidateBit) != 0;
    if (!candidate && row_time < time) return EqualRow::kNone;
  }
  return EqualRow::kUnclear;
}

void Chunk::RowsOfSeries(uint32_t series, uint32_t row_count, std::vector<uint32_t>* rows) const {
  const SeriesPage* page = series_pages_.Get(series / kSeriesPerPage);
  if (page == nullptr) return;
  uint32_t next = page->last_row[series % kSeriesPerPage].load(std::memory_order_acquire);
  if (next == 0) return;
  const size_t rows_before = rows->size();
  uint32_t index = segment_count_.load(std::memory_order_acquire) - 1;
  const Segment* segment = segments_.Get(index);
  while (next != 0) {
    const uint32_t row = next - 1;
    while (row < segment->first_row()) segment = segments_.Get(--index);
    if (row < row_count) rows->push_back(row);
    next = segment->link(row) & ~kCandidateBit;
  }
  std::reverse(rows->begin() + static_cast<ptrdiff_t>(rows_before), rows->end());
}

}  // namespace influxdb3::buffer
