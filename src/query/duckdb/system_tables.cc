#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "persist/file_index.h"
#include "query/duckdb/result_types.h"
#include "query/duckdb/virtual_tables.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalType;
using duckdb::Value;
using Row = std::vector<Value>;

const Value kNull;

Value TimestampNs(int64_t ns) {
  return Value::TIMESTAMPNS(duckdb::timestamp_ns_t(ns));
}

Value OwnTyped(const LogicalType& type, const std::optional<int64_t>& number) {
  Value value = number ? Value::BIGINT(*number) : Value(LogicalType::BIGINT);
  value.Reinterpret(type);
  return value;
}

Value Duration(const std::optional<int64_t>& ns) {
  return OwnTyped(DurationType(), ns);
}

Value HardDeletionTime(std::optional<int64_t> ns) {
  if (ns) *ns /= 1'000'000'000;
  return OwnTyped(UtcSecondsType(), ns);
}

/// Columns whose names end in `?` may be NULL.
VirtualTable Shape(std::initializer_list<std::pair<const char*, LogicalType>> columns) {
  VirtualTable table;
  for (const auto& [column, type] : columns) {
    std::string name(column);
    const bool nullable = name.back() == '?';
    if (nullable) name.pop_back();
    table.names.push_back(std::move(name));
    table.types.push_back(type);
    table.required.push_back(!nullable);
  }
  return table;
}

VirtualTable Queries(const VirtualTableContext& context) {
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType count = LogicalType::BIGINT;
  const LogicalType duration = DurationType();
  const LogicalType flag = LogicalType::BOOLEAN;
  VirtualTable table = Shape({{"id", text},
                              {"phase", text},
                              {"issue_time", LogicalType::TIMESTAMP_NS},
                              {"query_type", text},
                              {"query_text", text},
                              {"partitions?", count},
                              {"parquet_files?", count},
                              {"plan_duration?", duration},
                              {"permit_duration?", duration},
                              {"execute_duration?", duration},
                              {"end2end_duration?", duration},
                              {"compute_duration?", duration},
                              {"max_memory?", count},
                              {"success", flag},
                              {"running", flag},
                              {"cancelled", flag},
                              {"trace_id?", text}});
  for (const QueryLogEntry& entry : context.query_log->Entries(context.database->name)) {
    table.rows.push_back(Row{
        Value(entry.id), Value(entry.phase), TimestampNs(entry.issue_time_ns),
        Value(entry.query_type), Value(entry.query_text), kNull,
        entry.parquet_files ? Value::BIGINT(*entry.parquet_files) : kNull, Duration(entry.plan_ns),
        Duration(entry.permit_ns), Duration(entry.execute_ns), Duration(entry.end2end_ns),
        Duration(std::nullopt), kNull, Value::BOOLEAN(entry.success), Value::BOOLEAN(entry.running),
        Value::BOOLEAN(entry.cancelled), kNull});
  }
  return table;
}

const char* SchemaTypeWord(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kTag: return "tag";
    case model::ColumnType::kInt64: return "integer";
    case model::ColumnType::kUInt64: return "uinteger";
    case model::ColumnType::kFloat64: return "float";
    case model::ColumnType::kString: return "string";
    case model::ColumnType::kBool: return "boolean";
  }
  return "";
}

VirtualTable InfluxdbSchema(const VirtualTableContext& context) {
  VirtualTable table = Shape({{"measurement", LogicalType::VARCHAR},
                              {"key", LogicalType::VARCHAR},
                              {"data_type", LogicalType::VARCHAR}});
  for (const auto& [name, entry] : context.database->tables) {
    if (entry.deleted) continue;
    for (const model::ColumnDef& column : entry.schema->columns()) {
      table.rows.push_back(
          Row{Value(name), Value(column.name), Value(SchemaTypeWord(column.type))});
    }
    table.rows.push_back(Row{Value(name), Value("time"), Value("time")});
  }
  return table;
}

VirtualTable Databases(const VirtualTableContext& context) {
  VirtualTable table = Shape({{"database_name", LogicalType::VARCHAR},
                              {"retention_period_ns?", LogicalType::UBIGINT},
                              {"deleted", LogicalType::BOOLEAN},
                              {"hard_deletion_time?", UtcSecondsType()}});
  for (const auto& [name, database] : context.state->databases()) {
    table.rows.push_back(
        Row{Value(name),
            database->retention_ns ? Value::UBIGINT(static_cast<uint64_t>(*database->retention_ns))
                                   : Value(LogicalType::UBIGINT),
            Value::BOOLEAN(database->deleted), HardDeletionTime(database->hard_delete_at_ns)});
  }
  return table;
}

