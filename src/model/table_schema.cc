#include "model/table_schema.h"

#include <utility>

#include "util/check.h"

namespace influxdb3::model {

TableSchema::TableSchema(util::DbId db_id, util::TableId table_id, std::string name,
                         std::vector<ColumnDef> columns)
    : db_id_(db_id), table_id_(table_id), name_(std::move(name)), columns_(std::move(columns)) {
  column_by_name_.reserve(columns_.size());
  for (uint32_t index = 0; index < columns_.size(); ++index) {
    const util::ColumnId id(index);
    const bool inserted = column_by_name_.emplace(columns_[index].name, id).second;
    CHECK(inserted);
    if (columns_[index].type == ColumnType::kTag) tag_columns_.push_back(id);
  }
}

std::optional<util::ColumnId> TableSchema::FindColumn(std::string_view name) const {
  const auto found = column_by_name_.find(name);
  if (found == column_by_name_.end()) return std::nullopt;
  return found->second;
}

TableSchema TableSchema::WithColumns(const std::vector<ColumnDef>& more) const {
  std::vector<ColumnDef> columns = columns_;
  columns.insert(columns.end(), more.begin(), more.end());
  return TableSchema(db_id_, table_id_, name_, std::move(columns));
}

TableSchema TableSchema::WithName(std::string name) const {
  return TableSchema(db_id_, table_id_, std::move(name), columns_);
}

}  // namespace influxdb3::model
