#pragma once

#include "query/format/result_writer.h"

namespace influxdb3::query {

enum class JsonShape {
  kArray,  ///< `[{…},{…}]` without a newline at the end; `[]` without rows
  kLines,  ///< `{…}` and a newline per row
};

/// Columns that are NULL are left out of a row's object.
std::unique_ptr<ResultWriter> MakeJsonWriter(const arrow::Schema& schema, JsonShape shape);

}  // namespace influxdb3::query
