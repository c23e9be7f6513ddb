#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "server/flight/prepared_statement.h"
#include "util/result.h"

namespace influxdb3::server::flight {

/// The values of a batch that a client bound to a statement with these parameters, one row for each
/// of the batch. Columns are found by name, with or without `$`. Columns that are named as drivers
/// do which know no names (`0`, `1`, …; `?`; `param_0`, …; `$1`, …) go by position, and so do
/// unknown names where the count is right. InvalidArgument for types that no parameter can have.
util::Result<std::vector<ParameterRow>> BindRows(const arrow::RecordBatch& batch,
                                                 const std::vector<std::string>& parameters);

}  // namespace influxdb3::server::flight
