#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "buffer/table_snapshot.h"
#include "model/table_schema.h"
#include "util/result.h"

namespace arrow {
class Array;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace influxdb3::buffer {

/// The rows of a snapshot as a file holds them: in order of the primary key (NULL tags first,
/// bytewise, then time), duplicates merged, deleted rows left out. No two of its chunks are of one
/// span of time. Takes 16 bytes per row besides the batch. One thread.
class SortedRows {
 public:
  /// `schema` is that of the snapshot's moment or a later one.
  SortedRows(std::shared_ptr<const TableSnapshot> snapshot,
             std::shared_ptr<const model::TableSchema> schema);
  ~SortedRows();

  uint64_t row_count() const { return rows_.size(); }
  /// The next rows, at most `rows_max`, as persist::FileSchema(schema); null at the end.
  /// ResourceExhausted when there is no memory for them.
  util::Result<std::shared_ptr<arrow::RecordBatch>> Next(uint32_t rows_max);

 private:
  struct Row {
    int64_t time_ns;
    uint32_t source;  // into sources_
    uint32_t row;     // within the segment
  };
  struct Source {
    const SegmentView* segment;
    const uint64_t* superseded;  // of its chunk; null = no row is
  };
  struct Tag;

  bool SeriesIsBefore(uint32_t left, uint32_t right) const;
  std::vector<uint32_t> RankSeries(std::vector<uint32_t>* counts) const;
  template <class Visit>
  void VisitRows(const Visit& visit) const;
  void Place(const std::vector<uint32_t>& ranked, std::vector<uint32_t> next);
  void BuildTags(const std::vector<uint32_t>& ranked);
  std::shared_ptr<arrow::Array> TagColumn(const Tag& tag, const Row* rows, int64_t count) const;
  util::Result<std::shared_ptr<arrow::Array>> FieldColumn(util::ColumnId id, const Row* rows,
                                                          int64_t count) const;

  const std::shared_ptr<const TableSnapshot> snapshot_;
  const std::shared_ptr<const model::TableSchema> schema_;
  const std::shared_ptr<arrow::Schema> file_schema_;
  std::vector<Source> sources_;
  std::vector<Row> rows_;
  std::vector<Tag> tags_;
  size_t next_row_ = 0;
};

}  // namespace influxdb3::buffer
