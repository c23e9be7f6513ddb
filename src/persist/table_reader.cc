#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include "persist/arrow_errors.h"
#include "persist/object_input.h"
#include "persist/table_writer.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

class ParquetTableReader : public TableReader {
 public:
  ParquetTableReader(object_store::ObjectStore* store, const model::TableSchema& schema,
                     const ParquetFile& file, uint32_t batch_rows_max)
      : schema_(FileSchema(schema)),
        path_(file.path),
        rows_expected_(file.row_count),
        batch_rows_max_(batch_rows_max),
        input_(std::make_shared<ObjectInput>(store, file.path, file.size_bytes)) {}

  Status Open() {
    RETURN_IF_ERROR(Guard([&] { return OpenFile(); }));
    const auto rows = static_cast<uint64_t>(reader_->parquet_reader()->metadata()->num_rows());
    if (rows != rows_expected_) {
      return Status::Corruption(
          fmt::format("'{}' holds {} rows instead of {}", path_, rows, rows_expected_));
    }
    const auto metadata = reader_->parquet_reader()->metadata()->key_value_metadata();
    if (metadata != nullptr) {
      checksums_ = metadata->Get(kRowGroupChecksumsName).ValueOr(std::string());
    }
    if (checksums_.size() != kChecksumDigits * static_cast<size_t>(reader_->num_row_groups())) {
      return Status::Corruption(fmt::format("'{}' lacks checksums of its row groups", path_));
    }
    return MapColumns();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      if (batches_ == nullptr) {
        if (next_row_group_ == reader_->num_row_groups()) return batch;
        RETURN_IF_ERROR(OpenRowGroup(next_row_group_++));
      }
      RETURN_IF_ERROR(Guard([&] { return batches_->ReadNext(&batch); }));
      if (batch == nullptr) {
        batches_ = nullptr;
        if (group_rows_left_ != 0) return Damaged();
      } else if (batch->num_rows() > 0) {
        group_rows_left_ -= batch->num_rows();
        return Convert(*batch);
      }
    }
  }

 private:
  static constexpr size_t kChecksumDigits = 16;

  Status Damaged() const {
    return Status::Corruption(
        fmt::format("row group {} of '{}' is damaged", next_row_group_ - 1, path_));
  }

  arrow::Status OpenFile() {
    parquet::ReaderProperties properties = parquet::default_reader_properties();
    properties.set_page_checksum_verification(true);
    parquet::ArrowReaderProperties arrow_properties;
    arrow_properties.set_batch_size(batch_rows_max_);
    arrow_properties.set_pre_buffer(false);
    arrow_properties.set_use_threads(false);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(input_, properties));
    return builder.properties(arrow_properties)->Build(&reader_);
  }

  /// Finds each column of the schema in the file.
  Status MapColumns() {
    std::shared_ptr<arrow::Schema> in_file;
    RETURN_IF_ERROR(Guard([&] { return reader_->GetSchema(&in_file); }));
    int found = 0;
    for (const auto& field : schema_->fields()) {
      const int index = in_file->GetFieldIndex(field->name());
      column_of_.push_back(index);
      if (index < 0) continue;
      ++found;
      if (!in_file->field(index)->type()->Equals(*field->type())) {
        return Status::Corruption(
            fmt::format("the column '{}' of '{}' is of type {} instead of {}", field->name(), path_,
                        in_file->field(index)->type()->ToString(), field->type()->ToString()));
      }
    }
    if (found != in_file->num_fields()) {
      return Status::Internal(fmt::format("'{}' has columns that the table does not have", path_));
    }
    if (column_of_.back() < 0) {
      return Status::Corruption(fmt::format("'{}' has no column 'time'", path_));
    }
    return Status::Ok();
  }

  Status OpenRowGroup(int index) {
    int64_t begin = std::numeric_limits<int64_t>::max();
    int64_t end = 0;
    RETURN_IF_ERROR(Guard([&] {
      const auto group = reader_->parquet_reader()->metadata()->RowGroup(index);
      group_rows_left_ = group->num_rows();
      for (int i = 0; i < group->num_columns(); ++i) {
        const auto column = group->ColumnChunk(i);
        int64_t offset = column->data_page_offset();
        if (column->has_dictionary_page())
          offset = std::min(offset, column->dictionary_page_offset());
        begin = std::min(begin, offset);
        end = std::max(end, offset + column->total_compressed_size());
      }
      return arrow::Status::OK();
    }));
    RETURN_IF_ERROR(input_->Prefetch(begin, end - begin));
    const std::string checksum =
        checksums_.substr(kChecksumDigits * static_cast<size_t>(index), kChecksumDigits);
    if (fmt::format("{:016x}", input_->PrefetchedChecksum()) != checksum) return Damaged();
    return Guard([&] { return reader_->GetRecordBatchReader({index}).Value(&batches_); });
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Convert(const arrow::RecordBatch& batch) {
    if (batch.column(column_of_.back())->null_count() != 0) {
      return Status::Corruption(fmt::format("'{}' has a row without time", path_));
    }
    arrow::ArrayVector columns;
    RETURN_IF_ERROR(Guard([&] {
      for (size_t i = 0; i < column_of_.size(); ++i) {
        if (column_of_[i] >= 0) {
          columns.push_back(batch.column(column_of_[i]));
          continue;
        }
        const auto& type = schema_->field(static_cast<int>(i))->type();
        ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(type, batch.num_rows()));
        columns.push_back(std::move(nulls));
      }
      return arrow::Status::OK();
    }));
    return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
  }

  template <class Step>
  Status Guard(Step step) {
    return GuardArrow(util::StatusCode::kCorruption, fmt::format("cannot read '{}'", path_),
                      input_->failure(), step);
  }

  const std::shared_ptr<arrow::Schema> schema_;
  const std::string path_;
  const uint64_t rows_expected_;
  const uint32_t batch_rows_max_;
  const std::shared_ptr<ObjectInput> input_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::vector<int> column_of_;  // by column of schema_; -1 = not in the file
  std::string checksums_;       // of all row groups, in hexadecimal digits
  int next_row_group_ = 0;
  int64_t group_rows_left_ = 0;
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // of the present row group
};

}  // namespace

Result<std::unique_ptr<TableReader>> TableReader::Open(object_store::ObjectStore* store,
                                                       const model::TableSchema& schema,
                                                       const ParquetFile& file,
                                                       uint32_t batch_rows_max) {
  if (batch_rows_max == 0) return Status::InvalidArgument("batches must have at least one row");
  auto reader = std::make_unique<ParquetTableReader>(store, schema, file, batch_rows_max);
  RETURN_IF_ERROR(reader->Open());
  return std::unique_ptr<TableReader>(std::move(reader));
}

}  // namespace influxdb3::persist
