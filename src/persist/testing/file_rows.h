#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/table_schema.h"
#include "persist/table_writer.h"

namespace influxdb3::persist::testing {

/// A row as text: values in order of the file's columns, time last.
struct TextRow {
  std::vector<std::optional<std::string>> values;
  int64_t time_ns = 0;
  bool operator==(const TextRow&) const = default;
};

/// The rows as a batch of FileSchema(schema); all values but strings and tags are read as numbers,
/// booleans from `true` and `false`.
std::shared_ptr<arrow::RecordBatch> MakeBatch(const model::TableSchema& schema,
                                              const std::vector<TextRow>& rows);

/// The other way.
std::vector<TextRow> RowsOf(const arrow::RecordBatch& batch);

/// All rows that `reader` still has.
util::Result<std::vector<TextRow>> ReadAll(TableReader* reader);

}  // namespace influxdb3::persist::testing
