#include "persist/file_layout.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/statistics.h>

#include "persist/arrow_errors.h"
#include "persist/group_layout.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

constexpr uint64_t kTrailerBytes = 8;
/// Parsed, a footer takes about that many times its bytes.
constexpr size_t kParsedShare = 4;

Status Damaged(const std::string& path) {
  return Status::Corruption(fmt::format("the footer of '{}' is damaged", path));
}

Result<std::string> ReadFooter(const ParquetFile& file, const ReadBytes& read) {
  if (file.size_bytes < kTrailerBytes) return Damaged(file.path);
  char trailer[kTrailerBytes];
  RETURN_IF_ERROR(read(file.size_bytes - kTrailerBytes, kTrailerBytes, trailer));
  uint32_t size = 0;
  std::memcpy(&size, trailer, sizeof(size));
  if (std::memcmp(trailer + sizeof(size), "PAR1", 4) != 0 ||
      size > file.size_bytes - kTrailerBytes) {
    return Damaged(file.path);
  }
  std::string footer(size, '\0');
  RETURN_IF_ERROR(read(file.size_bytes - kTrailerBytes - size, size, footer.data()));
  return footer;
}

/// Whether Parquet's column can hold values of the Arrow type.
bool Fits(const arrow::DataType& type, const parquet::ColumnDescriptor& column, bool nullable) {
  if (column.max_repetition_level() != 0) return false;
  if (column.max_definition_level() != (nullable ? 1 : 0)) return false;
  switch (type.id()) {
    case arrow::Type::BOOL: return column.physical_type() == parquet::Type::BOOLEAN;
    case arrow::Type::DOUBLE: return column.physical_type() == parquet::Type::DOUBLE;
    case arrow::Type::DICTIONARY:
    case arrow::Type::STRING: return column.physical_type() == parquet::Type::BYTE_ARRAY;
    case arrow::Type::INT64:
    case arrow::Type::UINT64:
    case arrow::Type::TIMESTAMP: return column.physical_type() == parquet::Type::INT64;
    default: return false;
  }
}

GroupSummary SummaryOf(const parquet::RowGroupMetaData& group, size_t tag_count) {
  GroupSummary summary;
  summary.row_count = static_cast<uint32_t>(group.num_rows());
  summary.tags.resize(tag_count);
  for (size_t tag = 0; tag < tag_count; ++tag) {
    const auto statistics = group.ColumnChunk(static_cast<int>(tag))->statistics();
    if (statistics == nullptr || !statistics->HasMinMax()) continue;
    summary.tags[tag] = {statistics->EncodeMin(), statistics->EncodeMax()};
  }
  const auto times = group.ColumnChunk(group.num_columns() - 1)->statistics();
  if (times != nullptr && times->HasMinMax()) {
    const auto& typed = static_cast<const parquet::Int64Statistics&>(*times);
    summary.time = model::TimeRange{typed.min(), typed.max()};
  }
  return summary;
}

}  // namespace

Status FileLayout::Summarize() {
  const auto& schema = *metadata_->schema();
  if (schema_->num_fields() == 0 || schema_->num_fields() != schema.num_columns()) {
    return Damaged(path_);
  }
  for (int i = 0; i < schema.num_columns(); ++i) {
    const auto& field = *schema_->field(i);
    if (!Fits(*field.type(), *schema.Column(i), field.nullable())) return Damaged(path_);
    if (field.type()->id() == arrow::Type::DICTIONARY) {
      if (tag_count_ != static_cast<size_t>(i)) return Damaged(path_);
      ++tag_count_;
    }
  }
  if (schema_->field(time_column())->type()->id() != arrow::Type::TIMESTAMP) return Damaged(path_);
  for (int i = 0; i < metadata_->num_row_groups(); ++i) {
    const auto group = metadata_->RowGroup(i);
    if (group->num_columns() != schema.num_columns() || group->num_rows() < 0 ||
        group->num_rows() > std::numeric_limits<int32_t>::max()) {
      return Damaged(path_);
    }
    groups_.push_back(SummaryOf(*group, tag_count_));
  }
  for (const GroupSummary& group : groups_) {
    size_bytes_ += sizeof(GroupSummary) + group.tags.size() * sizeof(group.tags[0]);
  }
  return Status::Ok();
}

Result<std::shared_ptr<const FileLayout>> FileLayout::Read(const ParquetFile& file,
                                                           const ReadBytes& read) {
  ASSIGN_OR_RETURN(const std::string footer, ReadFooter(file, read));
  std::shared_ptr<FileLayout> layout(new FileLayout());
  layout->path_ = file.path;
  layout->file_bytes_ = file.size_bytes;
  layout->size_bytes_ = sizeof(FileLayout) + footer.size() * kParsedShare;
  Status summarized;
  RETURN_IF_ERROR(GuardArrow(
      util::StatusCode::kCorruption, fmt::format("cannot read '{}'", file.path), Status::Ok(),
      [&]() -> arrow::Status {
        layout->metadata_ =
            parquet::FileMetaData::Make(footer.data(), static_cast<int64_t>(footer.size()));
        std::shared_ptr<arrow::Schema> schema;
        ARROW_RETURN_NOT_OK(parquet::arrow::FromParquetSchema(
            layout->metadata_->schema(), parquet::ArrowReaderProperties(),
            layout->metadata_->key_value_metadata(), &schema));
        layout->schema_ = std::move(schema);
        summarized = layout->Summarize();
        return arrow::Status::OK();
      }));
  RETURN_IF_ERROR(summarized);
  uint64_t rows = 0;
  for (const GroupSummary& group : layout->groups_) rows += group.row_count;
  if (rows != file.row_count) {
    return Status::Corruption(
        fmt::format("'{}' holds {} rows instead of {}", file.path, rows, file.row_count));
  }
  return std::shared_ptr<const FileLayout>(std::move(layout));
}

int FileLayout::time_column() const {
  return schema_->num_fields() - 1;
}

int FileLayout::FindColumn(const std::string& name) const {
  return schema_->GetFieldIndex(name);
}

Result<std::shared_ptr<const GroupLayout>> FileLayout::ReadGroup(size_t group,
                                                                 const ReadBytes& read) const {
  auto layout = std::make_shared<GroupLayout>();
  Status status;
  RETURN_IF_ERROR(GuardArrow(util::StatusCode::kCorruption, fmt::format("cannot read '{}'", path_),
                             Status::Ok(), [&]() -> arrow::Status {
                               status =
                                   ReadGroupLayout(*this, file_bytes_, group, read, layout.get());
                               return arrow::Status::OK();
                             }));
  RETURN_IF_ERROR(status);
  return std::shared_ptr<const GroupLayout>(std::move(layout));
}

}  // namespace influxdb3::persist
