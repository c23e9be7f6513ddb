#include "buffer/table_buffer.h"

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
      if (candidates_[i].size == 0) continue;
      ChunkView& view = views_[i];
      std::shared_ptr<const DuplicateSet> found =
          view.chunk->DuplicatesOf(view, candidates_[i], types);
      if (found->merged == nullptr) continue;
      view.has_duplicates = true;
      view.superseded = found->superseded.data();
      view.merged = found->merged->segments();
      owners_.push_back(std::move(found));
    }
  }

  void KeepAlive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

 private:
  SeriesView series_;
  std::vector<ChunkView> views_;
  std::vector<PublishedView<uint32_t>> candidates_;  // parallel to views_
  uint64_t row_count_ = 0;
  OwnedWords owned_words_;
  std::vector<std::shared_ptr<const void>> owners_;
};

}  // namespace

void TableBuffer::Apply(const model::TableBatch& batch, ApplyScratch* scratch) {
  if (batch.row_count == 0) return;
  const std::vector<ChunkRun> runs = SplitByChunk(batch, chunk_duration_ns_);
  std::unique_ptr<ReorderedBatch> reordered;
  if (ReorderedBatch::Pays(runs)) reordered = std::make_unique<ReorderedBatch>(batch, runs);

  std::lock_guard lock(mutex_);
  const size_t series_bytes_before = series_.allocated_bytes();
  series_.MapSeries(batch, &scratch->series_of);
  totals_.bytes += series_.allocated_bytes() - series_bytes_before;
  NoteTypes(batch);
  if (reordered != nullptr) {
    AppendRuns(reordered->batch(), reordered->runs(), scratch->series_of.data());
  } else {
    AppendRuns(batch, runs, scratch->series_of.data());
  }
  totals_.rows += batch.row_count;
  totals_.chunks = chunks_.size();
}

void TableBuffer::NoteTypes(const model::TableBatch& batch) {
  for (const model::FieldColumn& field : batch.fields) {
    const size_t id = field.column_id.value;
    if (id >= column_types_.size()) column_types_.resize(id + 1, model::ColumnType::kTag);
    column_types_[id] = field.type;
  }
}

void TableBuffer::AppendRuns(const model::TableBatch& batch, const std::vector<ChunkRun>& runs,
                             const uint32_t* series_of) {
  for (const ChunkRun& run : runs) {
    Chunk* chunk = FindOrAddChunk(run.key);
    const size_t bytes_before = chunk->row_count() == 0 ? 0 : chunk->allocated_bytes();
    chunk->Append(batch, run.begin, run.end, series_of);
    totals_.bytes += chunk->allocated_bytes() - bytes_before;
  }
}

Chunk* TableBuffer::FindOrAddChunk(int64_t key) {
  std::shared_ptr<Chunk>& chunk = chunks_[key];
  if (chunk == nullptr) {
    chunk = std::make_shared<Chunk>(newest_chunk_ == nullptr ? 0 : newest_chunk_->row_count());
    newest_chunk_ = chunk.get();
  }
  return chunk.get();
}

std::shared_ptr<const TableSnapshot> TableBuffer::TakeSnapshot(const model::TimeRange& range,
                                                               size_t tag_count) const {
  auto snapshot = std::make_shared<BufferedTableSnapshot>();
  std::vector<model::ColumnType> types;
  {
    std::lock_guard lock(mutex_);
    if (chunks_.empty()) return nullptr;
    snapshot->SetSeries(series_, tag_count);
    for (const auto& [key, chunk] : chunks_) {
      if (chunk->time_range().Overlaps(range)) snapshot->AddChunk(chunk);
    }
    if (snapshot->has_candidates()) types = column_types_;
  }
  snapshot->KeepAlive(shared_from_this());
  // Without the lock: it may take long, and all it reads is fixed by now.
  snapshot->FindDuplicates(types);
  return snapshot;
}

}  // namespace influxdb3::buffer