VirtualTable AllTables(const VirtualTableContext& context) {
  VirtualTable table = Shape({{"database_name", LogicalType::VARCHAR},
                              {"table_name", LogicalType::VARCHAR},
                              {"column_count", LogicalType::UBIGINT},
                              {"series_key_columns", LogicalType::VARCHAR},
                              {"last_cache_count", LogicalType::UBIGINT},
                              {"distinct_cache_count", LogicalType::UBIGINT},
                              {"deleted", LogicalType::BOOLEAN},
                              {"hard_deletion_time?", UtcSecondsType()}});
  for (const auto& [database_name, database] : context.state->databases()) {
    for (const auto& [name, entry] : database->tables) {
      std::string key;
      for (const util::ColumnId tag : entry.schema->tag_columns()) {
        if (!key.empty()) key += ", ";
        key += entry.schema->column(tag).name;
      }
      table.rows.push_back(Row{Value(database_name), Value(name),
                               Value::UBIGINT(entry.schema->columns().size() + 1), Value(key),
                               Value::UBIGINT(0), Value::UBIGINT(0),
                               Value::BOOLEAN(entry.deleted || database->deleted),
                               HardDeletionTime(entry.hard_delete_at_ns)});
    }
  }
  return table;
}

VirtualTable CacheShape(bool last_cache) {
  const LogicalType ids = LogicalType::LIST(LogicalType::USMALLINT);
  const LogicalType names = LogicalType::LIST(LogicalType::VARCHAR);
  if (last_cache) {
    return Shape({{"table", LogicalType::VARCHAR},
                  {"name", LogicalType::VARCHAR},
                  {"key_column_ids", ids},
                  {"key_column_names", names},
                  {"value_column_ids?", ids},
                  {"value_column_names?", names},
                  {"count", LogicalType::UBIGINT},
                  {"ttl", LogicalType::UBIGINT}});
  }
  return Shape({{"table", LogicalType::VARCHAR},
                {"name", LogicalType::VARCHAR},
                {"column_ids", ids},
                {"column_names", names},
                {"max_cardinality", LogicalType::UBIGINT},
                {"max_age_seconds", LogicalType::UBIGINT}});
}

/// Of the database's tables that are not deleted.
VirtualTable ParquetFiles(const VirtualTableContext& context) {
  VirtualTable table = Shape({{"table_name", LogicalType::VARCHAR},
                              {"path", LogicalType::VARCHAR},
                              {"size_bytes", LogicalType::UBIGINT},
                              {"row_count", LogicalType::UBIGINT},
                              {"min_time", LogicalType::BIGINT},
                              {"max_time", LogicalType::BIGINT}});
  if (context.files == nullptr) return table;
  std::unordered_map<util::TableId, std::string> names;
  for (const auto& [name, entry] : context.database->tables) {
    if (!entry.deleted) names.emplace(entry.schema->table_id(), name);
  }
  for (const auto& file : context.files->AllFiles()) {
    const auto name = names.find(file->table_id);
    if (name == names.end()) continue;
    table.rows.push_back(Row{Value(name->second), Value(file->path),
                             Value::UBIGINT(file->size_bytes), Value::UBIGINT(file->row_count),
                             Value::BIGINT(file->time_range.min_ns),
                             Value::BIGINT(file->time_range.max_ns)});
  }
  return table;
}

VirtualTable TriggerTable(const std::string& name) {
  if (name == "processing_engine_triggers") {
    return Shape({{"trigger_name", LogicalType::VARCHAR},
                  {"plugin_filename", LogicalType::VARCHAR},
                  {"trigger_specification", LogicalType::VARCHAR},
                  {"disabled", LogicalType::BOOLEAN},
                  {"error_behavior", LogicalType::VARCHAR}});
  }
  if (name == "processing_engine_trigger_arguments") {
    return Shape({{"trigger_name", LogicalType::VARCHAR},
                  {"argument_key", LogicalType::VARCHAR},
                  {"argument_value", LogicalType::VARCHAR}});
  }
  return Shape({{"event_time", LogicalType::TIMESTAMP_NS},
                {"trigger_name", LogicalType::VARCHAR},
                {"log_level", LogicalType::VARCHAR},
                {"log_text", LogicalType::VARCHAR}});
}

}  // namespace

std::vector<std::string> SystemTableNames(const catalog::Database& database) {
  std::vector<std::string> names = {"distinct_caches",
                                    "influxdb_schema",
                                    "last_caches",
                                    "parquet_files",
                                    "processing_engine_logs",
                                    "processing_engine_trigger_arguments",
                                    "processing_engine_triggers",
                                    "queries"};
  if (database.name == catalog::kInternalDatabaseName) {
    names.emplace_back("databases");
    names.emplace_back("tables");
    std::sort(names.begin(), names.end());
  }
  return names;
}

std::shared_ptr<const VirtualTable> MakeSystemTable(const VirtualTableContext& context,
                                                    const std::string& table) {
  const std::vector<std::string> names = SystemTableNames(*context.database);
  if (std::find(names.begin(), names.end(), table) == names.end()) return nullptr;
  const auto share = [](VirtualTable made) {
    return std::make_shared<const VirtualTable>(std::move(made));
  };
  if (table == "queries") return share(Queries(context));
  if (table == "influxdb_schema") return share(InfluxdbSchema(context));
  if (table == "databases") return share(Databases(context));
  if (table == "tables") return share(AllTables(context));
  if (table == "parquet_files") return share(ParquetFiles(context));
  if (table == "last_caches") return share(CacheShape(true));
  if (table == "distinct_caches") return share(CacheShape(false));
  return share(TriggerTable(table));
}

}  // namespace influxdb3::query
