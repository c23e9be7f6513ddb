#include "persist/column_pages.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include "persist/arrow_errors.h"
#include "persist/page_stream.h"

namespace influxdb3::persist {
namespace {

using util::Status;

uint32_t EndRow(const GroupLayout& group, const ChunkPages& chunk, size_t page) {
  return page + 1 < chunk.pages.size() ? chunk.pages[page + 1].first_row : group.row_count;
}

/// The pages with rows of the ranges.
std::vector<uint32_t> PagesOf(const GroupLayout& group, const ChunkPages& chunk,
                              const std::vector<RowRange>& ranges) {
  std::vector<uint32_t> pages;
  size_t page = 0;
  for (const RowRange& range : ranges) {
    if (range.begin >= range.end) continue;
    const auto after = std::upper_bound(
        chunk.pages.begin() + static_cast<int64_t>(page), chunk.pages.end(), range.begin,
        [](uint32_t row, const ChunkPages::Page& p) { return row < p.first_row; });
    page = static_cast<size_t>(after - chunk.pages.begin()) - 1;
    while (true) {
      if (pages.empty() || pages.back() != page) pages.push_back(static_cast<uint32_t>(page));
      if (EndRow(group, chunk, page) >= range.end) break;
      ++page;
    }
  }
  return pages;
}

/// Appends rows of decoded pages to ColumnRows.
class RowsOut {
 public:
  explicit RowsOut(ColumnRows* rows) : rows_(*rows) {}

  /// Rows [begin, end) of the page, which has `levels` when it has NULLs. `values` are those that
  /// are not NULL; `places` gives each row's value among them.
  template <class T>
  void Append(const T* values, const int16_t* levels, const uint32_t* places, uint32_t begin,
              uint32_t end) {
    const bool has_nulls = levels != nullptr;
    const size_t before = Size();
    if (has_nulls && rows_.valid.empty()) rows_.valid.assign(before, 1);
    if (!has_nulls) {
      if (!rows_.valid.empty()) rows_.valid.resize(before + (end - begin), 1);
      AppendValues(values + begin, end - begin);
      return;
    }
    for (uint32_t row = begin; row < end; ++row) {
      const bool valid = levels[row] != 0;
      rows_.valid.push_back(valid ? 1 : 0);
      if (valid) {
        AppendValues(values + places[row], 1);
      } else {
        AppendNull(values);
      }
    }
  }

 private:
  size_t Size() const {
    switch (rows_.kind) {
      case ColumnRows::Kind::kWords: return rows_.words.size();
      case ColumnRows::Kind::kBools: return rows_.bools.size();
      case ColumnRows::Kind::kTexts: return rows_.ends.size();
    }
    return 0;
  }

  template <class T>
  void AppendValues(const T* values, size_t count) {
    static_assert(sizeof(T) == sizeof(uint64_t));
    const size_t before = rows_.words.size();
    rows_.words.resize(before + count);
    std::memcpy(rows_.words.data() + before, values, count * sizeof(T));
  }
  void AppendValues(const bool* values, size_t count) {
    rows_.bools.insert(rows_.bools.end(), values, values + count);
  }
  void AppendValues(const parquet::ByteArray* values, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      rows_.text.append(reinterpret_cast<const char*>(values[i].ptr), values[i].len);
      rows_.ends.push_back(rows_.text.size());
    }
  }
  template <class T>
  void AppendNull(const T*) {
    rows_.words.push_back(0);
  }
  void AppendNull(const bool*) { rows_.bools.push_back(0); }
  void AppendNull(const parquet::ByteArray*) { rows_.ends.push_back(rows_.text.size()); }

  ColumnRows& rows_;
};

/// Room for one decoded page.
template <class T>
struct PageRoom {
  explicit PageRoom(uint32_t rows) : values(new T[rows]), levels(rows), places(rows) {}
  std::unique_ptr<T[]> values;
  std::vector<int16_t> levels;
  std::vector<uint32_t> places;
};

template <class DType>
class ChunkReader {
 public:
  ChunkReader(const GroupLayout& group, const ChunkPages& chunk,
              const std::vector<RowRange>& ranges, bool nullable)
      : group_(group), chunk_(chunk), ranges_(ranges), nullable_(nullable) {}

  arrow::Status Read(parquet::ColumnReader* untyped, const std::vector<uint32_t>& pages,
                     ColumnRows* rows) {
    auto& reader = static_cast<parquet::TypedColumnReader<DType>&>(*untyped);
    uint32_t rows_max = 0;
    for (const uint32_t page : pages) rows_max = std::max(rows_max, RowsOf(page));
    PageRoom<typename DType::c_type> room(rows_max);
    RowsOut out(rows);
    size_t range = 0;
    for (const uint32_t page : pages)
      ARROW_RETURN_NOT_OK(ReadPage(&reader, page, &room, &range, &out));
    if (reader.HasNext()) return Misfit();
    return arrow::Status::OK();
  }

