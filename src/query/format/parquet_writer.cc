#include "query/format/parquet_writer.h"

#include <exception>
#include <utility>

#include "arrow/api.h"
#include "arrow/io/interfaces.h"
#include "parquet/arrow/writer.h"

#include "model/column_type.h"

namespace influxdb3::query {
namespace {

constexpr int64_t kRowGroupRowsMax = 131072;

util::Status FromArrow(const arrow::Status& status) {
  if (status.ok()) return util::Status::Ok();
  if (status.IsNotImplemented()) {
    return util::Status::Unsupported("This feature is not implemented: " + status.message());
  }
  return util::Status::Internal("Parquet error: " + status.message());
}

/// Collects what the Parquet writer emits until the caller of Write() or Finish() takes it.
class PendingBytes : public arrow::io::OutputStream {
 public:
  PendingBytes() { set_mode(arrow::io::FileMode::WRITE); }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Write(const void* data, int64_t size) override {
    pending_.append(static_cast<const char*>(data), static_cast<size_t>(size));
    position_ += size;
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;

  void MoveTo(std::string* out) {
    out->append(pending_);
    pending_.clear();
  }

 private:
  std::string pending_;
  int64_t position_ = 0;
  bool closed_ = false;
};

bool IsPlainTag(const arrow::Field& field) {
  if (field.type()->id() != arrow::Type::STRING || field.metadata() == nullptr) return false;
  const auto value = field.metadata()->Get(std::string(model::kIoxColumnTypeKey));
  return value.ok() && *value == model::IoxColumnTypeName(model::ColumnType::kTag);
}

class ParquetWriter : public ResultWriter {
 public:
  explicit ParquetWriter(const std::shared_ptr<arrow::Schema>& schema) {
    arrow::FieldVector fields;
    for (const auto& field : schema->fields()) {
      is_tag_.push_back(IsPlainTag(*field));
      fields.push_back(is_tag_.back() ? field->WithType(tag_type_) : field);
    }
    schema_ = arrow::schema(std::move(fields), schema->metadata());
  }

  util::Status Write(const arrow::RecordBatch& batch, std::string* out) override {
    return Guard([&] { return FromArrow(WriteBatch(batch)); }, out);
  }

  util::Status Finish(std::string* out) override {
    if (writer_ == nullptr) return util::Status::Ok();
    return Guard([&] { return FromArrow(writer_->Close()); }, out);
  }

 private:
  /// Runs `step`, turning what the library throws into a Status, and hands its bytes to `out`.
  template <class Step>
  util::Status Guard(Step step, std::string* out) {
    util::Status status;
    try {
      status = step();
    } catch (const std::exception& error) {
      status = util::Status::Internal(std::string("Parquet error: ") + error.what());
    }
    if (status.ok()) sink_->MoveTo(out);
    return status;
  }

  arrow::Status Open() {
    const auto properties = parquet::WriterProperties::Builder()
                                .compression(arrow::Compression::ZSTD)
                                ->max_row_group_length(kRowGroupRowsMax)
                                ->build();
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    ARROW_ASSIGN_OR_RAISE(
        writer_, parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), sink_,
                                                  properties, arrow_properties));
    return arrow::Status::OK();
  }

  arrow::Status WriteBatch(const arrow::RecordBatch& batch) {
    if (writer_ == nullptr) ARROW_RETURN_NOT_OK(Open());
    arrow::ArrayVector columns = batch.columns();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!is_tag_[i]) continue;
      ARROW_ASSIGN_OR_RAISE(columns[i], EncodeTag(*columns[i]));
    }
    const auto encoded = arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
    return writer_->WriteRecordBatch(*encoded);
  }

  arrow::Result<std::shared_ptr<arrow::Array>> EncodeTag(const arrow::Array& values) const {
    const auto& texts = static_cast<const arrow::StringArray&>(values);
    arrow::StringDictionary32Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(texts.length()));
    for (int64_t row = 0; row < texts.length(); ++row) {
      ARROW_RETURN_NOT_OK(texts.IsNull(row) ? builder.AppendNull()
                                            : builder.Append(texts.GetView(row)));
    }
    return builder.Finish();
  }

  std::shared_ptr<arrow::DataType> tag_type_ = arrow::dictionary(arrow::int32(), arrow::utf8());
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<bool> is_tag_;
  std::shared_ptr<PendingBytes> sink_ = std::make_shared<PendingBytes>();
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeParquetWriter(const std::shared_ptr<arrow::Schema>& schema) {
  return std::make_unique<ParquetWriter>(schema);
}

}  // namespace influxdb3::query
