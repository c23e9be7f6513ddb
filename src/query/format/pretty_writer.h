#pragma once

#include "query/format/result_writer.h"

namespace influxdb3::query {

/// A table drawn with `+`, `-` and `|`, written at Finish: the widths depend on all rows. Without
/// batches it is `++` twice.
std::unique_ptr<ResultWriter> MakePrettyWriter(const arrow::Schema& schema);

}  // namespace influxdb3::query
