#pragma once

#include "query/format/result_writer.h"

namespace influxdb3::query {

/// A header line with the first batch, then a line per row. NULL is nothing, an empty string `""`;
/// other cells are quoted only when they hold a comma, a quote or a line break.
std::unique_ptr<ResultWriter> MakeCsvWriter(const arrow::Schema& schema);

}  // namespace influxdb3::query
