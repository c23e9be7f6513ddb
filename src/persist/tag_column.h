#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <arrow/api.h>

namespace influxdb3::persist {

/// Builds a tag's column with a dictionary of just the values that occur in it. One thread.
class TagColumn {
 public:
  struct Value {
    std::string_view text;  ///< valid until Take
    int32_t code = 0;
  };
  /// The value's code, given out now if it is new.
  arrow::Result<Value> Find(std::string_view text);

  /// Where codes and NULLs are appended.
  arrow::Int32Builder& codes() { return codes_; }
  int32_t value_count() const { return static_cast<int32_t>(code_by_text_.size()); }

  /// The column, of this dictionary type; the next values make a new one.
  arrow::Result<std::shared_ptr<arrow::Array>> Take(const std::shared_ptr<arrow::DataType>& type);

 private:
  arrow::Int32Builder codes_;
  arrow::StringBuilder values_;
  std::unordered_map<std::string, int32_t> code_by_text_;
};

}  // namespace influxdb3::persist
