#include "buffer/testing/test_batch.h"

#include <algorithm>
#include <deque>
#include <ostream>
#include <tuple>
#include <type_traits>

namespace influxdb3::buffer::testing {
namespace {

struct Backing {
  std::deque<std::string> strings;
  std::vector<std::string_view> tag_values;
  std::vector<int64_t> time;
  std::vector<uint32_t> series;
  struct Field {
    std::vector<int64_t> int64_values;
    std::vector<uint64_t> uint64_values;
    std::vector<double> float64_values;
    std::vector<std::string_view> string_values;
    std::vector<uint8_t> bool_values;
    std::vector<uint64_t> validity;
  };
  std::map<uint32_t, Field> fields;

  std::string_view Keep(const std::string& text) { return strings.emplace_back(text); }
};

void SetValue(const FieldValue& value, size_t row, Backing* backing, Backing::Field* field) {
  if (const auto* v = std::get_if<int64_t>(&value)) field->int64_values[row] = *v;
  if (const auto* v = std::get_if<uint64_t>(&value)) field->uint64_values[row] = *v;
  if (const auto* v = std::get_if<double>(&value)) field->float64_values[row] = *v;
  if (const auto* v = std::get_if<std::string>(&value)) {
    field->string_values[row] = backing->Keep(*v);
  }
  if (const auto* v = std::get_if<bool>(&value)) field->bool_values[row] = *v ? 1 : 0;
  field->validity[row / 64] |= uint64_t{1} << (row % 64);
}

const void* ValuesOf(const Backing::Field& field, model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kInt64: return field.int64_values.data();
    case model::ColumnType::kUInt64: return field.uint64_values.data();
    case model::ColumnType::kString: return field.string_values.data();
    case model::ColumnType::kBool: return field.bool_values.data();
    default: return field.float64_values.data();
  }
}

void AddFields(const std::vector<TestRow>& rows, Backing* backing, model::TableBatch* batch) {
  std::map<uint32_t, model::ColumnType> types;
  std::map<uint32_t, size_t> counts;
  for (size_t row = 0; row < rows.size(); ++row) {
    for (const auto& [id, value] : rows[row].fields) {
      Backing::Field& field = backing->fields[id];
      if (types.emplace(id, TypeOf(value)).second) {
        field.int64_values.resize(rows.size());
        field.uint64_values.resize(rows.size());
        field.float64_values.resize(rows.size());
        field.string_values.resize(rows.size());
        field.bool_values.resize(rows.size());
        field.validity.resize((rows.size() + 63) / 64);
      }
      SetValue(value, row, backing, &field);
      ++counts[id];
    }
  }
  for (const auto& [id, type] : types) {
    const Backing::Field& field = backing->fields[id];
    const bool all_valid = counts[id] == rows.size();
    batch->fields.push_back({util::ColumnId(id), type, ValuesOf(field, type),
                             all_valid ? nullptr : field.validity.data()});
  }
}

FieldValue ValueAt(const ColumnView& column, uint32_t row, model::ColumnType type) {
  switch (type) {
    case model::ColumnType::kInt64: return static_cast<const int64_t*>(column.values)[row];
    case model::ColumnType::kUInt64: return static_cast<const uint64_t*>(column.values)[row];
    case model::ColumnType::kString:
      return std::string(static_cast<const StringRef*>(column.values)[row].view());
    case model::ColumnType::kBool: return static_cast<const uint8_t*>(column.values)[row] != 0;
    default: return static_cast<const double*>(column.values)[row];
  }
}

}  // namespace

std::string ToString(const TestRow& row) {
  std::string text;
  for (const std::string& tag : row.tags) text += tag + ",";
  text += " " + std::to_string(row.time_ns);
  for (const auto& [id, value] : row.fields) {
    text += " " + std::to_string(id) + "=";
    std::visit(
        [&](const auto& v) {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>) {
            text += v;
          } else {
            text += std::to_string(v);
          }
        },
        value);
  }
  return text;
}

void PrintTo(const TestRow& row, std::ostream* out) {
  *out << ToString(row);
}

