#include "query/format/result_writer.h"

#include "query/format/csv_writer.h"
#include "query/format/json_writer.h"
#include "query/format/parquet_writer.h"
#include "query/format/pretty_writer.h"

namespace influxdb3::query {

std::optional<ResultFormat> ParseResultFormat(std::string_view word) {
  if (word == "json") return ResultFormat::kJson;
  if (word == "jsonl" || word == "json_lines") return ResultFormat::kJsonLines;
  if (word == "csv") return ResultFormat::kCsv;
  if (word == "pretty") return ResultFormat::kPretty;
  if (word == "parquet") return ResultFormat::kParquet;
  return std::nullopt;
}

std::string_view ContentType(ResultFormat format) {
  switch (format) {
    case ResultFormat::kJson: return "application/json";
    case ResultFormat::kJsonLines: return "application/jsonl";
    case ResultFormat::kCsv: return "text/csv";
    case ResultFormat::kPretty: return "text/plain; charset=utf-8";
    case ResultFormat::kParquet: return "application/vnd.apache.parquet";
  }
  return "";
}

util::Result<std::unique_ptr<ResultWriter>> ResultWriter::Make(
    ResultFormat format, const std::shared_ptr<arrow::Schema>& schema) {
  switch (format) {
    case ResultFormat::kJson: return MakeJsonWriter(*schema, JsonShape::kArray);
    case ResultFormat::kJsonLines: return MakeJsonWriter(*schema, JsonShape::kLines);
    case ResultFormat::kCsv: return MakeCsvWriter(*schema);
    case ResultFormat::kPretty: return MakePrettyWriter(*schema);
    case ResultFormat::kParquet: return MakeParquetWriter(schema);
  }
  return util::Status::Internal("unknown result format");
}

}  // namespace influxdb3::query
