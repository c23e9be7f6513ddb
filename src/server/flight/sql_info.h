#pragma once

#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

namespace influxdb3::server::flight {

/// The columns of GetSqlInfo's answer.
std::shared_ptr<arrow::Schema> SqlInfoSchema();

/// What this server tells about itself, ordered by number: the rows with the given numbers, or all
/// of them when none are given. Unknown numbers have no rows.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> SqlInfoRows(const std::vector<uint32_t>& infos);

}  // namespace influxdb3::server::flight
