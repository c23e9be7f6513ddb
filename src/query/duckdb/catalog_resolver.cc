#include "query/duckdb/catalog_resolver.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "buffer/buffer_store.h"
#include "persist/file_index.h"
#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/result_types.h"

namespace influxdb3::query {
namespace {

using util::Result;
using util::Status;

std::string_view ArrowTypeName(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kTag: return "Dictionary(Int32, Utf8)";
    case model::ColumnType::kInt64: return "Int64";
    case model::ColumnType::kUInt64: return "UInt64";
    case model::ColumnType::kFloat64: return "Float64";
    case model::ColumnType::kString: return "Utf8";
    case model::ColumnType::kBool: return "Boolean";
  }
  return "Null";
}

duckdb::LogicalType EngineType(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kTag:
    case model::ColumnType::kString: return duckdb::LogicalType::VARCHAR;
    case model::ColumnType::kInt64: return duckdb::LogicalType::BIGINT;
    case model::ColumnType::kUInt64: return duckdb::LogicalType::UBIGINT;
    case model::ColumnType::kFloat64: return duckdb::LogicalType::DOUBLE;
    case model::ColumnType::kBool: return duckdb::LogicalType::BOOLEAN;
  }
  return duckdb::LogicalType::SQLNULL;
}

// DuckDB ignores case in names. Of names that differ only by case, the second and later ones get a
// suffix that no line protocol name can have.
void MangleCaseTwins(std::vector<VisibleColumn>* columns) {
  std::map<std::string, int> seen;
  for (VisibleColumn& column : *columns) {
    std::string folded = column.info.name;
    std::transform(folded.begin(), folded.end(), folded.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const int twins = seen[folded]++;
    column.info.engine_name = column.info.name;
    if (twins > 0) column.info.engine_name += fmt::format("\n{}", twins);
    column.scan.engine_name = column.info.engine_name;
  }
}

}  // namespace

std::vector<VisibleColumn> VisibleColumns(const model::TableSchema& schema) {
  std::vector<VisibleColumn> columns;
  uint32_t tag_index = 0;
  for (uint32_t id = 0; id < schema.columns().size(); ++id) {
    const model::ColumnDef& def = schema.columns()[id];
    VisibleColumn column;
    column.info.name = def.name;
    column.info.arrow_type = ArrowTypeName(def.type);
    column.info.iox_type = IoxColumnTypeName(def.type);
    column.scan.type = EngineType(def.type);
    column.scan.column_id = util::ColumnId(id);
    column.scan.name = def.name;
    if (def.type == model::ColumnType::kTag) {
      column.scan.kind = ScanColumn::Kind::kTag;
      column.scan.tag_index = tag_index++;
    } else {
      column.scan.kind = ScanColumn::Kind::kField;
    }
    columns.push_back(std::move(column));
  }
  VisibleColumn time;
  time.info.name = "time";
  time.info.arrow_type = "Timestamp(ns)";
  time.info.iox_type = model::kIoxTimestampTypeName;
  time.info.nullable = false;
  time.scan.kind = ScanColumn::Kind::kTime;
  time.scan.name = time.info.name;
  time.scan.type = duckdb::LogicalType::TIMESTAMP_NS;
  columns.push_back(std::move(time));
  std::sort(columns.begin(), columns.end(), [](const VisibleColumn& a, const VisibleColumn& b) {
    return a.info.name < b.info.name;
  });
  MangleCaseTwins(&columns);
  return columns;
}

CatalogResolver::CatalogResolver(const VirtualTableContext& context,
                                 const buffer::BufferStore* buffer, const persist::FileIndex* files,
                                 QuerySources* sources)
    : context_(context), buffer_(buffer), files_(files), sources_(sources) {}

model::TimeRange CatalogResolver::VisibleRange(util::TableId table) const {
  model::TimeRange range = model::TimeRange::All();
  if (const auto retention_ns = context_.database->RetentionOf(table)) {
    const int64_t oldest = std::numeric_limits<int64_t>::min() + *retention_ns;
    range.min_ns = context_.now_ns < oldest ? std::numeric_limits<int64_t>::min()
                                            : context_.now_ns - *retention_ns;
  }
  return range;
}

Result<sql::ResolvedTable> CatalogResolver::ResolveTable(const std::string& schema,
                                                         const std::string& table) {
  if (schema == "iox") return ResolveUserTable(table);
  return ResolveVirtualTable(schema, table);
}

Result<sql::ResolvedTable> CatalogResolver::ResolveUserTable(const std::string& table) {
  const auto schema = context_.database->FindTable(table);
  if (schema == nullptr) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: table 'public.iox.{}' not found", table));
  }
  std::vector<VisibleColumn> columns = VisibleColumns(*schema);
  sql::ResolvedTable resolved;
  resolved.columns.reserve(columns.size());
  for (const VisibleColumn& column : columns) resolved.columns.push_back(column.info);
  auto known = user_tables_.find(table);
  if (known == user_tables_.end()) {
    std::vector<ScanColumn> scan_columns;
    scan_columns.reserve(columns.size());
    for (VisibleColumn& column : columns) scan_columns.push_back(std::move(column.scan));
    const model::TimeRange visible = VisibleRange(schema->table_id());
    std::shared_ptr<const persist::TableFiles> files;
    std::function<std::shared_ptr<const buffer::TableSnapshot>()> finish_snapshot;
    const auto begin_snapshot = [&] {
      finish_snapshot = buffer_->BeginSnapshot(schema->table_id(), visible);
    };
    if (files_ == nullptr) {
      begin_snapshot();
    } else {
      files = files_->View(schema->table_id(), visible, begin_snapshot);
    }
    std::shared_ptr<const buffer::TableSnapshot> snapshot = finish_snapshot();
    sources_->tables.push_back(std::make_shared<ScanSource>(
        std::move(snapshot), std::move(scan_columns), visible, std::move(files)));
    known = user_tables_.emplace(table, sources_->tables.size() - 1).first;
  }
  resolved.ref = MakeScanReference(kBufferScanName, known->second);
  return resolved;
}

Result<sql::ResolvedTable> CatalogResolver::ResolveVirtualTable(const std::string& schema,
                                                                const std::string& table) {
  std::shared_ptr<const VirtualTable> made;
  if (schema == "information_schema") made = MakeInformationSchemaTable(context_, table);
  if (schema == "system") made = MakeSystemTable(context_, table);
  if (made == nullptr) {
    return Status::InvalidArgument(
        fmt::format("Error during planning: table 'public.{}.{}' not found", schema, table));
  }
  sql::ResolvedTable resolved;
  for (size_t i = 0; i < made->names.size(); ++i) {
    resolved.columns.push_back(
        {made->names[i], made->names[i], ArrowTypeText(made->types[i]), "", made->IsNullable(i)});
  }
  sources_->virtual_tables.push_back(std::move(made));
  resolved.ref = MakeScanReference(kVirtualScanName, sources_->virtual_tables.size() - 1);
  return resolved;
}

Result<sql::ResolvedTable> CatalogResolver::ResolveTableFunction(
    const std::string& name, const std::vector<duckdb::Value>& arguments) {
  (void)arguments;
  if (name == "last_cache") {
    return Status::InvalidArgument(
        "Error during planning: could not find cache for the given arguments");
  }
  if (name == "distinct_cache") {
    return Status::InvalidArgument(
        "Error during planning: could not find distinct value cache for the given arguments");
  }
  return Status::InvalidArgument(
      fmt::format("Error during planning: table function '{}' not found", name));
}

}  // namespace influxdb3::query
