#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/table_schema.h"
#include "model/time_range.h"
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

/// Hard deletion: nothing of the database is known any more, except that its id was given out.
struct PurgeDatabaseOp {
  util::DbId db_id;
  bool operator==(const PurgeDatabaseOp&) const = default;
};
struct PurgeTableOp {
  util::DbId db_id;
  util::TableId table_id;
  bool operator==(const PurgeTableOp&) const = default;
};
struct SetTableRetentionOp {
  util::DbId db_id;
  util::TableId table_id;
  std::optional<int64_t> retention_ns;  ///< none = that of the database
  bool operator==(const SetTableRetentionOp&) const = default;
};
/// Deletes the rows of earlier records whose time is in `range` and whose tags equal all of `tags`;
/// an empty value stands for NULL. Changes nothing in the catalog.
struct DeleteRowsOp {
  util::DbId db_id;
  util::TableId table_id;
  TimeRange range;
  std::vector<std::pair<util::ColumnId, std::string>> tags;
  bool operator==(const DeleteRowsOp&) const = default;
};

using CatalogOp = std::variant<CreateDatabaseOp, SetRetentionOp, DeleteDatabaseOp, CreateTableOp,
                               AddColumnsOp, DeleteTableOp, SetNextIdsOp, PurgeDatabaseOp,
                               PurgeTableOp, SetTableRetentionOp, DeleteRowsOp>;

}  // namespace influxdb3::model
