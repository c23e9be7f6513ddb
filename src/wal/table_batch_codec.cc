#include "wal/table_batch_codec.h"

#include <algorithm>
#include <utility>

namespace influxdb3::wal {
namespace {

using model::ColumnType;
using model::FieldColumn;
using model::TableBatch;
using util::Result;
using util::Status;

constexpr uint32_t kAbsentTag = 0xFFFFFFFF;

size_t ValidityWords(uint32_t rows) {
  return (size_t{rows} + 63) / 64;
}

size_t FixedWidth(ColumnType type) {
  switch (type) {
    case ColumnType::kInt64:
    case ColumnType::kUInt64:
    case ColumnType::kFloat64: return 8;
    case ColumnType::kBool: return 1;
    case ColumnType::kString:
    case ColumnType::kTag: return 0;
  }
  return 0;
}

// Lengths of all strings, then their bytes, so that decoding needs one pass and no search.
void EncodeStrings(const std::string_view* strings, size_t count, ByteWriter* out) {
  for (size_t i = 0; i < count; ++i) {
    out->Put(strings[i].data() == nullptr ? kAbsentTag : static_cast<uint32_t>(strings[i].size()));
  }
  for (size_t i = 0; i < count; ++i) out->PutBytes(strings[i].data(), strings[i].size());
  out->Align8();
}

Result<const std::string_view*> DecodeStrings(uint64_t count, ByteReader* in,
                                              DecodedBacking* backing) {
  const char* lengths = in->TakeArray(count, sizeof(uint32_t));
  if (lengths == nullptr) return Status::Corruption("a string column ends early");
  std::vector<std::string_view>& strings = backing->strings.emplace_back();
  strings.resize(static_cast<size_t>(count));
  for (size_t i = 0; i < count; ++i) {
    uint32_t length;
    std::memcpy(&length, lengths + i * sizeof(length), sizeof(length));
    if (length == kAbsentTag) continue;
    const char* bytes = in->Take(length);
    if (bytes == nullptr) return Status::Corruption("a string column ends early");
    strings[i] = std::string_view(bytes, length);
  }
  in->Align8();
  return static_cast<const std::string_view*>(strings.data());
}

void EncodeField(const FieldColumn& field, uint32_t rows, ByteWriter* out) {
  out->Put(field.column_id.value);
  out->Put(static_cast<uint8_t>(field.type));
  out->Put(static_cast<uint8_t>(field.validity != nullptr));
  out->Put(uint16_t{0});
  if (field.validity != nullptr) out->PutBytes(field.validity, ValidityWords(rows) * 8);
  if (field.type == ColumnType::kString) {
    // An empty string is a value here; the absent mark is for tags only.
    const auto* strings = field.As<std::string_view>();
    for (uint32_t row = 0; row < rows; ++row) out->Put(static_cast<uint32_t>(strings[row].size()));
    for (uint32_t row = 0; row < rows; ++row) {
      out->PutBytes(strings[row].data(), strings[row].size());
    }
  } else {
    out->PutBytes(field.values, FixedWidth(field.type) * rows);
  }
  out->Align8();
}

Result<FieldColumn> DecodeField(uint32_t rows, ByteReader* in, DecodedBacking* backing) {
  FieldColumn field;
  field.column_id = util::ColumnId(in->Get<uint32_t>());
  const uint8_t type = in->Get<uint8_t>();
  const bool has_validity = in->Get<uint8_t>() != 0;
  in->Get<uint16_t>();
  if (type == 0 || type > static_cast<uint8_t>(ColumnType::kBool)) {
    return Status::Corruption("a field column has an unknown type");
  }
  field.type = static_cast<ColumnType>(type);
  if (has_validity) {
    field.validity =
        reinterpret_cast<const uint64_t*>(in->TakeArray(ValidityWords(rows), sizeof(uint64_t)));
    if (field.validity == nullptr) return Status::Corruption("a field column ends early");
    if (rows % 64 != 0 && (field.validity[rows / 64] >> (rows % 64)) != 0) {
      return Status::Corruption("a field column marks rows past its end");
    }
  }
  if (field.type == ColumnType::kString) {
    ASSIGN_OR_RETURN(field.values, DecodeStrings(rows, in, backing));
    return field;
  }
  const char* values = in->TakeArray(rows, FixedWidth(field.type));
  if (values == nullptr) return Status::Corruption("a field column ends early");
  if (field.type == ColumnType::kBool &&
      std::any_of(values, values + rows, [](char value) { return value != 0 && value != 1; })) {
    return Status::Corruption("a boolean is neither 0 nor 1");
  }
  field.values = values;
  in->Align8();
  return field;
}

Status DecodeRows(TableBatch* table, ByteReader* in) {
  table->time = reinterpret_cast<const int64_t*>(in->TakeArray(table->row_count, sizeof(int64_t)));
  table->series =
      reinterpret_cast<const uint32_t*>(in->TakeArray(table->row_count, sizeof(uint32_t)));
  in->Align8();
  if (!in->ok()) return Status::Corruption("the rows of a table end early");
  for (uint32_t row = 0; row < table->row_count; ++row) {
    if (table->series[row] >= table->series_count || table->time[row] < table->min_time_ns ||
        table->time[row] > table->max_time_ns) {
      return Status::Corruption("a row has an impossible series or time");
    }
  }
  return Status::Ok();
}

}  // namespace

void EncodeTableBatch(const TableBatch& table, ByteWriter* out) {
  out->Put(table.db_id.value);
  out->Put(table.table_id.value);
  out->Put(table.row_count);
  out->Put(table.series_count);
  out->Put(table.min_time_ns);
  out->Put(table.max_time_ns);
  out->Put(static_cast<uint32_t>(table.tag_columns.size()));
  out->Put(static_cast<uint32_t>(table.fields.size()));
  for (util::ColumnId column : table.tag_columns) out->Put(column.value);
  EncodeStrings(table.tag_values, table.tag_columns.size() * table.series_count, out);
  out->PutBytes(table.time, sizeof(int64_t) * table.row_count);
  out->PutBytes(table.series, sizeof(uint32_t) * table.row_count);
  out->Align8();
  for (const FieldColumn& field : table.fields) EncodeField(field, table.row_count, out);
}

Result<TableBatch> DecodeTableBatch(ByteReader* in, DecodedBacking* backing) {
  TableBatch table;
  table.db_id = util::DbId(in->Get<uint32_t>());
  table.table_id = util::TableId(in->Get<uint32_t>());
  table.row_count = in->Get<uint32_t>();
  table.series_count = in->Get<uint32_t>();
  table.min_time_ns = in->Get<int64_t>();
  table.max_time_ns = in->Get<int64_t>();
  const uint32_t tag_count = in->Get<uint32_t>();
  const uint32_t field_count = in->Get<uint32_t>();
  const char* tag_columns = in->TakeArray(tag_count, sizeof(uint32_t));
  if (tag_columns == nullptr || table.row_count == 0) {
    return Status::Corruption("the header of a table's rows is damaged");
  }
  table.tag_columns.resize(tag_count);
  for (uint32_t i = 0; i < tag_count; ++i) {
    std::memcpy(&table.tag_columns[i].value, tag_columns + i * sizeof(uint32_t), sizeof(uint32_t));
  }
  // Each row has a series of its own at most: bounds what a table without tags may declare.
  if (table.series_count > table.row_count) {
    return Status::Corruption("a table has more series than rows");
  }
  ASSIGN_OR_RETURN(table.tag_values,
                   DecodeStrings(uint64_t{tag_count} * table.series_count, in, backing));
  RETURN_IF_ERROR(DecodeRows(&table, in));
  for (uint32_t i = 0; i < field_count; ++i) {
    ASSIGN_OR_RETURN(FieldColumn field, DecodeField(table.row_count, in, backing));
    table.fields.push_back(field);
  }
  if (!in->ok()) return Status::Corruption("the rows of a table end early");
  return table;
}

}  // namespace influxdb3::wal
