#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "ingest/schema_faults.h"
#include "ingest/write_service.h"
#include "util/limits.h"

namespace influxdb3::ingest {
namespace {

using catalog::CatalogState;
using catalog::Database;
using catalog::TableEntry;
using model::CatalogOp;
using model::ColumnDef;
using model::ColumnType;
using util::Result;
using util::Status;
using Ops = std::vector<CatalogOp>;

/// `name-YYYYMMDDTHHMMSS`, with the id behind it when that name is taken.
template <class IsTaken>
std::string DeletedName(std::string_view name, int64_t now_ns, uint32_t id,
                        const IsTaken& is_taken) {
  const std::chrono::sys_seconds now{
      std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(now_ns))};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{now - day};
  std::string renamed =
      fmt::format("{}-{:04}{:02}{:02}T{:02}{:02}{:02}", name, static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  time.hours().count(), time.minutes().count(), time.seconds().count());
  if (is_taken(renamed)) renamed += fmt::format("-{}", id);
  return renamed;
}

/// Whether a second deletion has anything to say: it may only bring the end forward or call it off.
bool ChangesHardDelete(std::optional<int64_t> present_ns, std::optional<int64_t> wanted_ns) {
  if (!wanted_ns) return present_ns.has_value();
  return !present_ns || *wanted_ns < *present_ns;
}

Result<std::shared_ptr<const Database>> FindLiveDatabase(const CatalogState& state,
                                                         std::string_view name) {
  const auto found = state.databases().find(name);
  if (found == state.databases().end()) return NotFoundFault(name);
  if (found->second->deleted) return AlreadyDeletedFault(name);
  return found->second;
}

Result<TableEntry> FindLiveTable(const CatalogState& state, std::string_view database_name,
                                 std::string_view table) {
  if (database_name == catalog::kInternalDatabaseName) return InternalDatabaseFault("modify");
  ASSIGN_OR_RETURN(const std::shared_ptr<const Database> database,
                   FindLiveDatabase(state, database_name));
  const auto found = database->tables.find(table);
  if (found == database->tables.end()) return NotFoundFault(table);
  if (found->second.deleted) return AlreadyDeletedFault(table);
  return found->second;
}

Result<Ops> CreateDatabaseOps(const CatalogState& state, const catalog::CatalogLimits& limits,
                              std::string_view name, std::optional<int64_t> retention_ns,
                              int64_t now_ns) {
  RETURN_IF_ERROR(catalog::ValidateDatabaseName(name, util::limits::kDatabaseNameBytesMax));
  if (state.databases().contains(name)) return AlreadyExistsFault();
  if (state.database_count() >= limits.databases_max) {
    return DatabaseLimitFault(limits.databases_max);
  }
  return Ops{model::CreateDatabaseOp{state.next_db_id(), std::string(name), retention_ns, now_ns}};
}

Status CheckColumns(const std::vector<ColumnDef>& columns, const catalog::CatalogLimits& limits) {
  std::unordered_map<std::string_view, ColumnType> types;
  size_t tag_count = 0;
  for (const ColumnDef& column : columns) {
    if (column.name == kTimeColumn) {
      return Status::InvalidArgument("'time' is a reserved column");
    }
    if (column.name.empty()) return Status::InvalidArgument("column name cannot be empty");
    if (column.name.size() > util::limits::kNameBytesMax) {
      return Status::InvalidArgument(
          fmt::format("column name too long: max {}", util::limits::kNameBytesMax));
    }
    const auto [known, is_new] = types.emplace(column.name, column.type);
    if (!is_new) {
      return ColumnTypeFault(column.name, model::IoxColumnTypeName(known->second), column.type);
    }
    if (column.type == ColumnType::kTag) ++tag_count;
  }
  if (columns.size() > limits.columns_per_table_max) {
    return ColumnLimitFault(limits.columns_per_table_max);
  }
  if (tag_count > limits.tag_columns_per_table_max) {
    return TagColumnLimitFault(limits.tag_columns_per_table_max);
  }
  return Status::Ok();
}

Result<Ops> CreateTableOps(const CatalogState& state, const catalog::CatalogLimits& limits,
                           std::string_view database_name, std::string_view table,
                           const std::vector<ColumnDef>& columns,
                           std::optional<int64_t> retention_ns, int64_t now_ns) {
  if (database_name == catalog::kInternalDatabaseName) return InternalDatabaseFault("modify");
  if (table.empty()) return Status::InvalidArgument("table name cannot be empty");
  if (table.size() > util::limits::kNameBytesMax) {
    return Status::InvalidArgument(
        fmt::format("table name too long: max {}", util::limits::kNameBytesMax));
  }
  Ops ops;
  util::DbId db_id = state.next_db_id();
  if (const auto database = state.FindDatabase(database_name)) {
    const auto known = database->tables.find(table);
    if (known != database->tables.end()) {
      return known->second.deleted ? AlreadyDeletedFault(table) : AlreadyExistsFault();
    }
    db_id = database->id;
  } else if (state.databases().contains(database_name)) {
    return AlreadyDeletedFault(database_name);
  } else {
    ASSIGN_OR_RETURN(ops, CreateDatabaseOps(state, limits, database_name, std::nullopt, now_ns));
  }
  RETURN_IF_ERROR(CheckColumns(columns, limits));
  if (state.table_count() >= limits.tables_max) {
    return TableLimitFault(state.table_count(), limits.tables_max);
  }
  const util::TableId table_id = state.next_table_id();
  ops.emplace_back(model::CreateTableOp{db_id, table_id, std::string(table), columns});
  if (retention_ns) ops.emplace_back(model::SetTableRetentionOp{db_id, table_id, retention_ns});
  return ops;
}

Result<Ops> DeleteDatabaseOps(const CatalogState& state, std::string_view name,
                              std::optional<int64_t> hard_delete_at_ns, int64_t now_ns) {
  if (name == catalog::kInternalDatabaseName) return InternalDatabaseFault("delete");
  const auto found = state.databases().find(name);
  if (found == state.databases().end()) return NotFoundFault(name);
  const Database& database = *found->second;
  std::string new_name(name);
  if (database.deleted) {
    if (!ChangesHardDelete(database.hard_delete_at_ns, hard_delete_at_ns)) {
      return AlreadyDeletedFault(name);
    }
  } else {
    new_name = DeletedName(name, now_ns, database.id.value, [&state](const std::string& wanted) {
      return state.databases().contains(wanted);
    });
  }
  return Ops{model::DeleteDatabaseOp{database.id, std::move(new_name), now_ns, hard_delete_at_ns}};
}

Result<Ops> DeleteTableOps(const CatalogState& state, std::string_view database_name,
                           std::string_view table, std::optional<int64_t> hard_delete_at_ns,
                           int64_t now_ns) {
  if (database_name == catalog::kInternalDatabaseName) return InternalDatabaseFault("modify");
  const auto database = state.FindDatabase(database_name);
  if (database == nullptr) {
    return Status::NotFound(fmt::format("Database not found {}", database_name));
  }
  const auto found = database->tables.find(table);
  if (found == database->tables.end()) {
    return Status::NotFound(fmt::format("Table {} not in DB schema for {}", table, database_name));
  }
  const TableEntry& entry = found->second;
  const util::TableId id = entry.schema->table_id();
  std::string new_name(table);
  if (entry.deleted) {
    if (!ChangesHardDelete(entry.hard_delete_at_ns, hard_delete_at_ns)) {
      return AlreadyDeletedFault(table);
    }
  } else {
    new_name = DeletedName(table, now_ns, id.value, [&database](const std::string& wanted) {
      return database->tables.contains(wanted);
    });
  }
  return Ops{
      model::DeleteTableOp{database->id, id, std::move(new_name), now_ns, hard_delete_at_ns}};
}

}  // namespace