 private:
  using T = typename DType::c_type;

  static arrow::Status Misfit() { return arrow::Status::Invalid("pages do not fit their index"); }
  uint32_t RowsOf(uint32_t page) const {
    return EndRow(group_, chunk_, page) - chunk_.pages[page].first_row;
  }

  arrow::Status ReadPage(parquet::TypedColumnReader<DType>* reader, uint32_t page,
                         PageRoom<T>* room, size_t* range, RowsOut* out) {
    const uint32_t first = chunk_.pages[page].first_row;
    const uint32_t count = RowsOf(page);
    uint32_t done = 0;
    while (done < count) {
      // A page that the index tells apart is read at once: texts live as long as their page.
      int64_t value_count = 0;
      const auto got = static_cast<uint32_t>(
          reader->ReadBatch(count - done, nullable_ ? room->levels.data() : nullptr, nullptr,
                            room->values.get(), &value_count));
      if (got == 0 || (got != count && chunk_.pages.size() > 1)) return Misfit();
      const bool has_nulls = value_count != got;
      if (has_nulls && !nullable_) return Misfit();
      if (has_nulls) {
        uint32_t place = 0;
        for (uint32_t i = 0; i < got; ++i) {
          room->places[i] = place;
          place += room->levels[i] != 0 ? 1 : 0;
        }
        if (place != value_count) return Misfit();
      }
      const uint32_t begin = first + done;
      done += got;
      while (*range < ranges_.size()) {
        const RowRange& wanted = ranges_[*range];
        const uint32_t from = std::max(wanted.begin, begin);
        const uint32_t to = std::min(wanted.end, begin + got);
        if (from < to) {
          out->Append(room->values.get(), has_nulls ? room->levels.data() : nullptr,
                      room->places.data(), from - begin, to - begin);
        }
        if (wanted.end > begin + got) break;
        ++*range;
      }
    }
    return arrow::Status::OK();
  }

  const GroupLayout& group_;
  const ChunkPages& chunk_;
  const std::vector<RowRange>& ranges_;
  const bool nullable_;
};

template <class DType>
arrow::Status ReadTyped(const GroupLayout& group, const ChunkPages& chunk,
                        const std::vector<RowRange>& ranges, bool nullable,
                        const std::vector<uint32_t>& pages, parquet::ColumnReader* reader,
                        ColumnRows* rows) {
  return ChunkReader<DType>(group, chunk, ranges, nullable).Read(reader, pages, rows);
}

}  // namespace

Status ReadColumn(const FileLayout& file, const GroupLayout& group, int column,
                  const std::vector<RowRange>& ranges, const ReadBytes& read, ColumnRows* rows) {
  *rows = {};
  const auto& descriptor = *file.metadata().schema()->Column(column);
  switch (descriptor.physical_type()) {
    case parquet::Type::BOOLEAN: rows->kind = ColumnRows::Kind::kBools; break;
    case parquet::Type::BYTE_ARRAY: rows->kind = ColumnRows::Kind::kTexts; break;
    default: break;
  }
  const ChunkPages& chunk = group.columns[static_cast<size_t>(column)];
  const std::vector<uint32_t> pages = PagesOf(group, chunk, ranges);
  if (pages.empty()) return Status::Ok();
  int64_t row_count = 0;
  for (const uint32_t page : pages) {
    row_count += EndRow(group, chunk, page) - chunk.pages[page].first_row;
  }
  Status failure;
  return GuardArrow(util::StatusCode::kCorruption, fmt::format("cannot read '{}'", file.path()),
                    failure, [&]() -> arrow::Status {
                      auto bytes = FetchPages(chunk, pages, read);
                      if (!bytes.ok()) {
                        failure = bytes.status();
                        return arrow::Status::IOError(failure.message());
                      }
                      const auto reader =
                          OpenPages(file, column, std::move(bytes).value(), row_count);
                      const bool nullable = descriptor.max_definition_level() > 0;
                      switch (descriptor.physical_type()) {
                        case parquet::Type::BOOLEAN:
                          return ReadTyped<parquet::BooleanType>(group, chunk, ranges, nullable,
                                                                 pages, reader.get(), rows);
                        case parquet::Type::INT64:
                          return ReadTyped<parquet::Int64Type>(group, chunk, ranges, nullable,
                                                               pages, reader.get(), rows);
                        case parquet::Type::DOUBLE:
                          return ReadTyped<parquet::DoubleType>(group, chunk, ranges, nullable,
                                                                pages, reader.get(), rows);
                        case parquet::Type::BYTE_ARRAY:
                          return ReadTyped<parquet::ByteArrayType>(group, chunk, ranges, nullable,
                                                                   pages, reader.get(), rows);
                        default:
                          return arrow::Status::Invalid("a column is of a type that no table has");
                      }
                    });
}

}  // namespace influxdb3::persist
