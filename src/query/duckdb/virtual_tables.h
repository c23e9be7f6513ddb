#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "query/duckdb/query_log.h"
#include "query/duckdb/scan_source.h"

namespace influxdb3::persist {
class FileIndex;
}

namespace influxdb3::query {

/// What system and information_schema tables are made from.
struct VirtualTableContext {
  std::shared_ptr<const catalog::CatalogState> state;
  std::shared_ptr<const catalog::Database> database;
  const QueryLog* query_log = nullptr;
  const persist::FileIndex* files = nullptr;  ///< null when no table has files
  int64_t now_ns = 0;
};

/// Null when the schema has no such table. The rows are made anew at each call.
std::shared_ptr<const VirtualTable> MakeInformationSchemaTable(const VirtualTableContext& context,
                                                               const std::string& table);
std::shared_ptr<const VirtualTable> MakeSystemTable(const VirtualTableContext& context,
                                                    const std::string& table);

/// Names of the system tables a database shows, sorted.
std::vector<std::string> SystemTableNames(const catalog::Database& database);

}  // namespace influxdb3::query
