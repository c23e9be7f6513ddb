#include "ingest/schema_faults.h"

#include <fmt/format.h>

namespace influxdb3::ingest {

using util::Status;

Status ColumnTypeFault(std::string_view column, std::string_view expected_iox_type,
                       model::ColumnType got) {
  return Status::InvalidArgument(
      fmt::format("invalid column type for column '{}', expected {}, got {}", column,
                  expected_iox_type, model::IoxColumnTypeName(got)));
}

Status TimeColumnFault(model::ColumnType got) {
  return ColumnTypeFault(kTimeColumn, model::kIoxTimestampTypeName, got);
}

Status NewTagFault(std::string_view tag) {
  return Status::InvalidArgument(fmt::format(
      "Detected a new tag '{}' in write. The tag set is immutable on first write to the table.",
      tag));
}

Status RepeatedTagFault(std::string_view tag) {
  return Status::InvalidArgument(
      fmt::format("Must not contain duplicate tags, but `{}` was repeated", tag));
}

Status RepeatedFieldFault(std::string_view field) {
  return Status::InvalidArgument(
      fmt::format("invalid line protocol - multiple instances of '{}' field found", field));
}

Status DatabaseLimitFault(size_t databases_max) {
  return Status::LimitExceeded(
      fmt::format("Adding a new database would exceed limit of {} databases", databases_max));
}

Status TableLimitFault(size_t table_count, size_t tables_max) {
  return Status::LimitExceeded(
      fmt::format("Update to schema would exceed number of tables limit: attempted to create "
                  "table but already have {} table(s) (limit: {})",
                  table_count, tables_max));
}

Status ColumnLimitFault(size_t columns_max) {
  return Status::LimitExceeded(
      fmt::format("Update to schema would exceed number of columns per table limit of {} columns",
                  columns_max));
}

Status TagColumnLimitFault(size_t tag_columns_max) {
  return Status::LimitExceeded(fmt::format(
      "Update to schema would exceed number of tag columns per table limit of {} columns",
      tag_columns_max));
}

Status NotFoundFault(std::string_view name) {
  return Status::NotFound(fmt::format("the requested resource was not found: {}", name));
}

Status AlreadyExistsFault() {
  return Status::AlreadyExists("attempted to create a resource that already exists");
}

Status AlreadyDeletedFault(std::string_view name) {
  return Status::AlreadyExists(
      fmt::format("attempted to modify resource that was already deleted: {}", name));
}

Status SoftDeletedFault(std::string_view kind, std::string_view name) {
  return Status::InvalidArgument(
      fmt::format("cannot write to soft-deleted {} '{}' - it is marked for deletion", kind, name));
}

Status InternalDatabaseFault(std::string_view verb) {
  return Status::Internal(fmt::format("cannot {} internal db", verb));
}

}  // namespace influxdb3::ingest
