#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "catalog/catalog.h"

namespace influxdb3::catalog {

using util::Result;
using util::Status;

std::shared_ptr<const model::TableSchema> Database::FindTable(std::string_view table_name) const {
  const auto found = tables.find(table_name);
  if (found == tables.end() || found->second.deleted) return nullptr;
  return found->second.schema;
}

std::optional<int64_t> Database::RetentionOf(util::TableId table) const {
  const auto found = tables_by_id.find(table.value);
  if (found == tables_by_id.end() || !found->second.retention_ns) return retention_ns;
  return found->second.retention_ns;
}

std::shared_ptr<const Database> CatalogState::FindDatabase(std::string_view name) const {
  const auto found = databases_.find(name);
  if (found == databases_.end() || found->second->deleted) return nullptr;
  return found->second;
}

std::shared_ptr<const Database> CatalogState::FindDatabase(util::DbId id) const {
  std::shared_ptr<const Database> found = FindEvenDeleted(id);
  return found == nullptr || found->deleted ? nullptr : found;
}

std::shared_ptr<const Database> CatalogState::FindEvenDeleted(util::DbId id) const {
  const auto found = database_by_id_.find(id.value);
  return found == database_by_id_.end() ? nullptr : found->second;
}

std::shared_ptr<const model::TableSchema> CatalogState::FindTable(util::DbId db,
                                                                  util::TableId table) const {
  const std::shared_ptr<const Database> database = FindDatabase(db);
  if (database == nullptr) return nullptr;
  const auto found = database->tables_by_id.find(table.value);
  if (found == database->tables_by_id.end() || found->second.deleted) return nullptr;
  return found->second.schema;
}

// A private copy of a state on which operations are applied one by one.
class StateEditor {
 public:
  explicit StateEditor(CatalogState* state) : state_(state) {}

  Status operator()(const model::CreateDatabaseOp& op) {
    if (state_->databases_.contains(op.name) || state_->database_by_id_.contains(op.db_id.value)) {
      return Misfit("creates database", op.name);
    }
    auto database = std::make_shared<Database>();
    edited_.emplace(op.db_id.value, database);
    database->id = op.db_id;
    database->name = op.name;
    database->retention_ns = op.retention_ns;
    database->created_at_ns = op.created_at_ns;
    state_->next_db_id_ = std::max(state_->next_db_id_, util::DbId(op.db_id.value + 1));
    ++state_->database_count_;
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::SetRetentionOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    database->retention_ns = op.retention_ns;
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::DeleteDatabaseOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    if (database->name != op.new_name && state_->databases_.contains(op.new_name)) {
      return Misfit("renames a database to", op.new_name);
    }
    if (!database->deleted) {
      --state_->database_count_;
      state_->table_count_ -= LiveTables(*database);
    }
    state_->databases_.Erase(database->name);
    database->name = op.new_name;
    database->deleted = true;
    database->hard_delete_at_ns = op.hard_delete_at_ns;
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::CreateTableOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    if (database->tables.contains(op.name) || database->tables_by_id.contains(op.table_id.value)) {
      return Misfit("creates table", op.name);
    }
    TableEntry entry;
    entry.schema =
        std::make_shared<const model::TableSchema>(op.db_id, op.table_id, op.name, op.columns);
    PutTable(entry, database.get());
    state_->next_table_id_ = std::max(state_->next_table_id_, util::TableId(op.table_id.value + 1));
    ++state_->table_count_;
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::AddColumnsOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    ASSIGN_OR_RETURN(TableEntry entry, FindEntry(*database, op.table_id));
    for (const model::ColumnDef& column : op.columns) {
      if (entry.schema->FindColumn(column.name)) return Misfit("adds column", column.name);
    }
    entry.schema =
        std::make_shared<const model::TableSchema>(entry.schema->WithColumns(op.columns));
    PutTable(entry, database.get());
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::DeleteTableOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    ASSIGN_OR_RETURN(TableEntry entry, FindEntry(*database, op.table_id));
    const std::string old_name = entry.schema->name();
    if (old_name != op.new_name && database->tables.contains(op.new_name)) {
      return Misfit("renames a table to", op.new_name);
    }
    if (!entry.deleted) --state_->table_count_;
    entry.schema = std::make_shared<const model::TableSchema>(entry.schema->WithName(op.new_name));
    entry.deleted = true;
    entry.hard_delete_at_ns = op.hard_delete_at_ns;
    database->tables.Erase(old_name);
    PutTable(entry, database.get());
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::SetNextIdsOp& op) {
    state_->next_db_id_ = std::max(state_->next_db_id_, op.next_db_id);
    state_->next_table_id_ = std::max(state_->next_table_id_, op.next_table_id);
    return Status::Ok();
  }