model::ColumnType TypeOf(const FieldValue& value) {
  constexpr model::ColumnType kTypes[] = {model::ColumnType::kInt64, model::ColumnType::kUInt64,
                                          model::ColumnType::kFloat64, model::ColumnType::kString,
                                          model::ColumnType::kBool};
  return kTypes[value.index()];
}

model::WriteBatch MakeBatch(util::DbId db_id, util::TableId table_id,
                            const std::vector<util::ColumnId>& tag_columns,
                            const std::vector<TestRow>& rows) {
  auto backing = std::make_shared<Backing>();
  model::TableBatch batch;
  batch.db_id = db_id;
  batch.table_id = table_id;
  batch.row_count = static_cast<uint32_t>(rows.size());
  batch.tag_columns = tag_columns;
  std::map<std::vector<std::string>, uint32_t> series;
  for (const TestRow& row : rows) {
    std::vector<std::string> tags = row.tags;
    tags.resize(tag_columns.size());
    const auto [found, added] = series.emplace(tags, batch.series_count);
    if (added) {
      ++batch.series_count;
      for (const std::string& tag : tags) {
        backing->tag_values.push_back(tag.empty() ? std::string_view() : backing->Keep(tag));
      }
    }
    backing->series.push_back(found->second);
    backing->time.push_back(row.time_ns);
  }
  AddFields(rows, backing.get(), &batch);
  batch.time = backing->time.data();
  batch.series = backing->series.data();
  batch.tag_values = backing->tag_values.data();
  if (!rows.empty()) {
    const auto [min, max] = std::minmax_element(backing->time.begin(), backing->time.end());
    batch.min_time_ns = *min;
    batch.max_time_ns = *max;
  }
  return {{std::move(batch)}, backing};
}

TestRow ReadRow(const SeriesView& series, const SegmentView& segment, uint32_t row,
                const std::vector<model::ColumnType>& types) {
  TestRow result;
  result.time_ns = segment.time[row];
  for (const SeriesView::Tag& tag : series.tags) {
    const uint32_t code = tag.codes == nullptr ? 0 : tag.codes[segment.series[row]];
    result.tags.emplace_back(tag.dictionary[code].view());
  }
  while (!result.tags.empty() && result.tags.back().empty()) result.tags.pop_back();
  for (uint32_t id = 0; id < types.size(); ++id) {
    const ColumnView column = segment.column(util::ColumnId(id));
    if (column.IsValid(row)) result.fields[id] = ValueAt(column, row, types[id]);
  }
  return result;
}

std::vector<TestRow> ReadChunk(const SeriesView& series, const ChunkView& chunk,
                               const std::vector<model::ColumnType>& types) {
  std::vector<TestRow> rows;
  for (const SegmentView& segment : chunk.segments) {
    for (uint32_t row = 0; row < segment.row_count; ++row) {
      const uint32_t chunk_row = segment.first_row + row;
      const bool superseded =
          chunk.has_duplicates && ((chunk.superseded[chunk_row / 64] >> (chunk_row % 64)) & 1) != 0;
      if (!superseded) rows.push_back(ReadRow(series, segment, row, types));
    }
  }
  for (const SegmentView& segment : chunk.merged) {
    for (uint32_t row = 0; row < segment.row_count; ++row) {
      rows.push_back(ReadRow(series, segment, row, types));
    }
  }
  return rows;
}

std::vector<TestRow> ReadRows(const TableSnapshot& snapshot,
                              const std::vector<model::ColumnType>& types) {
  std::vector<TestRow> rows;
  for (const ChunkView& chunk : snapshot.chunks()) {
    const std::vector<TestRow> of_chunk = ReadChunk(snapshot.series(), chunk, types);
    rows.insert(rows.end(), of_chunk.begin(), of_chunk.end());
  }
  std::sort(rows.begin(), rows.end(), [](const TestRow& a, const TestRow& b) {
    return std::tie(a.tags, a.time_ns) < std::tie(b.tags, b.time_ns);
  });
  return rows;
}

}  // namespace influxdb3::buffer::testing
