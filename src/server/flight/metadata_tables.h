#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "server/flight/flight_sql_command.h"
#include "util/result.h"

namespace influxdb3::server::flight {

/// Whether a text matches a pattern of SQL's LIKE: `%`, `_`, and `\` before either.
bool MatchesPattern(std::string_view text, std::string_view pattern);

/// A table as GetTables lists it.
struct ListedTable {
  std::string schema;
  std::string name;
  std::string type;           ///< `BASE TABLE`, `TABLE` or `VIEW`
  std::string columns_bytes;  ///< its Arrow schema, serialised; empty unless asked for
};

/// Whether a GetTables command asks for the table.
bool IsListed(const Command& command, const ListedTable& table);

/// The columns of the answer to a command of one of the metadata kinds, which must not be those of
/// a statement, SqlInfo or XdbcTypeInfo.
std::shared_ptr<arrow::Schema> MetadataSchema(const Command& command);

/// Its rows; `tables` are those that a GetTables command asks for, `base_table_type` what ordinary
/// tables are called.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> MetadataRows(const Command& command,
                                                                std::vector<ListedTable> tables,
                                                                const std::string& base_table_type);

}  // namespace influxdb3::server::flight
