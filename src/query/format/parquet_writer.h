#pragma once

#include "query/format/result_writer.h"

namespace influxdb3::query {

/// One Parquet file, zstd, with the Arrow schema stored; tags are dictionaries of text. Without
/// batches nothing at all is written.
std::unique_ptr<ResultWriter> MakeParquetWriter(const std::shared_ptr<arrow::Schema>& schema);

}  // namespace influxdb3::query
