#include "server/flight/xdbc_types.h"

#include <string>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/table_builder.h>
#include <arrow/type.h>

namespace influxdb3::server::flight {

namespace {

constexpr int32_t kNullable = 1;
constexpr int32_t kFullySearchable = 3;

struct SqlType {
  const char* name;
  int32_t number;
  int32_t size;
  bool quoted;      ///< its literals stand in quotes
  bool has_length;  ///< takes a length as parameter; compared with regard to case
  bool is_number;
  std::optional<int32_t> datetime_subcode;
};

/// By number.
const std::vector<SqlType>& SqlTypes() {
  static const auto* const types = new std::vector<SqlType>{
      {"INTEGER", 4, 32, false, false, true, std::nullopt},
      {"FLOAT", 6, 24, false, false, true, std::nullopt},
      {"INTERVAL", 10, INT32_MAX, true, false, false, 0},
      {"VARCHAR", 12, INT32_MAX, true, true, false, std::nullopt},
      {"TIMESTAMP", 93, INT32_MAX, true, false, false, std::nullopt},
  };
  return *types;
}

class Rows {
 public:
  arrow::Status Open(const std::shared_ptr<arrow::Schema>& schema) {
    return arrow::RecordBatchBuilder::Make(schema, arrow::default_memory_pool()).Value(&builder_);
  }

  arrow::Status Append(const SqlType& type) {
    column_ = 0;
    ARROW_RETURN_NOT_OK(Text(type.name));
    ARROW_RETURN_NOT_OK(Number(type.number));
    ARROW_RETURN_NOT_OK(Number(type.size));
    for (int i = 0; i < 2; ++i) ARROW_RETURN_NOT_OK(type.quoted ? Text("'") : Null());
    ARROW_RETURN_NOT_OK(Parameters(type));
    ARROW_RETURN_NOT_OK(Number(kNullable));
    ARROW_RETURN_NOT_OK(Flag(type.has_length));
    ARROW_RETURN_NOT_OK(Number(kFullySearchable));
    ARROW_RETURN_NOT_OK(type.is_number ? Flag(false) : Null());  // unsigned
    ARROW_RETURN_NOT_OK(Flag(false));                            // fixed precision
    ARROW_RETURN_NOT_OK(type.is_number ? Flag(false) : Null());  // counts by itself
    ARROW_RETURN_NOT_OK(Text(type.name));
    for (int i = 0; i < 2; ++i) ARROW_RETURN_NOT_OK(Null());  // scales
    ARROW_RETURN_NOT_OK(Number(type.number));
    ARROW_RETURN_NOT_OK(type.datetime_subcode ? Number(*type.datetime_subcode) : Null());
    ARROW_RETURN_NOT_OK(type.is_number ? Number(2) : Null());  // radix
    return Null();                                             // interval precision
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatch>> Finish() { return builder_->Flush(); }

 private:
  arrow::ArrayBuilder* Next() { return builder_->GetField(column_++); }
  arrow::Status Null() { return Next()->AppendNull(); }
  arrow::Status Text(const char* text) {
    return static_cast<arrow::StringBuilder*>(Next())->Append(text);
  }
  arrow::Status Number(int32_t number) {
    return static_cast<arrow::Int32Builder*>(Next())->Append(number);
  }
  arrow::Status Flag(bool flag) {
    return static_cast<arrow::BooleanBuilder*>(Next())->Append(flag);
  }
  arrow::Status Parameters(const SqlType& type) {
    if (!type.has_length) return Null();
    auto* list = static_cast<arrow::ListBuilder*>(Next());
    ARROW_RETURN_NOT_OK(list->Append());
    return static_cast<arrow::StringBuilder*>(list->value_builder())->Append("length");
  }

  std::unique_ptr<arrow::RecordBatchBuilder> builder_;
  int column_ = 0;
};

}  // namespace

std::shared_ptr<arrow::Schema> XdbcTypeSchema() {
  const auto parameters = arrow::list(arrow::field("item", arrow::utf8(), false));
  return arrow::schema(
      {arrow::field("type_name", arrow::utf8(), false),
       arrow::field("data_type", arrow::int32(), false),
       arrow::field("column_size", arrow::int32()), arrow::field("literal_prefix", arrow::utf8()),
       arrow::field("literal_suffix", arrow::utf8()), arrow::field("create_params", parameters),
       arrow::field("nullable", arrow::int32(), false),
       arrow::field("case_sensitive", arrow::boolean(), false),
       arrow::field("searchable", arrow::int32(), false),
       arrow::field("unsigned_attribute", arrow::boolean()),
       arrow::field("fixed_prec_scale", arrow::boolean(), false),
       arrow::field("auto_increment", arrow::boolean()),
       arrow::field("local_type_name", arrow::utf8()),
       arrow::field("minimum_scale", arrow::int32()), arrow::field("maximum_scale", arrow::int32()),
       arrow::field("sql_data_type", arrow::int32(), false),
       arrow::field("datetime_subcode", arrow::int32()),
       arrow::field("num_prec_radix", arrow::int32()),
       arrow::field("interval_precision", arrow::int32())});
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> XdbcTypeRows(std::optional<int32_t> data_type) {
  Rows rows;
  ARROW_RETURN_NOT_OK(rows.Open(XdbcTypeSchema()));
  for (const SqlType& type : SqlTypes()) {
    if (!data_type || *data_type == type.number) ARROW_RETURN_NOT_OK(rows.Append(type));
  }
  return rows.Finish();
}

}  // namespace influxdb3::server::flight
