#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <arrow/type_fwd.h>

namespace influxdb3::server::flight {

/// The columns of GetXdbcTypeInfo's answer.
std::shared_ptr<arrow::Schema> XdbcTypeSchema();

/// The SQL types, ordered by their number; only that with the given number when one is given.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> XdbcTypeRows(std::optional<int32_t> data_type);

}  // namespace influxdb3::server::flight
