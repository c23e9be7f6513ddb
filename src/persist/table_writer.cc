#include "persist/table_writer.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>

#include "object_store/object_store.h"
#include "persist/arrow_errors.h"
#include "persist/fault_points.h"
#include "persist/key_order_check.h"
#include "persist/parquet_properties.h"
#include "persist/row_group_builder.h"
#include "persist/upload_stream.h"
#include "util/fault_point.h"

namespace influxdb3::persist {

using util::Result;
using util::Status;

namespace {

/// So many rows are taken at a time, so that a row group can end by its size.
constexpr int64_t kSliceRows = 4096;

class ParquetTableWriter : public TableWriter {
 public:
  ParquetTableWriter(std::unique_ptr<object_store::Upload> upload, const model::TableSchema& schema,
                     ParquetFile file, const TableWriterOptions& options)
      : table_schema_(schema),
        schema_(FileSchema(schema)),
        file_(std::move(file)),
        options_(options),
        stream_(std::make_shared<UploadStream>(std::move(upload))),
        order_check_(schema.tag_columns().size()),
        rows_(schema_, schema.tag_columns().size()) {}

  // Arrow's writer would still write a footer.
  ~ParquetTableWriter() override { stream_->Abandon(); }

  Status Append(const arrow::RecordBatch& batch) override {
    if (status_.ok()) status_ = AppendChecked(batch);
    return status_;
  }

  Result<ParquetFile> Finish() override {
    if (status_.ok()) status_ = FinishChecked();
    if (!status_.ok()) return status_;
    status_ = Status::Internal(fmt::format("the file '{}' is already finished", file_.path));
    return file_;
  }

 private:
  Status AppendChecked(const arrow::RecordBatch& batch) {
    if (!batch.schema()->Equals(*schema_)) {
      return Status::Internal(fmt::format("rows for the file '{}' have other columns: {}",
                                          file_.path, batch.schema()->ToString()));
    }
    RETURN_IF_ERROR(order_check_.Check(batch));
    int64_t begin = 0;
    while (begin < batch.num_rows()) {
      const int64_t room = int64_t{options_.row_group_rows_max} - rows_.row_count();
      const int64_t count = std::min({room, kSliceRows, batch.num_rows() - begin});
      RETURN_IF_ERROR(Guard([&] { return rows_.Append(*batch.Slice(begin, count)); }));
      begin += count;
      if (rows_.row_count() >= options_.row_group_rows_max ||
          rows_.size_bytes() >= static_cast<int64_t>(options_.row_group_bytes_max)) {
        RETURN_IF_ERROR(Guard([&] { return WriteRowGroup(); }));
      }
    }
    return Status::Ok();
  }

  Status FinishChecked() {
    if (order_check_.row_count() == 0) {
      return Status::Internal(fmt::format("the file '{}' would have no rows", file_.path));
    }
    RETURN_IF_ERROR(Guard([&] {
      if (rows_.row_count() > 0) ARROW_RETURN_NOT_OK(WriteRowGroup());
      ARROW_RETURN_NOT_OK(writer_->AddKeyValueMetadata(
          arrow::key_value_metadata({kRowGroupChecksumsName}, {row_group_checksums_})));
      return writer_->Close();
    }));
    RETURN_IF_ERROR(util::FaultPoint(fault_points::kFileWritten));
    RETURN_IF_ERROR(stream_->Finish());
    file_.size_bytes = stream_->size_bytes();
    file_.row_count = order_check_.row_count();
    file_.time_range = order_check_.time_range();
    file_.series_count = order_check_.series_count();
    file_.series_hash = order_check_.series_hash();
    return util::FaultPoint(fault_points::kFileFinished);
  }

  arrow::Status WriteRowGroup() {
    std::vector<int64_t> distinct_tag_values;
    if (writer_ == nullptr) {
      for (size_t i = 0; i < table_schema_.tag_columns().size(); ++i) {
        distinct_tag_values.push_back(rows_.DistinctTagValues(i));
      }
    }
    ARROW_ASSIGN_OR_RAISE(const auto table, rows_.Take());
    if (writer_ == nullptr) {
      const auto properties =
          ChooseProperties(table_schema_, options_, *table, distinct_tag_values);
      const auto arrow_properties =
          parquet::ArrowWriterProperties::Builder().store_schema()->build();
      ARROW_ASSIGN_OR_RAISE(
          writer_, parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), stream_,
                                                    properties, arrow_properties));
    }
    (void)stream_->TakeChecksum();
    ARROW_RETURN_NOT_OK(writer_->WriteTable(*table, table->num_rows()));
    row_group_checksums_ += fmt::format("{:016x}", stream_->TakeChecksum());
    return arrow::Status::OK();
  }

  template <class Step>
  Status Guard(Step step) {
    return GuardArrow(util::StatusCode::kInternal, fmt::format("cannot write '{}'", file_.path),
                      stream_->failure(), step);
  }

  const model::TableSchema table_schema_;
  const std::shared_ptr<arrow::Schema> schema_;
  ParquetFile file_;
  const TableWriterOptions options_;
  const std::shared_ptr<UploadStream> stream_;
  KeyOrderCheck order_check_;
  RowGroupBuilder rows_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  std::string row_group_checksums_;  // 16 hexadecimal digits each
  Status status_;                    // of the first call that failed
};

}  // namespace

Result<std::unique_ptr<TableWriter>> TableWriter::Open(object_store::ObjectStore* store,
                                                       const model::TableSchema& schema,
                                                       const ParquetFile& file,
                                                       const TableWriterOptions& options) {
  if (options.row_group_rows_max == 0) {
    return Status::InvalidArgument("row groups must have at least one row");
  }
  ASSIGN_OR_RETURN(auto upload, store->StartUpload(file.path));
  RETURN_IF_ERROR(util::FaultPoint(fault_points::kFileStarted));
  return std::unique_ptr<TableWriter>(
      std::make_unique<ParquetTableWriter>(std::move(upload), schema, file, options));
}

}  // namespace influxdb3::persist
