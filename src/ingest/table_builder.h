#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ingest/batch_memory.h"
#include "ingest/field_slot.h"
#include "model/catalog_op.h"
#include "model/table_schema.h"
#include "model/write_batch.h"

namespace influxdb3::ingest {

/// One table of a write under construction: its schema with the columns the write adds, and a
/// segment of rows, which Seal turns into a TableBatch. Names given to it must outlive it.
class TableBuilder {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// A table of the catalog.
  explicit TableBuilder(std::shared_ptr<const model::TableSchema> schema);
  /// A table that the write creates.
  TableBuilder(util::DbId db_id, util::TableId table_id, std::string_view name);

  bool is_new() const { return schema_ == nullptr; }
  std::string_view name() const { return name_; }

  // Columns, by ColumnId.
  uint32_t column_count() const { return static_cast<uint32_t>(columns_.size()); }
  uint32_t FindColumn(std::string_view name) const;  ///< kNone when there is none
  model::ColumnType column_type(uint32_t column) const;
  uint32_t tag_ordinal(uint32_t column) const { return columns_[column].tag_ordinal; }
  uint32_t AddColumn(std::string_view name, model::ColumnType type);

  uint32_t tag_count() const { return static_cast<uint32_t>(tags_.size()); }
  /// The spelling of a tag's key to expect in a body; empty when it needs escapes.
  std::string_view written_tag(uint32_t ordinal) const { return tags_[ordinal].written; }

  // Fields in use by this write, in order of first use.
  uint32_t slot_count() const { return static_cast<uint32_t>(slots_.size()); }
  FieldSlot& slot(uint32_t index) { return slots_[index]; }
  /// The slot of a field column; made when missing.
  uint32_t SlotOf(uint32_t column);
  /// Forgets columns and slots made since those counts were taken.
  void Truncate(uint32_t column_count, uint32_t slot_count);

  /// Slots of the fields of the last line, in its order: what the next line is expected to have.
  std::vector<uint32_t>& expected_slots() { return expected_slots_; }

  // The segment's rows.
  uint32_t row_count() const { return row_count_; }
  RowShape* shape() { return &shape_; }
  bool full() const { return row_count_ == shape_.row_capacity; }
  uint32_t generation() const { return generation_; }
  void ReserveRows(uint32_t row_capacity);
  /// Ends the row whose field values were put. There must be room.
  void AppendRow(int64_t time_ns, uint32_t series, size_t line_bytes) {
    time_[row_count_] = time_ns;
    series_[row_count_] = series;
    min_time_ns_ = time_ns < min_time_ns_ ? time_ns : min_time_ns_;
    max_time_ns_ = time_ns > max_time_ns_ ? time_ns : max_time_ns_;
    segment_line_bytes_ += line_bytes;
    ++row_count_;
  }
  /// The series with these tag_count() values. `canonical` promises that it comes from a key
  /// without escapes whose tags are in order, and that the key was not seen in this segment: such
  /// series are new unless keys of other forms were seen.
  uint32_t AddSeries(const std::string_view* values, bool canonical);
  /// Bytes of the lines that the segment's rows come from.
  size_t segment_line_bytes() const { return segment_line_bytes_; }
  /// Bytes that the segment's rows take, nulls included.
  size_t SegmentBytes() const {
    return row_count_ * (shape_.row_bytes + sizeof(int64_t) + sizeof(uint32_t));
  }

  /// Ends the segment, which must have rows, and begins the next one.
  model::TableBatch Seal(BatchStorage* storage);

  /// What the catalog must do for this table, if anything.
  std::optional<model::CatalogOp> SchemaOp() const;

 private:
  struct Column {
    uint32_t slot = kNone;
    uint32_t tag_ordinal = kNone;
  };
  struct TagColumn {
    util::ColumnId column_id;
    std::string_view written;
  };
  struct AddedColumn {
    std::string_view name;
    model::ColumnType type;
  };
  struct SeriesHash {
    const TableBuilder* table;
    size_t operator()(uint32_t series) const;
  };
  struct SeriesEqual {
    const TableBuilder* table;
    bool operator()(uint32_t a, uint32_t b) const;
  };
  using SeriesSet = std::unordered_set<uint32_t, SeriesHash, SeriesEqual>;

  std::string_view ColumnName(uint32_t column) const;
  uint32_t catalog_column_count() const;
  void NoteTag(uint32_t column);

  std::shared_ptr<const model::TableSchema> schema_;  // null for a new table
  util::DbId db_id_;
  util::TableId table_id_;
  std::string_view name_;
  std::vector<Column> columns_;
  std::vector<AddedColumn> added_;
  std::unordered_map<std::string_view, uint32_t> added_by_name_;
  std::vector<TagColumn> tags_;
  std::vector<FieldSlot> slots_;
  std::vector<uint32_t> expected_slots_;

  uint32_t row_count_ = 0;
  size_t segment_line_bytes_ = 0;
  RowShape shape_;
  uint32_t series_count_ = 0;
  uint32_t generation_ = 0;
  int64_t min_time_ns_ = INT64_MAX;
  int64_t max_time_ns_ = INT64_MIN;
  GrowArray<int64_t> time_;
  GrowArray<uint32_t> series_;
  GrowArray<std::string_view> tag_values_;
  std::optional<SeriesSet> series_set_;  // set once a key was not canonical
};

/// True when `name` as a key in line protocol is written as it is. Commas may stand bare in keys,
/// but then only line_protocol::FindLineEnd knows where a quoted value begins.
bool IsPlainKey(std::string_view name);

}  // namespace influxdb3::ingest
