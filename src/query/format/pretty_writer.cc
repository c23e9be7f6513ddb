#include "query/format/pretty_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "arrow/record_batch.h"
#include "arrow/type.h"

#include "query/format/cell_column.h"
#include "query/format/display_width.h"

namespace influxdb3::query {
namespace {

/// The part of `text` before the next line break; `text` keeps what is behind it.
std::string_view TakeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  const std::string_view line = text->substr(0, end);
  *text = end == std::string_view::npos ? std::string_view() : text->substr(end + 1);
  return line;
}

/// All rows' texts lie one behind the other in `cells_`; nothing is laid out before Finish.
class PrettyWriter : public ResultWriter {
 public:
  explicit PrettyWriter(const arrow::Schema& schema) : column_count_(schema.fields().size()) {
    widths_.resize(column_count_, 0);
    for (const auto& field : schema.fields()) {
      cells_ += field->name();
      EndCell(ends_.size(), cells_.size());
    }
  }

  util::Status Write(const arrow::RecordBatch& batch, std::string* /*out*/) override {
    begun_ = true;
    std::vector<CellColumn> columns;
    for (const auto& array : batch.columns()) {
      ASSIGN_OR_RETURN(CellColumn column, MakeCellColumn(*array, CellStyle::kDisplay));
      columns.push_back(std::move(column));
    }
    ByteSink sink(&cells_);
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].IsNull(row)) columns[i].Append(row, sink);
        EndCell(i, sink.size_bytes());
      }
    }
    return util::Status::Ok();
  }

  util::Status Finish(std::string* out) override {
    if (!begun_) {
      out->append("++\n++");
      return util::Status::Ok();
    }
    AppendRule(out);
    AppendRow(0, out);
    AppendRule(out);
    for (size_t first = column_count_; first < ends_.size(); first += column_count_) {
      AppendRow(first, out);
    }
    AppendRule(out);
    out->pop_back();
    return util::Status::Ok();
  }

 private:
  std::string_view Cell(size_t index) const {
    const size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(cells_).substr(begin, ends_[index] - begin);
  }

  void EndCell(size_t column, size_t end) {
    ends_.push_back(end);
    std::string_view text = Cell(ends_.size() - 1);
    while (!text.empty())
      widths_[column] = std::max(widths_[column], DisplayWidth(TakeLine(&text)));
  }

  void AppendRule(std::string* out) const {
    for (const size_t width : widths_) out->append("+").append(width + 2, '-');
    out->append("+\n");
  }

  void AppendRow(size_t first, std::string* out) const {
    std::vector<std::string_view> rest;
    for (size_t i = 0; i < column_count_; ++i) rest.push_back(Cell(first + i));
    bool more = true;
    while (more) {
      more = false;
      for (size_t i = 0; i < column_count_; ++i) {
        const bool broken = rest[i].find('\n') != std::string_view::npos;
        const std::string_view line = TakeLine(&rest[i]);
        more = more || broken;
        out->append("| ").append(line).append(widths_[i] - DisplayWidth(line) + 1, ' ');
      }
      out->append("|\n");
    }
  }

  size_t column_count_;
  std::vector<size_t> widths_;
  std::string cells_;
  std::vector<size_t> ends_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<ResultWriter> MakePrettyWriter(const arrow::Schema& schema) {
  return std::make_unique<PrettyWriter>(schema);
}

}  // namespace influxdb3::query
