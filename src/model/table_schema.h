#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/column_type.h"
#include "util/ids.h"

namespace influxdb3::model {

/// A tag or field column. Its ColumnId is its position in TableSchema::columns().
struct ColumnDef {
  std::string name;
  ColumnType type = ColumnType::kTag;

  bool operator==(const ColumnDef&) const = default;
};

/// The columns of one table at one moment: immutable, shared between threads as
/// shared_ptr<const TableSchema>. A later schema of the same table has the same columns at the same
/// positions and possibly more behind them. Names are case-sensitive.
class TableSchema {
 public:
  /// `columns` in order of creation, `time` not among them; names are unique.
  TableSchema(util::DbId db_id, util::TableId table_id, std::string name,
              std::vector<ColumnDef> columns);

  util::DbId db_id() const { return db_id_; }
  util::TableId table_id() const { return table_id_; }
  const std::string& name() const { return name_; }
  const std::vector<ColumnDef>& columns() const { return columns_; }
  const ColumnDef& column(util::ColumnId id) const { return columns_[id.value]; }
  /// The tag columns in order of the series key: the primary key is these plus `time`.
  const std::vector<util::ColumnId>& tag_columns() const { return tag_columns_; }

  /// Nothing for an unknown name and for `time`.
  std::optional<util::ColumnId> FindColumn(std::string_view name) const;

  /// This schema with `more` columns behind the present ones.
  TableSchema WithColumns(const std::vector<ColumnDef>& more) const;
  TableSchema WithName(std::string name) const;

 private:
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };

  util::DbId db_id_;
  util::TableId table_id_;
  std::string name_;
  std::vector<ColumnDef> columns_;
  std::vector<util::ColumnId> tag_columns_;
  std::unordered_map<std::string, util::ColumnId, NameHash, std::equal_to<>> column_by_name_;
};

}  // namespace influxdb3::model
