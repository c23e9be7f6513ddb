#include "persist/tag_column.h"

namespace influxdb3::persist {

arrow::Result<TagColumn::Value> TagColumn::Find(std::string_view text) {
  const auto [found, added] = code_by_text_.try_emplace(std::string(text), value_count());
  if (added) ARROW_RETURN_NOT_OK(values_.Append(text));
  return Value{found->first, found->second};
}

arrow::Result<std::shared_ptr<arrow::Array>> TagColumn::Take(
    const std::shared_ptr<arrow::DataType>& type) {
  std::shared_ptr<arrow::Array> indices;
  std::shared_ptr<arrow::Array> dictionary;
  ARROW_RETURN_NOT_OK(codes_.Finish(&indices));
  ARROW_RETURN_NOT_OK(values_.Finish(&dictionary));
  code_by_text_.clear();
  return arrow::DictionaryArray::FromArrays(type, indices, dictionary);
}

}  // namespace influxdb3::persist
