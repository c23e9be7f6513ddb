#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/scan_source.h"
#include "query/duckdb/virtual_tables.h"

namespace influxdb3::buffer {
class BufferStore;
}
namespace influxdb3::persist {
class FileIndex;
}

namespace influxdb3::query {

/// Finds the tables of one query in one state of the catalog and notes in `sources` what its scans
/// will read. Of every table one snapshot is taken per query, of buffer and files at the same
/// moment. One thread.
class CatalogResolver : public sql::TableResolver {
 public:
  /// `files` is null without files.
  CatalogResolver(const VirtualTableContext& context, const buffer::BufferStore* buffer,
                  const persist::FileIndex* files, QuerySources* sources);

  util::Result<sql::ResolvedTable> ResolveTable(const std::string& schema,
                                                const std::string& table) override;
  util::Result<sql::ResolvedTable> ResolveTableFunction(
      const std::string& name, const std::vector<duckdb::Value>& arguments) override;

 private:
  util::Result<sql::ResolvedTable> ResolveUserTable(const std::string& table);
  util::Result<sql::ResolvedTable> ResolveVirtualTable(const std::string& schema,
                                                       const std::string& table);
  model::TimeRange VisibleRange(util::TableId table) const;

  const VirtualTableContext& context_;
  const buffer::BufferStore* buffer_;
  const persist::FileIndex* files_;
  QuerySources* sources_;
  std::map<std::string, size_t> user_tables_;  ///< by name: index into sources_->tables
};

/// The columns of a table in the order in which `SELECT *` shows them, by name.
struct VisibleColumn {
  sql::ColumnInfo info;
  ScanColumn scan;
};
std::vector<VisibleColumn> VisibleColumns(const model::TableSchema& schema);

}  // namespace influxdb3::query
