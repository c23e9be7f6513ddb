#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace influxdb3::query {

enum class ResultFormat { kJson, kJsonLines, kCsv, kPretty, kParquet };

/// `json`, `jsonl`, `json_lines`, `csv`, `pretty`, `parquet`; nothing for other words.
std::optional<ResultFormat> ParseResultFormat(std::string_view word);
std::string_view ContentType(ResultFormat format);

/// Turns record batches into the bytes of one format, batch by batch, byte for byte as the
/// reference prints them. One thread. Appends to `out`; kPretty writes everything at Finish, since
/// the widths depend on all rows; kParquet needs Finish for a valid file.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  static util::Result<std::unique_ptr<ResultWriter>> Make(
      ResultFormat format, const std::shared_ptr<arrow::Schema>& schema);
  virtual util::Status Write(const arrow::RecordBatch& batch, std::string* out) = 0;
  virtual util::Status Finish(std::string* out) = 0;
};

}  // namespace influxdb3::query
