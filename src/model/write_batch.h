#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/column_type.h"
#include "util/ids.h"

namespace influxdb3::model {

/// The values of one field column of a TableBatch: a view, the bytes belong to WriteBatch::backing.
struct FieldColumn {
  util::ColumnId column_id;
  ColumnType type = ColumnType::kFloat64;
  /// row_count elements: int64_t, uint64_t, double, std::string_view, or uint8_t (0 or 1) for the
  /// types kInt64, kUInt64, kFloat64, kString, kBool. Elements of null rows are zero or empty.
  const void* values = nullptr;
  /// Bit `row % 64` of word `row / 64` is set when the row has a value; bits past the last row are
  /// zero. Null when every row has one.
  const uint64_t* validity = nullptr;

  template <class T>
  const T* As() const {
    return static_cast<const T*>(values);
  }
  bool IsValid(uint32_t row) const {
    return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1) != 0;
  }
};

/// Rows of one table, column by column, in order of arrival. Instead of one code per tag, each row
/// carries the index of its tag set in a batch-local list of series: 4 bytes, whatever the number
/// of tags.
struct TableBatch {
  util::DbId db_id;
  util::TableId table_id;
  uint32_t row_count = 0;
  uint32_t series_count = 0;
  const int64_t* time = nullptr;     ///< row_count timestamps in nanoseconds since 1970
  const uint32_t* series = nullptr;  ///< row_count indexes below series_count
  /// The table's tag columns, in order of the series key, as of the schema the batch was made for.
  std::vector<util::ColumnId> tag_columns;
  /// series_count × tag_columns.size() values, one series after the other. A view whose data() is
  /// null means the series does not have that tag; a present value is never empty. No two series of
  /// the batch are equal.
  const std::string_view* tag_values = nullptr;
  /// Only columns with at least one value, each at most once.
  std::vector<FieldColumn> fields;
  int64_t min_time_ns = 0;
  int64_t max_time_ns = 0;
};

/// Validated rows on their way from line protocol through the WAL into the buffer. Immutable once
/// built; all views stay valid while `backing` lives. Copies share the backing.
struct WriteBatch {
  std::vector<TableBatch> tables;
  std::shared_ptr<const void> backing;

  uint64_t row_count() const {
    uint64_t rows = 0;
    for (const TableBatch& table : tables) rows += table.row_count;
    return rows;
  }
  bool empty() const { return tables.empty(); }
};

}  // namespace influxdb3::model
