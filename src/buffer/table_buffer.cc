#include "buffer/table_buffer.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "buffer/chunk_split.h"

namespace influxdb3::buffer {
namespace {

// A tag that no row has a value of.
const StringRef* EmptyDictionary() {
  static const StringRef null_value;
  return &null_value;
}

class BufferedTableSnapshot : public TableSnapshot {
 public:
  const SeriesView& series() const override { return series_; }
  const std::vector<ChunkView>& chunks() const override { return views_; }
  uint64_t row_count() const override { return row_count_; }
  void RowsOfSeries(const ChunkView& chunk, uint32_t series,
                    std::vector<uint32_t>* rows) const override {
    rows->clear();
    chunk.chunk->RowsOfSeries(series, chunk.row_count, rows);
  }

  void SetSeries(const SeriesIndex& index, size_t tag_count) {
    series_ = index.View(&owners_);
    if (series_.tags.size() < tag_count) {
      series_.tags.resize(tag_count, {EmptyDictionary(), 1, nullptr});
    }
  }

  void AddChunk(std::shared_ptr<const Chunk> chunk) {
    views_.push_back(chunk->View(&owned_words_));
    candidates_.push_back(chunk->candidates());
    hidden_.push_back(chunk->hidden());
    row_count_ += views_.back().row_count;
    owners_.push_back(std::move(chunk));
  }

  bool has_candidates() const {
    for (const auto& candidates : candidates_) {
      if (candidates.size > 0) return true;
    }
    return false;
  }

  void FindDuplicates(const std::vector<model::ColumnType>& types) {
    for (size_t i = 0; i < views_.size(); ++i) {
      if (candidates_[i].size == 0 && hidden_[i] == nullptr) continue;
      ChunkView& view = views_[i];
      std::shared_ptr<const DuplicateSet> found =
          view.chunk->DuplicatesOf(view, candidates_[i], hidden_[i], types);
      if (found->superseded.empty()) continue;
      view.has_duplicates = true;
      view.superseded = found->superseded.data();
      if (found->merged != nullptr) view.merged = found->merged->segments();
      owners_.push_back(std::move(found));
    }
  }

  void KeepAlive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

