#include "model/catalog_op_codec.h"

#include <unordered_set>
#include <utility>

#include "util/limits.h"

namespace influxdb3::model {
namespace {

using util::Result;
using util::Status;

// Numbers of the format: never changed, never reused.
enum class OpKind : uint8_t {
  kCreateDatabase = 1,
  kSetRetention = 2,
  kDeleteDatabase = 3,
  kCreateTable = 4,
  kAddColumns = 5,
  kDeleteTable = 6,
  kSetNextIds = 7,
  kPurgeDatabase = 8,
  kPurgeTable = 9,
  kSetTableRetention = 10,
  kDeleteRows = 11,
};

void PutOptional(const std::optional<int64_t>& value, ByteWriter* out) {
  out->Put(static_cast<uint8_t>(value.has_value()));
  out->Put(value.value_or(0));
}

std::optional<int64_t> GetOptional(ByteReader* in) {
  const bool present = in->Get<uint8_t>() != 0;
  const int64_t value = in->Get<int64_t>();
  return present ? std::optional<int64_t>(value) : std::nullopt;
}

void PutColumns(const std::vector<ColumnDef>& columns, ByteWriter* out) {
  out->Put(static_cast<uint32_t>(columns.size()));
  for (const ColumnDef& column : columns) {
    out->Put(static_cast<uint8_t>(column.type));
    out->PutString(column.name);
  }
}

Result<std::vector<ColumnDef>> GetColumns(ByteReader* in) {
  std::vector<ColumnDef> columns;
  std::unordered_set<std::string_view> names;
  const uint32_t count = in->Get<uint32_t>();
  for (uint32_t i = 0; i < count && in->ok(); ++i) {
    const uint8_t type = in->Get<uint8_t>();
    const std::string_view name = in->GetString();
    if (type > static_cast<uint8_t>(ColumnType::kBool)) {
      return Status::Corruption("a catalog operation has an unknown column type");
    }
    if (!names.insert(name).second) {
      return Status::Corruption("a catalog operation names a column twice");
    }
    columns.push_back({std::string(name), static_cast<ColumnType>(type)});
  }
  return columns;
}

struct OpEncoder {
  ByteWriter* out;

