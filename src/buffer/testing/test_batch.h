#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "buffer/table_snapshot.h"
#include "model/write_batch.h"
#include "util/ids.h"

/// Batches built row by row and snapshots read row by row, for tests.
namespace influxdb3::buffer::testing {

using FieldValue = std::variant<int64_t, uint64_t, double, std::string, bool>;
using FieldValues = std::map<uint32_t, FieldValue>;  ///< by ColumnId

struct TestRow {
  std::vector<std::string> tags;  ///< an empty one is missing
  int64_t time_ns = 0;
  FieldValues fields;

  bool operator==(const TestRow&) const = default;
};

std::string ToString(const TestRow& row);
void PrintTo(const TestRow& row, std::ostream* out);

/// The column type that holds `value`.
model::ColumnType TypeOf(const FieldValue& value);

/// One batch of `rows`, each with the tags of `tag_columns` or the first of them.
model::WriteBatch MakeBatch(util::DbId db_id, util::TableId table_id,
                            const std::vector<util::ColumnId>& tag_columns,
                            const std::vector<TestRow>& rows);

/// The rows as a query sees them, superseded ones left out and merged ones put in, sorted by tags
/// and time. Missing tags at the end of a row's list are left out. `types` by ColumnId.
std::vector<TestRow> ReadRows(const TableSnapshot& snapshot,
                              const std::vector<model::ColumnType>& types);

/// The same of one chunk, not sorted.
std::vector<TestRow> ReadChunk(const SeriesView& series, const ChunkView& chunk,
                               const std::vector<model::ColumnType>& types);

/// Row `row` of `segment`.
TestRow ReadRow(const SeriesView& series, const SegmentView& segment, uint32_t row,
                const std::vector<model::ColumnType>& types);

}  // namespace influxdb3::buffer::testing
