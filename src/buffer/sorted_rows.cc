#include "buffer/sorted_rows.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include <arrow/api.h>

#include "persist/table_writer.h"
#include "util/check.h"

namespace influxdb3::buffer {
namespace {

using util::Result;
using util::Status;

Status FromArrow(const arrow::Status& status) {
  if (status.ok()) return Status::Ok();
  return Status(
      status.IsOutOfMemory() ? util::StatusCode::kResourceExhausted : util::StatusCode::kInternal,
      "building rows for a file: " + status.ToString());
}

template <class T>
Result<T> FromArrow(arrow::Result<T> result) {
  if (!result.ok()) return FromArrow(result.status());
  return std::move(result).ValueUnsafe();
}

bool IsSet(const uint64_t* bits, uint32_t row) {
  return bits != nullptr && ((bits[row / 64] >> (row % 64)) & 1) != 0;
}

// The values of one column for rows that lie in several segments.
class Column {
 public:
  template <class Source>
  Column(const std::vector<Source>& sources, util::ColumnId id) {
    views_.reserve(sources.size());
    for (const Source& source : sources) views_.push_back(source.segment->column(id));
  }
  bool IsValid(uint32_t source, uint32_t row) const { return views_[source].IsValid(row); }
  template <class T>
  const T& At(uint32_t source, uint32_t row) const {
    return static_cast<const T*>(views_[source].values)[row];
  }

 private:
  std::vector<ColumnView> views_;
};

template <class T, class Row>
Result<std::shared_ptr<arrow::Array>> GatherNumbers(std::shared_ptr<arrow::DataType> type,
                                                    const Column& column, const Row* rows,
                                                    int64_t count) {
  ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> values,
                   FromArrow(arrow::AllocateBuffer(count * int64_t{sizeof(T)})));
  ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> validity,
                   FromArrow(arrow::AllocateEmptyBitmap(count)));
  T* out = reinterpret_cast<T*>(values->mutable_data());
  uint8_t* bits = validity->mutable_data();
  int64_t nulls = 0;
  for (int64_t i = 0; i < count; ++i) {
    const bool valid = column.IsValid(rows[i].source, rows[i].row);
    out[i] = valid ? column.template At<T>(rows[i].source, rows[i].row) : T();
    bits[i / 8] = static_cast<uint8_t>(bits[i / 8] | (int{valid} << (i % 8)));
    nulls += valid ? 0 : 1;
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(std::move(type), count, {validity, values}, nulls));
}

// Appends the values one by one; `append(source, row)` is called for those that there are.
template <class Builder, class Row, class Append>
Result<std::shared_ptr<arrow::Array>> GatherInto(Builder* builder, const Column& column,
                                                 const Row* rows, int64_t count,
                                                 const Append& append) {
  RETURN_IF_ERROR(FromArrow(builder->Reserve(count)));
  for (int64_t i = 0; i < count; ++i) {
    if (column.IsValid(rows[i].source, rows[i].row)) {
      RETURN_IF_ERROR(FromArrow(append(rows[i].source, rows[i].row)));
    } else {
      builder->UnsafeAppendNull();
    }
  }
  return FromArrow(builder->Finish());
}

template <class Row>
Result<std::shared_ptr<arrow::Array>> GatherBools(const Column& column, const Row* rows,
                                                  int64_t count) {
  arrow::BooleanBuilder builder;
  return GatherInto(&builder, column, rows, count, [&](uint32_t source, uint32_t row) {
    builder.UnsafeAppend(column.At<uint8_t>(source, row) != 0);
    return arrow::Status::OK();
  });
}

template <class Row>
Result<std::shared_ptr<arrow::Array>> GatherStrings(const Column& column, const Row* rows,
                                                    int64_t count) {
  arrow::StringBuilder builder;
  return GatherInto(&builder, column, rows, count, [&](uint32_t source, uint32_t row) {
    return builder.Append(column.At<StringRef>(source, row).view());
  });
}

}  // namespace