  void Begin(OpKind kind, util::DbId db) const {
    out->Put(kind);
    out->Put(db.value);
  }
  void operator()(const CreateDatabaseOp& op) const {
    Begin(OpKind::kCreateDatabase, op.db_id);
    out->PutString(op.name);
    PutOptional(op.retention_ns, out);
    out->Put(op.created_at_ns);
  }
  void operator()(const SetRetentionOp& op) const {
    Begin(OpKind::kSetRetention, op.db_id);
    PutOptional(op.retention_ns, out);
  }
  void operator()(const DeleteDatabaseOp& op) const {
    Begin(OpKind::kDeleteDatabase, op.db_id);
    out->PutString(op.new_name);
    out->Put(op.deleted_at_ns);
    PutOptional(op.hard_delete_at_ns, out);
  }
  void operator()(const CreateTableOp& op) const {
    Begin(OpKind::kCreateTable, op.db_id);
    out->Put(op.table_id.value);
    out->PutString(op.name);
    PutColumns(op.columns, out);
  }
  void operator()(const AddColumnsOp& op) const {
    Begin(OpKind::kAddColumns, op.db_id);
    out->Put(op.table_id.value);
    PutColumns(op.columns, out);
  }
  void operator()(const DeleteTableOp& op) const {
    Begin(OpKind::kDeleteTable, op.db_id);
    out->Put(op.table_id.value);
    out->PutString(op.new_name);
    out->Put(op.deleted_at_ns);
    PutOptional(op.hard_delete_at_ns, out);
  }
  void operator()(const SetNextIdsOp& op) const {
    Begin(OpKind::kSetNextIds, op.next_db_id);
    out->Put(op.next_table_id.value);
  }
  void operator()(const PurgeDatabaseOp& op) const { Begin(OpKind::kPurgeDatabase, op.db_id); }
  void operator()(const PurgeTableOp& op) const {
    Begin(OpKind::kPurgeTable, op.db_id);
    out->Put(op.table_id.value);
  }
  void operator()(const SetTableRetentionOp& op) const {
    Begin(OpKind::kSetTableRetention, op.db_id);
    out->Put(op.table_id.value);
    PutOptional(op.retention_ns, out);
  }
  void operator()(const DeleteRowsOp& op) const {
    Begin(OpKind::kDeleteRows, op.db_id);
    out->Put(op.table_id.value);
    out->Put(op.range.min_ns);
    out->Put(op.range.max_ns);
    out->Put(static_cast<uint32_t>(op.tags.size()));
    for (const auto& [column, value] : op.tags) {
      out->Put(column.value);
      out->PutString(value);
    }
  }
};

CatalogOp DecodeDatabaseOp(OpKind kind, util::DbId db, ByteReader* in) {
  if (kind == OpKind::kSetRetention) return SetRetentionOp{db, GetOptional(in)};
  const std::string name(in->GetString());
  if (kind == OpKind::kCreateDatabase) {
    const std::optional<int64_t> retention = GetOptional(in);
    return CreateDatabaseOp{db, name, retention, in->Get<int64_t>()};
  }
  const int64_t deleted_at = in->Get<int64_t>();
  return DeleteDatabaseOp{db, name, deleted_at, GetOptional(in)};
}

Result<CatalogOp> DecodeTableOp(OpKind kind, util::DbId db, ByteReader* in) {
  const util::TableId table(in->Get<uint32_t>());
  if (kind == OpKind::kAddColumns) {
    ASSIGN_OR_RETURN(std::vector<ColumnDef> columns, GetColumns(in));
    return CatalogOp(AddColumnsOp{db, table, std::move(columns)});
  }
  const std::string name(in->GetString());
  if (kind == OpKind::kCreateTable) {
    ASSIGN_OR_RETURN(std::vector<ColumnDef> columns, GetColumns(in));
    return CatalogOp(CreateTableOp{db, table, name, std::move(columns)});
  }
  const int64_t deleted_at = in->Get<int64_t>();
  return CatalogOp(DeleteTableOp{db, table, name, deleted_at, GetOptional(in)});
}

DeleteRowsOp DecodeDeleteRows(util::DbId db, ByteReader* in) {
  DeleteRowsOp op;
  op.db_id = db;
  op.table_id = util::TableId(in->Get<uint32_t>());
  op.range.min_ns = in->Get<int64_t>();
  op.range.max_ns = in->Get<int64_t>();
  const uint32_t count = in->Get<uint32_t>();
  for (uint32_t i = 0; i < count && in->ok(); ++i) {
    const util::ColumnId column(in->Get<uint32_t>());
    op.tags.emplace_back(column, in->GetString());
  }
  return op;
}

}  // namespace

void EncodeCatalogOp(const CatalogOp& op, ByteWriter* out) {
  std::visit(OpEncoder{out}, op);
}

Result<CatalogOp> DecodeCatalogOp(ByteReader* in) {
  const OpKind kind = in->Get<OpKind>();
  const util::DbId db(in->Get<uint32_t>());
  Result<CatalogOp> op = Status::Corruption("a catalog operation of an unknown kind");
  switch (kind) {
    case OpKind::kCreateDatabase:
    case OpKind::kSetRetention:
    case OpKind::kDeleteDatabase: op = DecodeDatabaseOp(kind, db, in); break;
    case OpKind::kCreateTable:
    case OpKind::kAddColumns:
    case OpKind::kDeleteTable: op = DecodeTableOp(kind, db, in); break;
    case OpKind::kSetNextIds:
      op = CatalogOp(SetNextIdsOp{db, util::TableId(in->Get<uint32_t>())});
      break;
    case OpKind::kPurgeDatabase: op = CatalogOp(PurgeDatabaseOp{db}); break;
    case OpKind::kPurgeTable:
      op = CatalogOp(PurgeTableOp{db, util::TableId(in->Get<uint32_t>())});
      break;
    case OpKind::kSetTableRetention: {
      const util::TableId table(in->Get<uint32_t>());
      op = CatalogOp(SetTableRetentionOp{db, table, GetOptional(in)});
      break;
    }
    case OpKind::kDeleteRows: op = CatalogOp(DecodeDeleteRows(db, in)); break;
  }
  if (op.ok() && !in->ok()) return Status::Corruption("a catalog operation ends early");
  return op;
}

}  // namespace influxdb3::model
