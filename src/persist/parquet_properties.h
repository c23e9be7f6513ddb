#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/api.h>
#include <parquet/properties.h>

#include "model/table_schema.h"
#include "persist/table_writer.h"

namespace influxdb3::persist {

/// How a table's file is encoded, chosen by looking at its first row group: docs/format/parquet.md
/// says how and why. `distinct_tag_values` are those of that row group, by tag.
std::shared_ptr<parquet::WriterProperties> ChooseProperties(
    const model::TableSchema& schema, const TableWriterOptions& options,
    const arrow::Table& first_rows, const std::vector<int64_t>& distinct_tag_values);

}  // namespace influxdb3::persist