// The values of a tag that the chunk's series have, numbered anew.
struct SortedRows::Tag {
  std::shared_ptr<arrow::Array> dictionary;
  std::vector<int32_t> code_of_series;  // -1 = NULL; empty = NULL for all
};

SortedRows::SortedRows(std::shared_ptr<const TableSnapshot> snapshot,
                       std::shared_ptr<const model::TableSchema> schema)
    : snapshot_(std::move(snapshot)),
      schema_(std::move(schema)),
      file_schema_(persist::FileSchema(*schema_)) {
  CHECK(snapshot_->series().tags.size() <= schema_->tag_columns().size());
  for (const ChunkView& chunk : snapshot_->chunks()) {
    for (const SegmentView& segment : chunk.segments) {
      sources_.push_back({&segment, chunk.superseded});
    }
    for (const SegmentView& segment : chunk.merged) sources_.push_back({&segment, nullptr});
  }
  std::vector<uint32_t> counts;
  const std::vector<uint32_t> ranked = RankSeries(&counts);
  Place(ranked, std::move(counts));
  BuildTags(ranked);
}

SortedRows::~SortedRows() = default;

// Calls `visit(source, row, series)` for each row that files get.
template <class Visit>
void SortedRows::VisitRows(const Visit& visit) const {
  for (uint32_t source = 0; source < sources_.size(); ++source) {
    const SegmentView& segment = *sources_[source].segment;
    const uint64_t* superseded = sources_[source].superseded;
    for (uint32_t row = 0; row < segment.row_count; ++row) {
      if (!IsSet(superseded, segment.first_row + row)) visit(source, row, segment.series[row]);
    }
  }
}

bool SortedRows::SeriesIsBefore(uint32_t left, uint32_t right) const {
  for (const SeriesView::Tag& tag : snapshot_->series().tags) {
    if (tag.codes == nullptr) continue;
    const uint32_t left_code = tag.codes[left];
    const uint32_t right_code = tag.codes[right];
    if (left_code == right_code) continue;
    if (left_code == 0 || right_code == 0) return left_code == 0;
    const int order = tag.dictionary[left_code].view().compare(tag.dictionary[right_code].view());
    if (order != 0) return order < 0;
  }
  return false;
}

// The series that have rows, in order of the key; `counts` then has the rows of each series.
std::vector<uint32_t> SortedRows::RankSeries(std::vector<uint32_t>* counts) const {
  counts->assign(snapshot_->series().series_count, 0);
  VisitRows([&](uint32_t, uint32_t, uint32_t series) { ++(*counts)[series]; });
  std::vector<uint32_t> ranked;
  for (uint32_t series = 0; series < counts->size(); ++series) {
    if ((*counts)[series] > 0) ranked.push_back(series);
  }
  std::sort(ranked.begin(), ranked.end(),
            [this](uint32_t left, uint32_t right) { return SeriesIsBefore(left, right); });
  return ranked;
}

// `next` comes with the rows of each series and becomes the place of its next row.
void SortedRows::Place(const std::vector<uint32_t>& ranked, std::vector<uint32_t> next) {
  std::vector<size_t> begins;
  uint32_t row_count = 0;
  for (uint32_t series : ranked) {
    begins.push_back(row_count);
    row_count += std::exchange(next[series], row_count);
  }
  begins.push_back(row_count);
  rows_.resize(row_count);
  VisitRows([&](uint32_t source, uint32_t row, uint32_t series) {
    rows_[next[series]++] = {sources_[source].segment->time[row], source, row};
  });
  const auto earlier = [](const Row& a, const Row& b) { return a.time_ns < b.time_ns; };
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    Row* begin = rows_.data() + begins[i];
    Row* end = rows_.data() + begins[i + 1];
    if (!std::is_sorted(begin, end, earlier)) std::sort(begin, end, earlier);
  }
}

