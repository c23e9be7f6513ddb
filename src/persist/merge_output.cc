#include "persist/merge_output.h"

#include <string_view>
#include <utility>

#include <arrow/api.h>

#include "persist/arrow_errors.h"
#include "persist/merge_cursor.h"
#include "persist/tag_column.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

template <class Step>
Status Guard(Step step) {
  return GuardArrow(util::StatusCode::kInternal, "cannot merge rows", Status::Ok(), step);
}

}  // namespace

struct MergeOutput::Tag {
  TagColumn column;
  // What was looked up last, as neighbours mostly agree; no text before the first one.
  TagColumn::Value last;

  arrow::Status Append(std::string_view value, int64_t count) {
    arrow::Int32Builder& codes = column.codes();
    if (value.data() == nullptr) return codes.AppendNulls(count);
    if (last.text.data() == nullptr || last.text != value) {
      ARROW_ASSIGN_OR_RAISE(last, column.Find(value));
    }
    ARROW_RETURN_NOT_OK(codes.Reserve(count));
    for (int64_t i = 0; i < count; ++i) codes.UnsafeAppend(last.code);
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Take(const std::shared_ptr<arrow::DataType>& type) {
    last = {};
    return column.Take(type);
  }
};

MergeOutput::MergeOutput(std::shared_ptr<arrow::Schema> schema, size_t tag_count)
    : schema_(std::move(schema)) {
  for (size_t i = 0; i < tag_count; ++i) tags_.push_back(std::make_unique<Tag>());
  for (size_t i = tag_count; i < static_cast<size_t>(schema_->num_fields()); ++i) {
    const auto& type = schema_->field(static_cast<int>(i))->type();
    columns_.push_back(arrow::MakeBuilder(type).ValueOrDie());
  }
}

MergeOutput::~MergeOutput() = default;

Status MergeOutput::AppendTags(const MergeCursor& cursor, int64_t count) {
  return Guard([&] {
    for (size_t i = 0; i < tags_.size(); ++i) {
      ARROW_RETURN_NOT_OK(tags_[i]->Append(cursor.tags()[i], count));
    }
    return arrow::Status::OK();
  });
}

Status MergeOutput::AppendColumn(size_t column, const arrow::RecordBatch& batch, int64_t row,
                                 int64_t count) {
  const auto& array = batch.column(static_cast<int>(tags_.size() + column));
  if (array->type_id() == arrow::Type::STRING) {
    const auto& strings = static_cast<const arrow::StringArray&>(*array);
    string_bytes_ += strings.value_offset(row + count) - strings.value_offset(row);
  }
  return Guard([&] {
    return columns_[column]->AppendArraySlice(arrow::ArraySpan(*array->data()), row, count);
  });
}

Status MergeOutput::AppendRows(const MergeCursor& cursor, int64_t count) {
  RETURN_IF_ERROR(AppendTags(cursor, count));
  for (size_t i = 0; i < columns_.size(); ++i) {
    RETURN_IF_ERROR(AppendColumn(i, cursor.batch(), cursor.row(), count));
  }
  row_count_ += count;
  return Status::Ok();
}

Status MergeOutput::AppendMerged(const std::vector<const MergeCursor*>& cursors) {
  RETURN_IF_ERROR(AppendTags(*cursors.front(), 1));
  for (size_t i = 0; i < columns_.size(); ++i) {
    // Where all are null, the oldest one's null does.
    const MergeCursor* last = cursors.front();
    for (const MergeCursor* cursor : cursors) {
      const auto& array = *cursor->batch().column(static_cast<int>(tags_.size() + i));
      if (array.IsValid(cursor->row())) last = cursor;
    }
    RETURN_IF_ERROR(AppendColumn(i, last->batch(), last->row(), 1));
  }
  ++row_count_;
  return Status::Ok();
}

Result<std::shared_ptr<arrow::RecordBatch>> MergeOutput::Take() {
  arrow::ArrayVector arrays;
  RETURN_IF_ERROR(Guard([&] {
    for (size_t i = 0; i < tags_.size(); ++i) {
      const auto& type = schema_->field(static_cast<int>(i))->type();
      ARROW_ASSIGN_OR_RAISE(auto array, tags_[i]->Take(type));
      arrays.push_back(std::move(array));
    }
    for (const auto& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto array, column->Finish());
      arrays.push_back(std::move(array));
    }
    return arrow::Status::OK();
  }));
  auto batch = arrow::RecordBatch::Make(schema_, row_count_, std::move(arrays));
  row_count_ = 0;
  string_bytes_ = 0;
  return batch;
}

}  // namespace influxdb3::persist
