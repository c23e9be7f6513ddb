#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/table_schema.h"
#include "util/ids.h"

namespace influxdb3::model {

/// Changes of the catalog, as they ride in the WAL in front of the rows that need them. Ids are
/// chosen by the writer of the operation (catalog::CatalogTransaction).

struct CreateDatabaseOp {
  util::DbId db_id;
  std::string name;
  std::optional<int64_t> retention_ns;  ///< none = keep for ever
  int64_t created_at_ns = 0;
  bool operator==(const CreateDatabaseOp&) const = default;
};
struct SetRetentionOp {
  util::DbId db_id;
  std::optional<int64_t> retention_ns;
  bool operator==(const SetRetentionOp&) const = default;
};
/// Soft deletion: the database is renamed to `new_name` and hidden. Applied again to a deleted
/// database it changes only hard_delete_at_ns.
struct DeleteDatabaseOp {
  util::DbId db_id;
  std::string new_name;
  int64_t deleted_at_ns = 0;
  std::optional<int64_t> hard_delete_at_ns;  ///< none = never
  bool operator==(const DeleteDatabaseOp&) const = default;
};
struct CreateTableOp {
  util::DbId db_id;
  util::TableId table_id;
  std::string name;
  std::vector<ColumnDef> columns;
  bool operator==(const CreateTableOp&) const = default;
};
struct AddColumnsOp {
  util::DbId db_id;
  util::TableId table_id;
  std::vector<ColumnDef> columns;
  bool operator==(const AddColumnsOp&) const = default;
};
struct DeleteTableOp {
  util::DbId db_id;
  util::TableId table_id;
  std::string new_name;
  int64_t deleted_at_ns = 0;
  std::optional<int64_t> hard_delete_at_ns;
  bool operator==(const DeleteTableOp&) const = default;
};

/// Ids below these were given out before and are not given out again, although nothing of the
/// catalog has them any more. Never lowers what is known.
struct SetNextIdsOp {
  util::DbId next_db_id;
  util::TableId next_table_id;
  bool operator==(const SetNextIdsOp&) const = default;
};

using CatalogOp = std::variant<CreateDatabaseOp, SetRetentionOp, DeleteDatabaseOp, CreateTableOp,
                               AddColumnsOp, DeleteTableOp, SetNextIdsOp>;

}  // namespace influxdb3::model