void SortedRows::BuildTags(const std::vector<uint32_t>& ranked) {
  const SeriesView& series = snapshot_->series();
  tags_.resize(schema_->tag_columns().size());
  for (size_t t = 0; t < tags_.size(); ++t) {
    arrow::StringBuilder dictionary;
    if (t < series.tags.size() && series.tags[t].codes != nullptr) {
      const SeriesView::Tag& tag = series.tags[t];
      std::vector<int32_t> code_of(tag.dictionary_size, -1);
      tags_[t].code_of_series.assign(series.series_count, -1);
      for (const uint32_t s : ranked) {
        const uint32_t code = tag.codes[s];
        if (code == 0) continue;
        if (code_of[code] < 0) {
          code_of[code] = static_cast<int32_t>(dictionary.length());
          CHECK(dictionary.Append(tag.dictionary[code].view()).ok());
        }
        tags_[t].code_of_series[s] = code_of[code];
      }
    }
    CHECK(dictionary.Finish(&tags_[t].dictionary).ok());
  }
}

std::shared_ptr<arrow::Array> SortedRows::TagColumn(const Tag& tag, const Row* rows,
                                                    int64_t count) const {
  arrow::Int32Builder codes;
  CHECK(codes.Reserve(count).ok());
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t series = sources_[rows[i].source].segment->series[rows[i].row];
    const int32_t code = tag.code_of_series.empty() ? -1 : tag.code_of_series[series];
    if (code < 0) {
      codes.UnsafeAppendNull();
    } else {
      codes.UnsafeAppend(code);
    }
  }
  std::shared_ptr<arrow::Array> indices;
  CHECK(codes.Finish(&indices).ok());
  return std::make_shared<arrow::DictionaryArray>(arrow::dictionary(arrow::int32(), arrow::utf8()),
                                                  indices, tag.dictionary);
}

Result<std::shared_ptr<arrow::Array>> SortedRows::FieldColumn(util::ColumnId id, const Row* rows,
                                                              int64_t count) const {
  const Column column(sources_, id);
  const model::ColumnType type = schema_->column(id).type;
  switch (type) {
    case model::ColumnType::kInt64:
      return GatherNumbers<int64_t>(arrow::int64(), column, rows, count);
    case model::ColumnType::kUInt64:
      return GatherNumbers<uint64_t>(arrow::uint64(), column, rows, count);
    case model::ColumnType::kFloat64:
      return GatherNumbers<double>(arrow::float64(), column, rows, count);
    case model::ColumnType::kBool: return GatherBools(column, rows, count);
    case model::ColumnType::kString: return GatherStrings(column, rows, count);
    case model::ColumnType::kTag: break;
  }
  return Status::Internal("a tag among the fields of a table");
}

Result<std::shared_ptr<arrow::RecordBatch>> SortedRows::Next(uint32_t rows_max) {
  if (next_row_ == rows_.size()) return std::shared_ptr<arrow::RecordBatch>();
  const Row* rows = rows_.data() + next_row_;
  const auto count = static_cast<int64_t>(std::min<size_t>(rows_max, rows_.size() - next_row_));
  arrow::ArrayVector columns;
  for (const Tag& tag : tags_) columns.push_back(TagColumn(tag, rows, count));
  for (uint32_t id = 0; id < schema_->columns().size(); ++id) {
    if (schema_->columns()[id].type == model::ColumnType::kTag) continue;
    ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> field,
                     FieldColumn(util::ColumnId(id), rows, count));
    columns.push_back(std::move(field));
  }
  ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> times,
                   FromArrow(arrow::AllocateBuffer(count * int64_t{sizeof(int64_t)})));
  auto* out = reinterpret_cast<int64_t*>(times->mutable_data());
  for (int64_t i = 0; i < count; ++i) out[i] = rows[i].time_ns;
  columns.push_back(arrow::MakeArray(arrow::ArrayData::Make(
      file_schema_->fields().back()->type(), count, {nullptr, std::move(times)}, 0)));
  next_row_ += static_cast<size_t>(count);
  return arrow::RecordBatch::Make(file_schema_, count, std::move(columns));
}

}  // namespace influxdb3::buffer