  Status operator()(const model::PurgeDatabaseOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    if (!database->deleted) return Misfit("purges the live database", database->name);
    state_->databases_.Erase(database->name);
    state_->database_by_id_.Erase(op.db_id.value);
    edited_.erase(op.db_id.value);
    return Status::Ok();
  }

  Status operator()(const model::PurgeTableOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    ASSIGN_OR_RETURN(const TableEntry entry, FindEntry(*database, op.table_id));
    if (!entry.deleted) return Misfit("purges the live table", entry.schema->name());
    database->tables.Erase(entry.schema->name());
    database->tables_by_id.Erase(op.table_id.value);
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::SetTableRetentionOp& op) {
    ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Edit(op.db_id));
    ASSIGN_OR_RETURN(TableEntry entry, FindEntry(*database, op.table_id));
    entry.retention_ns = op.retention_ns;
    PutTable(entry, database.get());
    Publish(database);
    return Status::Ok();
  }

  Status operator()(const model::DeleteRowsOp&) { return Status::Ok(); }

 private:
  static Status Misfit(std::string_view what, std::string_view name) {
    return Status::Corruption(fmt::format(
        "a catalog operation {} '{}', which does not fit the catalog before it", what, name));
  }

  static size_t LiveTables(const Database& database) {
    return static_cast<size_t>(
        std::count_if(database.tables.begin(), database.tables.end(),
                      [](const auto& item) { return !item.second.deleted; }));
  }

  // One copy of a database serves all operations of an Apply: databases can hold many tables.
  Result<std::shared_ptr<Database>> Edit(util::DbId id) {
    if (const auto open = edited_.find(id.value); open != edited_.end()) return open->second;
    const auto found = state_->database_by_id_.find(id.value);
    if (found == state_->database_by_id_.end()) {
      return Misfit("names the unknown database", std::to_string(id.value));
    }
    auto copy = std::make_shared<Database>(*found->second);
    edited_.emplace(id.value, copy);
    return copy;
  }

  static Result<TableEntry> FindEntry(const Database& database, util::TableId id) {
    const auto found = database.tables_by_id.find(id.value);
    if (found != database.tables_by_id.end()) return found->second;
    return Misfit("names the unknown table", std::to_string(id.value));
  }

  static void PutTable(const TableEntry& entry, Database* database) {
    database->tables_by_id.Set(entry.schema->table_id().value, entry);
    database->tables.Set(entry.schema->name(), entry);
  }

  void Publish(const std::shared_ptr<const Database>& database) {
    state_->databases_.Set(database->name, database);
    state_->database_by_id_.Set(database->id.value, database);
  }

  CatalogState* state_;
  std::map<uint32_t, std::shared_ptr<Database>> edited_;
};

Result<std::shared_ptr<const CatalogState>> CatalogState::Apply(
    const std::vector<model::CatalogOp>& ops) const {
  auto next = std::make_shared<CatalogState>(*this);
  next->version_ = version_ + 1;
  StateEditor editor(next.get());
  for (const model::CatalogOp& op : ops) RETURN_IF_ERROR(std::visit(editor, op));
  return std::shared_ptr<const CatalogState>(std::move(next));
}

namespace {

void AppendTableOps(const Database& database, std::vector<model::CatalogOp>* ops) {
  for (const auto& [id, entry] : database.tables_by_id) {
    const model::TableSchema& schema = *entry.schema;
    ops->push_back(
        model::CreateTableOp{database.id, schema.table_id(), schema.name(), schema.columns()});
    if (entry.retention_ns) {
      ops->push_back(
          model::SetTableRetentionOp{database.id, schema.table_id(), entry.retention_ns});
    }
    if (entry.deleted) {
      ops->push_back(model::DeleteTableOp{database.id, schema.table_id(), schema.name(), 0,
                                          entry.hard_delete_at_ns});
    }
  }
}

}  // namespace

std::vector<model::CatalogOp> CatalogState::ToOps() const {
  std::vector<model::CatalogOp> ops;
  for (const auto& [id, database] : database_by_id_) {
    if (database->name == kInternalDatabaseName) continue;
    ops.push_back(model::CreateDatabaseOp{database->id, database->name, database->retention_ns,
                                          database->created_at_ns});
    AppendTableOps(*database, &ops);
    if (database->deleted) {
      ops.push_back(
          model::DeleteDatabaseOp{database->id, database->name, 0, database->hard_delete_at_ns});
    }
  }
  ops.push_back(model::SetNextIdsOp{next_db_id_, next_table_id_});
  return ops;
}

}  // namespace influxdb3::catalog
