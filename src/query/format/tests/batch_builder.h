#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "arrow/api.h"

#include "query/format/result_writer.h"

namespace influxdb3::query {

/// An array of what `values` says; nothing stands for NULL.
template <class Builder, class Value>
std::shared_ptr<arrow::Array> MakeArray(const std::vector<std::optional<Value>>& values,
                                        Builder builder = Builder()) {
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

inline std::shared_ptr<arrow::Array> Floats(const std::vector<std::optional<double>>& values) {
  return MakeArray<arrow::DoubleBuilder, double>(values);
}
inline std::shared_ptr<arrow::Array> Integers(const std::vector<std::optional<int64_t>>& values) {
  return MakeArray<arrow::Int64Builder, int64_t>(values);
}
inline std::shared_ptr<arrow::Array> Strings(
    const std::vector<std::optional<std::string>>& values) {
  return MakeArray<arrow::StringBuilder, std::string>(values);
}
/// Any type that is stored as one integer: timestamps, dates, times, durations.
template <class Builder, class Value>
std::shared_ptr<arrow::Array> Typed(const std::shared_ptr<arrow::DataType>& type,
                                    const std::vector<std::optional<Value>>& values) {
  return MakeArray<Builder, Value>(values, Builder(type, arrow::default_memory_pool()));
}
inline std::shared_ptr<arrow::Array> Timestamps(const std::vector<std::optional<int64_t>>& values,
                                                const std::string& zone = "") {
  return Typed<arrow::TimestampBuilder, int64_t>(arrow::timestamp(arrow::TimeUnit::NANO, zone),
                                                 values);
}

using NamedArrays = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

inline std::shared_ptr<arrow::RecordBatch> MakeBatch(const NamedArrays& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  const int64_t rows = arrays.empty() ? 0 : arrays.front()->length();
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(arrays));
}

/// The whole body for `batches`, which share a schema.
inline std::string Render(ResultFormat format, const std::shared_ptr<arrow::Schema>& schema,
                          const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  auto writer = ResultWriter::Make(format, schema);
  EXPECT_TRUE(writer.ok());
  std::string body;
  for (const auto& batch : batches) {
    const util::Status status = (*writer)->Write(*batch, &body);
    EXPECT_TRUE(status.ok()) << status.ToString();
  }
  EXPECT_TRUE((*writer)->Finish(&body).ok());
  return body;
}
inline std::string Render(ResultFormat format, const NamedArrays& columns) {
  const auto batch = MakeBatch(columns);
  return Render(format, batch->schema(), {batch});
}

}  // namespace influxdb3::query
