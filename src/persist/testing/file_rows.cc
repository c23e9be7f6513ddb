#include "persist/testing/file_rows.h"

#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "util/check.h"

namespace influxdb3::persist::testing {
namespace {

void Require(const arrow::Status& status) {
  CHECK(status.ok());
}

void AppendText(const std::optional<std::string>& text, arrow::ArrayBuilder* builder) {
  if (!text.has_value()) {
    Require(builder->AppendNull());
    return;
  }
  switch (builder->type()->id()) {
    case arrow::Type::DICTIONARY:
      Require(static_cast<arrow::StringDictionary32Builder*>(builder)->Append(*text));
      return;
    case arrow::Type::STRING:
      Require(static_cast<arrow::StringBuilder*>(builder)->Append(*text));
      return;
    case arrow::Type::INT64:
      Require(static_cast<arrow::Int64Builder*>(builder)->Append(std::stoll(*text)));
      return;
    case arrow::Type::UINT64:
      Require(static_cast<arrow::UInt64Builder*>(builder)->Append(std::stoull(*text)));
      return;
    case arrow::Type::DOUBLE:
      Require(static_cast<arrow::DoubleBuilder*>(builder)->Append(std::stod(*text)));
      return;
    case arrow::Type::BOOL:
      Require(static_cast<arrow::BooleanBuilder*>(builder)->Append(*text == "true"));
      return;
    default: CHECK(false);
  }
}

std::unique_ptr<arrow::ArrayBuilder> NewBuilder(const std::shared_ptr<arrow::DataType>& type) {
  if (type->id() == arrow::Type::DICTIONARY) {
    return std::make_unique<arrow::StringDictionary32Builder>();
  }
  return arrow::MakeBuilder(type).ValueOrDie();
}

std::optional<std::string> TextOf(const arrow::Array& column, int64_t row) {
  if (column.IsNull(row)) return std::nullopt;
  switch (column.type_id()) {
    case arrow::Type::DICTIONARY: {
      const auto& tags = static_cast<const arrow::DictionaryArray&>(column);
      return TextOf(*tags.dictionary(), tags.GetValueIndex(row));
    }
    case arrow::Type::STRING:
      return std::string(static_cast<const arrow::StringArray&>(column).GetView(row));
    case arrow::Type::INT64:
      return fmt::format("{}", static_cast<const arrow::Int64Array&>(column).Value(row));
    case arrow::Type::UINT64:
      return fmt::format("{}", static_cast<const arrow::UInt64Array&>(column).Value(row));
    case arrow::Type::DOUBLE:
      return fmt::format("{}", static_cast<const arrow::DoubleArray&>(column).Value(row));
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(column).Value(row) ? "true" : "false";
    default: CHECK(false); return std::nullopt;
  }
}

}  // namespace

std::shared_ptr<arrow::RecordBatch> MakeBatch(const model::TableSchema& schema,
                                              const std::vector<TextRow>& rows) {
  const auto file_schema = FileSchema(schema);
  const auto column_count = static_cast<size_t>(file_schema->num_fields());
  arrow::ArrayVector columns;
  for (size_t i = 0; i + 1 < column_count; ++i) {
    const auto builder = NewBuilder(file_schema->field(static_cast<int>(i))->type());
    for (const TextRow& row : rows) {
      CHECK(row.values.size() + 1 == column_count);
      AppendText(row.values[i], builder.get());
    }
    columns.push_back(builder->Finish().ValueOrDie());
  }
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::NANO),
                                arrow::default_memory_pool());
  for (const TextRow& row : rows) Require(times.Append(row.time_ns));
  columns.push_back(times.Finish().ValueOrDie());
  return arrow::RecordBatch::Make(file_schema, static_cast<int64_t>(rows.size()),
                                  std::move(columns));
}

std::vector<TextRow> RowsOf(const arrow::RecordBatch& batch) {
  std::vector<TextRow> rows(static_cast<size_t>(batch.num_rows()));
  const int last = batch.num_columns() - 1;
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    TextRow& text = rows[static_cast<size_t>(row)];
    for (int i = 0; i < last; ++i) text.values.push_back(TextOf(*batch.column(i), row));
    text.time_ns = static_cast<const arrow::TimestampArray&>(*batch.column(last)).Value(row);
  }
  return rows;
}

util::Result<std::vector<TextRow>> ReadAll(TableReader* reader) {
  std::vector<TextRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(const auto batch, reader->Next());
    if (batch == nullptr) return rows;
    for (TextRow& row : RowsOf(*batch)) rows.push_back(std::move(row));
  }
}

}  // namespace influxdb3::persist::testing
