#include "query/format/json_writer.h"

#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "arrow/type.h"

#include "query/format/cell_column.h"
#include "query/format/json_text.h"

namespace influxdb3::query {
namespace {

class JsonWriter : public ResultWriter {
 public:
  JsonWriter(const arrow::Schema& schema, JsonShape shape) : shape_(shape) {
    for (const auto& field : schema.fields()) keys_.push_back(JsonKey(field->name()));
  }

  util::Status Write(const arrow::RecordBatch& batch, std::string* out) override {
    std::vector<CellColumn> columns;
    for (const auto& array : batch.columns()) {
      ASSIGN_OR_RETURN(CellColumn column, MakeCellColumn(*array, CellStyle::kJson));
      columns.push_back(std::move(column));
    }
    ByteSink sink(out);
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (shape_ == JsonShape::kArray) sink.Append(begun_ ? ',' : '[');
      begun_ = true;
      AppendRow(columns, row, sink);
      if (shape_ == JsonShape::kLines) sink.Append('\n');
    }
    return util::Status::Ok();
  }

  util::Status Finish(std::string* out) override {
    if (shape_ == JsonShape::kArray) out->append(begun_ ? "]" : "[]");
    return util::Status::Ok();
  }

 private:
  void AppendRow(const std::vector<CellColumn>& columns, int64_t row, ByteSink& sink) const {
    sink.Append('{');
    bool first = true;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].IsNull(row)) continue;
      if (!first) sink.Append(',');
      first = false;
      sink.Append(keys_[i]);
      columns[i].Append(row, sink);
    }
    sink.Append('}');
  }

  JsonShape shape_;
  std::vector<std::string> keys_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeJsonWriter(const arrow::Schema& schema, JsonShape shape) {
  return std::make_unique<JsonWriter>(schema, shape);
}

}  // namespace influxdb3::query
