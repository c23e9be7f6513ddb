#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "buffer/duplicate_set.h"
#include "buffer/pointer_directory.h"
#include "buffer/published_array.h"
#include "buffer/segment.h"
#include "buffer/string_arena.h"
#include "buffer/table_snapshot.h"
#include "model/time_range.h"
#include "model/write_batch.h"
#include "util/ids.h"

namespace influxdb3::buffer {

/// The rows of one table in one span of data time. One writer appends under the table's lock; the
/// rows of a view taken under it can be read without it, and so can the links between the rows of a
/// series.
class Chunk {
 public:
  /// `key` is the ChunkKey of all its rows, `order` counts up over the chunks of the table.
  /// `rows_expected` (0 = unknown) only guides how much memory is taken at once.
  Chunk(int64_t key, uint64_t order, uint32_t rows_expected)
      : key_(key), order_(order), rows_expected_(rows_expected) {}

  /// Appends the rows [begin, end) of `batch`, all of which belong here and came with the log
  /// record `seq`. `series_of` gives the table's number for each of the batch's series.
  void Append(const model::TableBatch& batch, uint32_t begin, uint32_t end,
              const uint32_t* series_of, util::WalSeq seq);

  /// Takes the present rows in `range` out of sight whose series is marked in `series_matches` (by
  /// series number; null = all series). Under the table's lock.
  void HideRows(const model::TimeRange& range, const std::vector<bool>* series_matches);

  int64_t key() const { return key_; }
  uint64_t order() const { return order_; }
  /// The log records that the first and the last row came with. Of a chunk that has rows.
  util::WalSeq first_seq() const { return first_seq_; }
  util::WalSeq last_seq() const { return last_seq_; }
  uint32_t row_count() const { return row_count_; }
  const model::TimeRange& time_range() const { return time_range_; }
  size_t allocated_bytes() const;

  /// The present rows, duplicates not looked for. Under the table's lock.
  ChunkView View(OwnedWords* owned) const;
  /// Rows that were not later than the row of their series before them: without one there are no
  /// duplicates. Under the table's lock.
  PublishedView<uint32_t> candidates() const { return candidates_.view(); }
  /// The rows deleted so far; null when there are none. Under the table's lock.
  std::shared_ptr<const HiddenRows> hidden() const { return hidden_; }

  /// The duplicates among the rows of `view`, and what of it is hidden; remembered until rows are
  /// added or deleted. Any thread, without the table's lock.
  std::shared_ptr<const DuplicateSet> DuplicatesOf(
      const ChunkView& view, const PublishedView<uint32_t>& candidates,
      std::shared_ptr<const HiddenRows> hidden, const std::vector<model::ColumnType>& types) const;

  enum class EqualRow { kNone, kFound, kUnclear };
  /// Looks for a row before the candidate `row` with its series and time, not farther than a fixed
  /// number of rows of the series. Any thread, for rows of a view, without a lock.
  EqualRow FindEqualBefore(uint32_t row, uint32_t* equal_row) const;

  /// Appends the rows of `series` below `row_count`, ascending. Any thread, without a lock.
  void RowsOfSeries(uint32_t series, uint32_t row_count, std::vector<uint32_t>* rows) const;

 private:
  static constexpr uint32_t kSeriesPerPage = 16;
  // A link is the chunk-wide index plus one of the previous row of the same series, 0 when there is
  // none, and this bit if the row is a candidate.
  static constexpr uint32_t kCandidateBit = uint32_t{1} << 31;
  struct SeriesPage {
    // Chunk-wide index plus one of the last row; 0 = no row yet.
    std::array<std::atomic<uint32_t>, kSeriesPerPage> last_row{};
    std::array<int64_t, kSeriesPerPage> max_time{};  // the writer's
  };

  Segment* OpenSegment(uint32_t incoming_rows);
  uint32_t NextCapacity(uint32_t incoming_rows) const;
  void AppendToSegment(const model::TableBatch& batch, uint32_t begin, uint32_t count,
                       const uint32_t* series_of, Segment* segment);
  void LinkRow(uint32_t series, int64_t time, uint32_t row, uint32_t* link);

  const int64_t key_;
  const uint64_t order_;
  const uint32_t rows_expected_;
  util::WalSeq first_seq_;
  util::WalSeq last_seq_;
  uint32_t row_count_ = 0;
  model::TimeRange time_range_{INT64_MAX, INT64_MIN};
  PointerDirectory<Segment> segments_;
  std::atomic<uint32_t> segment_count_{0};
  PointerDirectory<SeriesPage> series_pages_;
  PublishedArray<uint32_t> candidates_;
  StringArena arena_;
  size_t segment_bytes_ = 0;
  size_t page_bytes_ = 0;
  std::shared_ptr<const HiddenRows> hidden_;

  mutable std::mutex duplicates_mutex_;  ///< guards duplicates_
  mutable std::shared_ptr<const DuplicateSet> duplicates_;
};

}  // namespace influxdb3::buffer
