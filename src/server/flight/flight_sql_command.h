#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace influxdb3::server::flight {

enum class CommandKind {
  kStatementQuery,
  kPreparedStatementQuery,
  kGetCatalogs,
  kGetDbSchemas,
  kGetTables,
  kGetTableTypes,
  kGetSqlInfo,
  kGetXdbcTypeInfo,
  kGetPrimaryKeys,
  kGetExportedKeys,
  kGetImportedKeys,
  kGetCrossReference,
  kCreatePreparedStatement,
  kClosePreparedStatement,
};

/// A Flight SQL message. Which members are set depends on its kind.
struct Command {
  CommandKind kind = CommandKind::kStatementQuery;
  std::string query;   ///< of kStatementQuery and kCreatePreparedStatement
  std::string handle;  ///< of kPreparedStatementQuery and kClosePreparedStatement

  std::optional<std::string> catalog;
  std::optional<std::string> schema_pattern;  ///< as for SQL's LIKE
  std::optional<std::string> table_pattern;
  std::vector<std::string> table_types;  ///< empty = all
  bool include_schema = false;

  std::vector<uint32_t> infos;  ///< of kGetSqlInfo; empty = all
  std::optional<int32_t> data_type;
};

/// Reads a message in a google.protobuf.Any. InvalidArgument, with the reference's text, when it is
/// malformed or not one that is answered here.
util::Result<Command> ParseCommand(std::string_view any);

/// The replies that are messages themselves.
std::string MakeCreatePreparedStatementResult(std::string_view handle,
                                              std::string_view dataset_schema,
                                              std::string_view parameter_schema);
std::string MakeDoPutPreparedStatementResult(std::string_view handle);
std::string MakeCloseSessionResult();

}  // namespace influxdb3::server::flight
