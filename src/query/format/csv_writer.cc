#include "query/format/csv_writer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "arrow/type.h"

#include "query/format/cell_column.h"

namespace influxdb3::query {
namespace {

constexpr std::array<bool, 256> MakeSpecialBytes() {
  std::array<bool, 256> special{};
  for (const char c : {',', '"', '\n', '\r'}) special[static_cast<unsigned char>(c)] = true;
  return special;
}
constexpr std::array<bool, 256> kSpecialBytes = MakeSpecialBytes();

bool NeedsQuotes(std::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
           return kSpecialBytes[static_cast<unsigned char>(c)];
         });
}

/// Quotes what was written from `begin` on, when it needs to be.
void QuoteFrom(size_t begin, std::string* scratch, ByteSink& sink) {
  const std::string_view text = sink.written_from(begin);
  if (!NeedsQuotes(text)) return;
  scratch->assign(1, '"');
  for (const char c : text) {
    if (c == '"') scratch->push_back('"');
    scratch->push_back(c);
  }
  scratch->push_back('"');
  sink.CutTo(begin);
  sink.Append(*scratch);
}

class CsvWriter : public ResultWriter {
 public:
  explicit CsvWriter(const arrow::Schema& schema) {
    for (const auto& field : schema.fields()) names_.push_back(field->name());
  }

  util::Status Write(const arrow::RecordBatch& batch, std::string* out) override {
    std::vector<CellColumn> columns;
    for (const auto& array : batch.columns()) {
      ASSIGN_OR_RETURN(CellColumn column, MakeCellColumn(*array, CellStyle::kCsv));
      columns.push_back(std::move(column));
    }
    ByteSink sink(out);
    if (!header_written_) AppendHeader(sink);
    for (int64_t row = 0; row < batch.num_rows(); ++row) AppendRow(columns, row, sink);
    return util::Status::Ok();
  }

  util::Status Finish(std::string* /*out*/) override { return util::Status::Ok(); }

 private:
  void AppendHeader(ByteSink& sink) {
    header_written_ = true;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) sink.Append(',');
      const size_t begin = sink.size_bytes();
      sink.Append(names_[i]);
      QuoteFrom(begin, &scratch_, sink);
    }
    sink.Append('\n');
  }

  void AppendRow(const std::vector<CellColumn>& columns, int64_t row, ByteSink& sink) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) sink.Append(',');
      if (columns[i].IsNull(row)) {
        // A line with nothing on it would not be a record for those who read it.
        if (columns.size() == 1) sink.Append("\"\"");
        continue;
      }
      const size_t begin = sink.size_bytes();
      columns[i].Append(row, sink);
      if (columns[i].may_need_quotes) QuoteFrom(begin, &scratch_, sink);
    }
    sink.Append('\n');
  }

  std::vector<std::string> names_;
  std::string scratch_;
  bool header_written_ = false;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeCsvWriter(const arrow::Schema& schema) {
  return std::make_unique<CsvWriter>(schema);
}

}  // namespace influxdb3::query