void WriteService::ChangeSchema(const MakeOps& make_ops, Done done) {
  auto shared_done = std::make_shared<Done>(std::move(done));
  std::unique_lock<std::mutex> retry_lock(retry_mutex_, std::defer_lock);
  Status status;
  while (true) {
    const auto state = catalog_->state();
    auto ops = make_ops(*state);
    status = ops.status();
    if (!status.ok()) break;
    auto record = std::make_shared<wal::Record>();
    record->ops = std::move(ops).value();
    status = SubmitRecord(state->version(), std::move(record),
                          [shared_done](Status durable) { (*shared_done)(std::move(durable)); });
    if (status.ok()) return;
    if (status.code() != util::StatusCode::kConflict) break;
    if (!retry_lock.owns_lock()) retry_lock.lock();
  }
  if (retry_lock.owns_lock()) retry_lock.unlock();
  (*shared_done)(std::move(status));
}

void WriteService::CreateDatabase(std::string name, std::optional<int64_t> retention_ns,
                                  Done done) {
  const int64_t now_ns = clock_->NowNs();
  ChangeSchema(
      [&](const CatalogState& state) {
        return CreateDatabaseOps(state, catalog_->limits(), name, retention_ns, now_ns);
      },
      std::move(done));
}

void WriteService::CreateTable(std::string database, std::string table,
                               std::vector<std::string> tags, std::vector<ColumnDef> fields,
                               std::optional<int64_t> retention_ns, Done done) {
  std::vector<ColumnDef> columns;
  columns.reserve(tags.size() + fields.size());
  for (std::string& tag : tags) columns.push_back({std::move(tag), ColumnType::kTag});
  for (ColumnDef& field : fields) columns.push_back(std::move(field));
  const int64_t now_ns = clock_->NowNs();
  ChangeSchema(
      [&](const CatalogState& state) {
        return CreateTableOps(state, catalog_->limits(), database, table, columns, retention_ns,
                              now_ns);
      },
      std::move(done));
}

