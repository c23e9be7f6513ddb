#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "buffer/table_snapshot.h"

namespace influxdb3::query {

/// Some chunks of a snapshot.
class PartialSnapshot : public buffer::TableSnapshot {
 public:
  /// `chunks` are ones of `whole`, oldest first.
  PartialSnapshot(std::shared_ptr<const TableSnapshot> whole, std::vector<buffer::ChunkView> chunks)
      : whole_(std::move(whole)), chunks_(std::move(chunks)) {
    for (const buffer::ChunkView& chunk : chunks_) row_count_ += chunk.row_count;
  }

  const buffer::SeriesView& series() const override { return whole_->series(); }
  const std::vector<buffer::ChunkView>& chunks() const override { return chunks_; }
  uint64_t row_count() const override { return row_count_; }
  void RowsOfSeries(const buffer::ChunkView& chunk, uint32_t series,
                    std::vector<uint32_t>* rows) const override {
    whole_->RowsOfSeries(chunk, series, rows);
  }

 private:
  const std::shared_ptr<const TableSnapshot> whole_;
  const std::vector<buffer::ChunkView> chunks_;
  uint64_t row_count_ = 0;
};

}  // namespace influxdb3::query
