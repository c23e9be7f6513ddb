#include <string>
#include <utility>

#include <arrow/api.h>
#include <arrow/util/base64.h>

#include "persist/table_writer.h"

namespace influxdb3::persist {
namespace {

using model::ColumnType;

std::shared_ptr<arrow::DataType> ArrowType(ColumnType type) {
  switch (type) {
    case ColumnType::kTag: return arrow::dictionary(arrow::int32(), arrow::utf8());
    case ColumnType::kInt64: return arrow::int64();
    case ColumnType::kUInt64: return arrow::uint64();
    case ColumnType::kFloat64: return arrow::float64();
    case ColumnType::kString: return arrow::utf8();
    case ColumnType::kBool: return arrow::boolean();
  }
  return arrow::null();
}

std::shared_ptr<arrow::Field> MakeField(const std::string& name,
                                        std::shared_ptr<arrow::DataType> type, bool nullable,
                                        std::string_view iox_type) {
  return arrow::field(
      name, std::move(type), nullable,
      arrow::key_value_metadata({std::string(model::kIoxColumnTypeKey)}, {std::string(iox_type)}));
}

/// The names of the tags, each behind its length in four bytes, all in base64.
std::string EncodeSeriesKey(const model::TableSchema& schema) {
  std::string bytes;
  for (const util::ColumnId id : schema.tag_columns()) {
    const std::string& name = schema.column(id).name;
    const auto size = static_cast<uint32_t>(name.size());
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(size >> shift);
    bytes += name;
  }
  return arrow::util::base64_encode(bytes);
}

}  // namespace

std::shared_ptr<arrow::Schema> FileSchema(const model::TableSchema& schema) {
  arrow::FieldVector fields;
  for (const util::ColumnId id : schema.tag_columns()) {
    fields.push_back(MakeField(schema.column(id).name, ArrowType(ColumnType::kTag), true,
                               IoxColumnTypeName(ColumnType::kTag)));
  }
  for (const model::ColumnDef& column : schema.columns()) {
    if (column.type == ColumnType::kTag) continue;
    fields.push_back(
        MakeField(column.name, ArrowType(column.type), true, IoxColumnTypeName(column.type)));
  }
  fields.push_back(MakeField("time", arrow::timestamp(arrow::TimeUnit::NANO), false,
                             model::kIoxTimestampTypeName));
  return arrow::schema(std::move(fields),
                       arrow::key_value_metadata({kSeriesKeyName}, {EncodeSeriesKey(schema)}));
}

}  // namespace influxdb3::persist