void WriteService::DeleteSchema(const MakeOps& make_ops, Done done) {
  ChangeSchema(make_ops, [deleted = options_.on_deleted, done = std::move(done)](Status status) {
    if (status.ok() && deleted) deleted();
    done(std::move(status));
  });
}

void WriteService::DeleteDatabase(std::string name, std::optional<int64_t> hard_delete_at_ns,
                                  Done done) {
  const int64_t now_ns = clock_->NowNs();
  DeleteSchema(
      [&](const CatalogState& state) {
        return DeleteDatabaseOps(state, name, hard_delete_at_ns, now_ns);
      },
      std::move(done));
}

void WriteService::DeleteTable(std::string database, std::string table,
                               std::optional<int64_t> hard_delete_at_ns, Done done) {
  const int64_t now_ns = clock_->NowNs();
  DeleteSchema(
      [&](const CatalogState& state) {
        return DeleteTableOps(state, database, table, hard_delete_at_ns, now_ns);
      },
      std::move(done));
}

void WriteService::DeleteRows(RowDeletion deletion, Done done) {
  ChangeSchema(
      [&](const CatalogState& state) -> Result<Ops> {
        ASSIGN_OR_RETURN(model::DeleteRowsOp op, MakeDeleteRows(state, deletion));
        return Ops{std::move(op)};
      },
      std::move(done));
}

void WriteService::SetRetention(std::string database, std::optional<int64_t> retention_ns,
                                Done done) {
  ChangeSchema(
      [&](const CatalogState& state) -> Result<Ops> {
        if (database == catalog::kInternalDatabaseName) return InternalDatabaseFault("modify");
        ASSIGN_OR_RETURN(const auto found, FindLiveDatabase(state, database));
        return Ops{model::SetRetentionOp{found->id, retention_ns}};
      },
      std::move(done));
}

void WriteService::SetTableRetention(std::string database, std::string table,
                                     std::optional<int64_t> retention_ns, Done done) {
  ChangeSchema(
      [&](const CatalogState& state) -> Result<Ops> {
        ASSIGN_OR_RETURN(const TableEntry entry, FindLiveTable(state, database, table));
        return Ops{model::SetTableRetentionOp{entry.schema->db_id(), entry.schema->table_id(),
                                              retention_ns}};
      },
      std::move(done));
}

}  // namespace influxdb3::ingest
