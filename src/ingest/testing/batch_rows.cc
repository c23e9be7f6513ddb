#include "ingest/testing/batch_rows.h"

#include <algorithm>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "util/check.h"

namespace influxdb3::ingest::testing {
namespace {

using model::ColumnType;
using model::FieldColumn;
using model::TableBatch;

std::string ValueText(const FieldColumn& field, uint32_t row) {
  switch (field.type) {
    case ColumnType::kInt64: return fmt::format("i:{}", field.As<int64_t>()[row]);
    case ColumnType::kUInt64: return fmt::format("u:{}", field.As<uint64_t>()[row]);
    case ColumnType::kFloat64: return FloatText(field.As<double>()[row]);
    case ColumnType::kString: return "s:" + std::string(field.As<std::string_view>()[row]);
    case ColumnType::kBool: return fmt::format("b:{}", field.As<uint8_t>()[row]);
    case ColumnType::kTag: break;
  }
  CHECK(false);
  return "";
}

bool IsZero(const FieldColumn& field, uint32_t row) {
  switch (field.type) {
    case ColumnType::kInt64:
    case ColumnType::kUInt64:
    case ColumnType::kFloat64: return field.As<uint64_t>()[row] == 0;
    case ColumnType::kString: return field.As<std::string_view>()[row].empty();
    case ColumnType::kBool: return field.As<uint8_t>()[row] == 0;
    case ColumnType::kTag: break;
  }
  return false;
}

void CheckSeries(const TableBatch& batch, const model::TableSchema& schema) {
  const size_t stride = batch.tag_columns.size();
  CHECK(stride <= schema.tag_columns().size());
  CHECK(
      std::equal(batch.tag_columns.begin(), batch.tag_columns.end(), schema.tag_columns().begin()));
  std::set<std::vector<std::string>> distinct;
  for (uint32_t series = 0; series < batch.series_count; ++series) {
    std::vector<std::string> tags;
    for (size_t i = 0; i < stride; ++i) {
      const std::string_view value = batch.tag_values[series * stride + i];
      CHECK((value.data() == nullptr) == value.empty());
      tags.emplace_back(value);
    }
    CHECK(distinct.insert(tags).second);
  }
  std::vector<bool> seen(batch.series_count);
  for (uint32_t row = 0; row < batch.row_count; ++row) {
    CHECK(batch.series[row] < batch.series_count);
    seen[batch.series[row]] = true;
  }
  CHECK(std::find(seen.begin(), seen.end(), false) == seen.end());
}

void CheckField(const FieldColumn& field, uint32_t row_count, const model::TableSchema& schema) {
  CHECK(schema.column(field.column_id).type == field.type);
  uint32_t valid = 0;
  for (uint32_t row = 0; row < row_count; ++row) {
    if (field.IsValid(row)) {
      ++valid;
    } else {
      CHECK(IsZero(field, row));
    }
  }
  CHECK(valid > 0);
  if (field.validity != nullptr && row_count % 64 != 0) {
    CHECK(field.validity[row_count / 64] >> (row_count % 64) == 0);
  }
}

Row ReadRow(const TableBatch& batch, uint32_t row, const model::TableSchema& schema) {
  Row out;
  out.time_ns = batch.time[row];
  const size_t stride = batch.tag_columns.size();
  for (size_t i = 0; i < stride; ++i) {
    const std::string_view value = batch.tag_values[batch.series[row] * stride + i];
    if (value.empty()) continue;
    out.tags.emplace(schema.column(batch.tag_columns[i]).name, value);
  }
  for (const FieldColumn& field : batch.fields) {
    if (!field.IsValid(row)) continue;
    out.fields.emplace(schema.column(field.column_id).name, ValueText(field, row));
  }
  return out;
}

}  // namespace

std::string FloatText(double value) {
  return fmt::format("f:{:a}", value);
}

std::string Row::ToString() const {
  std::string out;
  for (const auto& [name, value] : tags) out += fmt::format("{}={} ", name, value);
  out += "|";
  for (const auto& [name, value] : fields) out += fmt::format(" {}={}", name, value);
  return out + fmt::format(" | {}", time_ns);
}

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.ToString();
}

std::shared_ptr<const catalog::CatalogState> StateAfter(const BuiltBatch& built,
                                                        const catalog::CatalogState& before) {
  auto after = before.Apply(built.ops);
  CHECK(after.ok());
  return *after;
}

Rows ReadRows(const BuiltBatch& built, const catalog::CatalogState& before) {
  CHECK(built.status.ok() || (built.batch.empty() && built.ops.empty()));
  CHECK(built.batch.row_count() == built.lines_accepted);
  CHECK(built.batch.empty() == (built.batch.backing == nullptr));
  const auto state = StateAfter(built, before);
  Rows rows;
  for (const TableBatch& batch : built.batch.tables) {
    CHECK(batch.row_count > 0);
    const auto schema = state->FindTable(batch.db_id, batch.table_id);
    CHECK(schema != nullptr);
    CheckSeries(batch, *schema);
    std::set<uint32_t> columns;
    for (const FieldColumn& field : batch.fields) {
      CHECK(columns.insert(field.column_id.value).second);
      CheckField(field, batch.row_count, *schema);
    }
    const auto [min, max] = std::minmax_element(batch.time, batch.time + batch.row_count);
    CHECK(*min == batch.min_time_ns && *max == batch.max_time_ns);
    for (uint32_t row = 0; row < batch.row_count; ++row) {
      rows[schema->name()].push_back(ReadRow(batch, row, *schema));
    }
  }
  return rows;
}

}  // namespace influxdb3::ingest::testing
