#pragma once

#include <cstddef>
#include <string_view>

#include "model/column_type.h"
#include "util/status.h"

/// The texts with which lines and schema changes are refused. Limits are LimitExceeded, everything
/// else InvalidArgument.
namespace influxdb3::ingest {

inline constexpr std::string_view kTimeColumn = "time";

util::Status ColumnTypeFault(std::string_view column, std::string_view expected_iox_type,
                             model::ColumnType got);
/// The same for the reserved column.
util::Status TimeColumnFault(model::ColumnType got);
util::Status NewTagFault(std::string_view tag);
util::Status RepeatedTagFault(std::string_view tag);
util::Status RepeatedFieldFault(std::string_view field);

util::Status DatabaseLimitFault(size_t databases_max);
util::Status TableLimitFault(size_t table_count, size_t tables_max);
util::Status ColumnLimitFault(size_t columns_max);
util::Status TagColumnLimitFault(size_t tag_columns_max);

util::Status NotFoundFault(std::string_view name);
util::Status AlreadyExistsFault();
util::Status AlreadyDeletedFault(std::string_view name);
util::Status SoftDeletedFault(std::string_view kind, std::string_view name);
/// `verb` is `modify` or `delete`.
util::Status InternalDatabaseFault(std::string_view verb);

}  // namespace influxdb3::ingest
