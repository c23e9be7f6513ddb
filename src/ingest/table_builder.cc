#include "ingest/table_builder.h"

#include <algorithm>
#include <string>

#include <xxhash.h>

#include "util/check.h"

namespace influxdb3::ingest {

bool IsPlainKey(std::string_view name) {
  return name.find_first_of(std::string_view("\\=, \t\n")) == std::string_view::npos;
}

TableBuilder::TableBuilder(std::shared_ptr<const model::TableSchema> schema)
    : schema_(std::move(schema)),
      db_id_(schema_->db_id()),
      table_id_(schema_->table_id()),
      name_(schema_->name()),
      columns_(schema_->columns().size()) {
  for (const util::ColumnId column : schema_->tag_columns()) NoteTag(column.value);
}

TableBuilder::TableBuilder(util::DbId db_id, util::TableId table_id, std::string_view name)
    : db_id_(db_id), table_id_(table_id), name_(name) {}

uint32_t TableBuilder::catalog_column_count() const {
  return schema_ == nullptr ? 0 : static_cast<uint32_t>(schema_->columns().size());
}

std::string_view TableBuilder::ColumnName(uint32_t column) const {
  const uint32_t known = catalog_column_count();
  return column < known ? std::string_view(schema_->columns()[column].name)
                        : added_[column - known].name;
}

model::ColumnType TableBuilder::column_type(uint32_t column) const {
  const uint32_t known = catalog_column_count();
  return column < known ? schema_->columns()[column].type : added_[column - known].type;
}

uint32_t TableBuilder::FindColumn(std::string_view name) const {
  if (schema_ != nullptr) {
    if (const auto column = schema_->FindColumn(name)) return column->value;
  }
  const auto found = added_by_name_.find(name);
  return found == added_by_name_.end() ? kNone : found->second;
}

void TableBuilder::NoteTag(uint32_t column) {
  columns_[column].tag_ordinal = tag_count();
  const std::string_view name = ColumnName(column);
  tags_.push_back({util::ColumnId(column), IsPlainKey(name) ? name : std::string_view()});
}

uint32_t TableBuilder::AddColumn(std::string_view name, model::ColumnType type) {
  const uint32_t column = column_count();
  columns_.emplace_back();
  added_.push_back({name, type});
  added_by_name_.emplace(name, column);
  if (type == model::ColumnType::kTag) NoteTag(column);
  return column;
}

uint32_t TableBuilder::SlotOf(uint32_t column) {
  if (columns_[column].slot == kNone) {
    columns_[column].slot = slot_count();
    const std::string_view name = ColumnName(column);
    slots_.emplace_back(column, column_type(column), IsPlainKey(name) ? name : std::string_view());
  }
  return columns_[column].slot;
}

void TableBuilder::Truncate(uint32_t column_count, uint32_t slot_count) {
  while (slots_.size() > slot_count) {
    columns_[slots_.back().column_id()].slot = kNone;
    slots_.pop_back();
  }
  while (columns_.size() > column_count) {
    if (columns_.back().tag_ordinal != kNone) tags_.pop_back();
    added_by_name_.erase(added_.back().name);
    added_.pop_back();
    columns_.pop_back();
  }
}

void TableBuilder::ReserveRows(uint32_t row_capacity) {
  time_.Reserve(row_capacity);
  series_.Reserve(row_capacity);
  shape_.row_capacity = row_capacity;
}

size_t TableBuilder::SeriesHash::operator()(uint32_t series) const {
  const size_t stride = table->tag_count();
  const std::string_view* values = table->tag_values_.data() + series * stride;
  uint64_t hash = 0;
  for (size_t i = 0; i < stride; ++i) {
    hash = XXH3_64bits_withSeed(values[i].data(), values[i].size(), hash + i);
  }
  return hash;
}

bool TableBuilder::SeriesEqual::operator()(uint32_t a, uint32_t b) const {
  const size_t stride = table->tag_count();
  const std::string_view* values_a = table->tag_values_.data() + a * stride;
  const std::string_view* values_b = table->tag_values_.data() + b * stride;
  return std::equal(values_a, values_a + stride, values_b);
}

uint32_t TableBuilder::AddSeries(const std::string_view* values, bool canonical) {
  const size_t stride = tag_count();
  const uint32_t series = series_count_;
  tag_values_.ReserveGeometric((series + 1) * stride);
  std::copy(values, values + stride, tag_values_.data() + series * stride);
  if (!canonical && !series_set_) {
    series_set_.emplace(0, SeriesHash{this}, SeriesEqual{this});
    for (uint32_t known = 0; known < series; ++known) series_set_->insert(known);
  }
  if (series_set_) {
    const auto [found, is_new] = series_set_->insert(series);
    if (!is_new) return *found;
  }
  ++series_count_;
  return series;
}

model::TableBatch TableBuilder::Seal(BatchStorage* storage) {
  CHECK(row_count_ > 0);
  model::TableBatch batch;
  batch.db_id = db_id_;
  batch.table_id = table_id_;
  batch.row_count = row_count_;
  batch.series_count = series_count_;
  batch.min_time_ns = min_time_ns_;
  batch.max_time_ns = max_time_ns_;
  batch.time = time_.data();
  batch.series = series_.data();
  batch.tag_values = tag_values_.data();
  for (const TagColumn& tag : tags_) batch.tag_columns.push_back(tag.column_id);
  for (FieldSlot& field : slots_) {
    if (field.used()) batch.fields.push_back(field.Finish(row_count_, storage));
  }
  storage->arrays.push_back(time_.Release());
  storage->arrays.push_back(series_.Release());
  storage->arrays.push_back(tag_values_.Release());
  row_count_ = 0;
  segment_line_bytes_ = 0;
  shape_ = RowShape();
  series_count_ = 0;
  ++generation_;
  min_time_ns_ = INT64_MAX;
  max_time_ns_ = INT64_MIN;
  series_set_.reset();
  return batch;
}

std::optional<model::CatalogOp> TableBuilder::SchemaOp() const {
  if (!is_new() && added_.empty()) return std::nullopt;
  std::vector<model::ColumnDef> columns;
  columns.reserve(added_.size());
  for (const AddedColumn& column : added_) {
    columns.push_back({std::string(column.name), column.type});
  }
  if (is_new()) {
    return model::CreateTableOp{db_id_, table_id_, std::string(name_), std::move(columns)};
  }
  return model::AddColumnsOp{db_id_, table_id_, std::move(columns)};
}

}  // namespace influxdb3::ingest
