#include "persist/row_group_builder.h"

#include <utility>

#include <arrow/util/byte_size.h>

#include "persist/tag_column.h"

namespace influxdb3::persist {

struct RowGroupBuilder::Tag {
  TagColumn built;
  std::shared_ptr<arrow::Array> mapped;  // the dictionary that new_codes belongs to
  std::vector<int32_t> new_codes;        // by its codes; -1 = not seen yet

  arrow::Status Append(const arrow::DictionaryArray& column) {
    const auto& old_codes = static_cast<const arrow::Int32Array&>(*column.indices());
    const auto& old_values = static_cast<const arrow::StringArray&>(*column.dictionary());
    if (mapped != column.dictionary()) {
      mapped = column.dictionary();
      new_codes.assign(static_cast<size_t>(old_values.length()), -1);
    }
    arrow::Int32Builder& codes = built.codes();
    ARROW_RETURN_NOT_OK(codes.Reserve(column.length()));
    for (int64_t row = 0; row < column.length(); ++row) {
      if (old_codes.IsNull(row)) {
        codes.UnsafeAppendNull();
        continue;
      }
      const int32_t old_code = old_codes.Value(row);
      if (old_code < 0 || old_code >= old_values.length()) {
        return arrow::Status::Invalid("a tag's code lies outside its dictionary");
      }
      int32_t& new_code = new_codes[static_cast<size_t>(old_code)];
      if (new_code < 0) {
        ARROW_ASSIGN_OR_RAISE(const auto value, built.Find(old_values.GetView(old_code)));
        new_code = value.code;
      }
      codes.UnsafeAppend(new_code);
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Take(const std::shared_ptr<arrow::DataType>& type) {
    mapped = nullptr;
    return built.Take(type);
  }
};

RowGroupBuilder::RowGroupBuilder(std::shared_ptr<arrow::Schema> schema, size_t tag_count)
    : schema_(std::move(schema)), chunks_(static_cast<size_t>(schema_->num_fields()) - tag_count) {
  for (size_t i = 0; i < tag_count; ++i) tags_.push_back(std::make_unique<Tag>());
}

RowGroupBuilder::~RowGroupBuilder() = default;

arrow::Status RowGroupBuilder::Append(const arrow::RecordBatch& batch) {
  for (size_t i = 0; i < tags_.size(); ++i) {
    const auto& column = *batch.column(static_cast<int>(i));
    ARROW_RETURN_NOT_OK(tags_[i]->Append(static_cast<const arrow::DictionaryArray&>(column)));
    size_bytes_ += column.length() * static_cast<int64_t>(sizeof(int32_t));
  }
  for (size_t i = 0; i < chunks_.size(); ++i) {
    std::shared_ptr<arrow::Array> column = batch.column(static_cast<int>(tags_.size() + i));
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*column));
    size_bytes_ += bytes;
    chunks_[i].push_back(std::move(column));
  }
  row_count_ += batch.num_rows();
  return arrow::Status::OK();
}

int64_t RowGroupBuilder::DistinctTagValues(size_t tag) const {
  return tags_[tag]->built.value_count();
}

arrow::Result<std::shared_ptr<arrow::Table>> RowGroupBuilder::Take() {
  arrow::ChunkedArrayVector columns;
  for (size_t i = 0; i < tags_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, tags_[i]->Take(schema_->field(static_cast<int>(i))->type()));
    columns.push_back(std::make_shared<arrow::ChunkedArray>(std::move(column)));
  }
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const auto& type = schema_->field(static_cast<int>(tags_.size() + i))->type();
    columns.push_back(std::make_shared<arrow::ChunkedArray>(std::move(chunks_[i]), type));
    chunks_[i].clear();
  }
  auto table = arrow::Table::Make(schema_, std::move(columns), row_count_);
  row_count_ = 0;
  size_bytes_ = 0;
  return table;
}

}  // namespace influxdb3::persist