 private:
  SeriesView series_;
  std::vector<ChunkView> views_;
  std::vector<PublishedView<uint32_t>> candidates_;        // parallel to views_
  std::vector<std::shared_ptr<const HiddenRows>> hidden_;  // parallel to views_
  uint64_t row_count_ = 0;
  OwnedWords owned_words_;
  std::vector<std::shared_ptr<const void>> owners_;
};

TableTotals Difference(const TableTotals& after, const TableTotals& before) {
  return {after.rows - before.rows, after.chunks - before.chunks, after.bytes - before.bytes};
}

bool IsBefore(const std::shared_ptr<Chunk>& a, const std::shared_ptr<Chunk>& b) {
  return std::pair(a->key(), a->order()) < std::pair(b->key(), b->order());
}

}  // namespace

TableTotals TableBuffer::Apply(const model::TableBatch& batch, util::WalSeq seq,
                               const std::function<bool(int64_t chunk_key)>& skip,
                               ApplyScratch* scratch) {
  if (batch.row_count == 0) return {};
  const std::vector<ChunkRun> runs = SplitByChunk(batch, chunk_duration_ns_);
  std::unique_ptr<ReorderedBatch> reordered;
  if (ReorderedBatch::Pays(runs)) reordered = std::make_unique<ReorderedBatch>(batch, runs);

  std::lock_guard lock(mutex_);
  const TableTotals before = totals_;
  const size_t series_bytes_before = series_.allocated_bytes();
  series_.MapSeries(batch, &scratch->series_of);
  totals_.bytes += series_.allocated_bytes() - series_bytes_before;
  NoteTypes(batch);
  const uint32_t* series_of = scratch->series_of.data();
  totals_.rows += reordered != nullptr
                      ? AppendRuns(reordered->batch(), reordered->runs(), series_of, seq, skip)
                      : AppendRuns(batch, runs, series_of, seq, skip);
  totals_.chunks = chunks_.size() + frozen_.size();
  return Difference(totals_, before);
}

void TableBuffer::NoteTypes(const model::TableBatch& batch) {
  for (const model::FieldColumn& field : batch.fields) {
    const size_t id = field.column_id.value;
    if (id >= column_types_.size()) column_types_.resize(id + 1, model::ColumnType::kTag);
    column_types_[id] = field.type;
  }
}

uint64_t TableBuffer::AppendRuns(const model::TableBatch& batch, const std::vector<ChunkRun>& runs,
                                 const uint32_t* series_of, util::WalSeq seq,
                                 const std::function<bool(int64_t chunk_key)>& skip) {
  uint64_t rows = 0;
  for (const ChunkRun& run : runs) {
    if (skip && skip(run.key)) continue;
    Chunk* chunk = FindOrAddChunk(run.key);
    const size_t bytes_before = chunk->row_count() == 0 ? 0 : chunk->allocated_bytes();
    chunk->Append(batch, run.begin, run.end, series_of, seq);
    totals_.bytes += chunk->allocated_bytes() - bytes_before;
    rows += run.end - run.begin;
  }
  return rows;
}

Chunk* TableBuffer::FindOrAddChunk(int64_t key) {
  std::shared_ptr<Chunk>& chunk = chunks_[key];
  if (chunk == nullptr) {
    if (newest_chunk_ != nullptr) rows_expected_ = newest_chunk_->row_count();
    chunk = std::make_shared<Chunk>(key, next_order_++, rows_expected_);
    newest_chunk_ = chunk.get();
  }
  return chunk.get();
}

TableTotals TableBuffer::HideRows(const model::TimeRange& range,
                                  const std::vector<std::pair<util::ColumnId, std::string>>& tags) {
  std::lock_guard lock(mutex_);
  const TableTotals before = totals_;
  std::vector<bool> series_matches;
  if (!tags.empty()) series_matches = series_.Match(tags);
  const auto hide = [&](Chunk* chunk) {
    const size_t bytes_before = chunk->allocated_bytes();
    chunk->HideRows(range, tags.empty() ? nullptr : &series_matches);
    totals_.bytes += chunk->allocated_bytes() - bytes_before;
  };
  for (const auto& [key, chunk] : chunks_) hide(chunk.get());
  for (const auto& chunk : frozen_) hide(chunk.get());
  return Difference(totals_, before);
}

// Compared without computing the begin of the first chunk there is, which is below every timestamp.
bool TableBuffer::BeginsBefore(int64_t key, int64_t time_ns) const {
  return key < ChunkKey(time_ns, chunk_duration_ns_) ||
         (key == ChunkKey(time_ns, chunk_duration_ns_) && time_ns % chunk_duration_ns_ != 0);
}

void TableBuffer::Freeze(std::optional<int64_t> before_ns,
                         std::vector<std::shared_ptr<const Chunk>>* frozen) {
  std::lock_guard lock(mutex_);
  auto chunk = chunks_.begin();
  while (chunk != chunks_.end() && (!before_ns || BeginsBefore(chunk->first, *before_ns))) {
    if (newest_chunk_ == chunk->second.get()) {
      rows_expected_ = newest_chunk_->row_count();
      newest_chunk_ = nullptr;
    }
    frozen->push_back(chunk->second);
    frozen_.push_back(std::move(chunk->second));
    chunk = chunks_.erase(chunk);
  }
  std::sort(frozen_.begin(), frozen_.end(), IsBefore);
}

TableTotals TableBuffer::DropFrozen(const std::vector<std::shared_ptr<const Chunk>>& chunks) {
  std::lock_guard lock(mutex_);
  const TableTotals before = totals_;
  // Late data can make very many chunks.
  std::unordered_set<const Chunk*> dropped;
  for (const std::shared_ptr<const Chunk>& chunk : chunks) dropped.insert(chunk.get());
  std::erase_if(frozen_, [&](const std::shared_ptr<Chunk>& chunk) {
    if (!dropped.contains(chunk.get())) return false;
    totals_.rows -= chunk->row_count();
    totals_.bytes -= chunk->allocated_bytes();
    return true;
  });
  totals_.chunks = chunks_.size() + frozen_.size();
  return Difference(totals_, before);
}

std::optional<util::WalSeq> TableBuffer::MinActiveSeq() const {
  std::lock_guard lock(mutex_);
  std::optional<util::WalSeq> min;
  for (const auto& [key, chunk] : chunks_) {
    if (!min || chunk->first_seq() < *min) min = chunk->first_seq();
  }
  return min;
}

TableTotals TableBuffer::totals() const {
  std::lock_guard lock(mutex_);
  return totals_;
}

std::function<std::shared_ptr<const TableSnapshot>()> TableBuffer::BeginSnapshot(
    const model::TimeRange& range, size_t tag_count) const {
  auto snapshot = std::make_shared<BufferedTableSnapshot>();
  std::vector<model::ColumnType> types;
  {
    std::lock_guard lock(mutex_);
    if (chunks_.empty() && frozen_.empty()) return [] { return nullptr; };
    snapshot->SetSeries(series_, tag_count);
    auto frozen = frozen_.begin();
    const auto add = [&](const std::shared_ptr<Chunk>& chunk) {
      if (chunk->time_range().Overlaps(range)) snapshot->AddChunk(chunk);
    };
    for (const auto& [key, chunk] : chunks_) {
      for (; frozen != frozen_.end() && IsBefore(*frozen, chunk); ++frozen) add(*frozen);
      add(chunk);
    }
    for (; frozen != frozen_.end(); ++frozen) add(*frozen);
    if (snapshot->has_candidates()) types = column_types_;
  }
  snapshot->KeepAlive(shared_from_this());
  // Without any lock: it may take long, and all it reads is fixed by now.
  return [snapshot = std::move(snapshot), types = std::move(types)] {
    snapshot->FindDuplicates(types);
    return snapshot;
  };
}

std::shared_ptr<const TableSnapshot> TableBuffer::SnapshotOf(
    const std::vector<std::shared_ptr<const Chunk>>& chunks, size_t tag_count) const {
  auto snapshot = std::make_shared<BufferedTableSnapshot>();
  std::vector<model::ColumnType> types;
  {
    std::lock_guard lock(mutex_);
    snapshot->SetSeries(series_, tag_count);
    for (const std::shared_ptr<const Chunk>& chunk : chunks) snapshot->AddChunk(chunk);
    if (snapshot->has_candidates()) types = column_types_;
  }
  snapshot->KeepAlive(shared_from_this());
  snapshot->FindDuplicates(types);
  return snapshot;
}

}  // namespace influxdb3::buffer
