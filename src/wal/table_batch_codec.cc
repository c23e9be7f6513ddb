#include "wal/table_batch_codec.h"

#include <algorithm>
#include <utility>

#include "wal/byte_planes.h"

namespace influxdb3::wal {
namespace {

using model::ByteReader;
using model::ByteWriter;
using model::ColumnType;
using model::FieldColumn;
using model::TableBatch;
using util::Result;
using util::Status;

constexpr uint32_t kAbsentTag = 0xFFFFFFFF;
constexpr std::string_view kEmptyValue = "";
constexpr uint32_t kPlain = 0;
constexpr uint32_t kBytePlanes = 1;
// Fewer rows are not worth rearranging.
constexpr uint32_t kBytePlanesRowsMin = 16;

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

// Most strings of a batch are short: a call of memcpy for each would take most of the time.
char* CopyString(std::string_view text, char* to) {
  const size_t size = text.size();
  if (size > 16) {
    std::memcpy(to, text.data(), size);
  } else if (size >= 8) {
    std::memcpy(to, text.data(), 8);
    std::memcpy(to + size - 8, text.data() + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, text.data(), 4);
    std::memcpy(to + size - 4, text.data() + size - 4, 4);
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = text[i];
  }
  return to + size;
}

// Lengths of all strings, then their bytes, so that decoding needs one pass and no search.
// `string(i)` is the i-th of `count`.
template <class StringAt>
void EncodeStrings(size_t count, const StringAt& string, ByteWriter* out) {
  char* lengths = out->Extend(count * sizeof(uint32_t));
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::string_view text = string(i);
    const uint32_t length =
        text.data() == nullptr ? kAbsentTag : static_cast<uint32_t>(text.size());
    std::memcpy(lengths + i * sizeof(length), &length, sizeof(length));
    bytes += text.size();
  }
  char* to = out->Extend(bytes);
  for (size_t i = 0; i < count; ++i) to = CopyString(string(i), to);
  out->Align8();
}

// One tag after the other: the values of a tag resemble each other more than those of a series.
void EncodeTags(const TableBatch& table, ByteWriter* out) {
  const size_t tags = table.tag_columns.size();
  const size_t series = table.series_count;
  size_t tag = 0;
  size_t number = 0;
  // Called for 0, 1, 2, … twice over: counting is faster than dividing.
  const auto next = [&](size_t i) {
    if (i == 0) tag = number = 0;
    if (number == series) {
      number = 0;
      ++tag;
    }
    return table.tag_values[number++ * tags + tag];
  };
  EncodeStrings(tags * series, next, out);
}

Status DecodeTags(TableBatch* table, ByteReader* in, DecodedBacking* backing) {
  const size_t tags = table->tag_columns.size();
  const size_t series = table->series_count;
  const char* lengths = in->TakeArray(uint64_t{tags} * series, sizeof(uint32_t));
  if (lengths == nullptr) return Status::Corruption("the tag values of a table end early");
  std::vector<std::string_view>& values = backing->strings.emplace_back(tags * series);
  for (size_t tag = 0; tag < tags; ++tag) {
    for (size_t i = 0; i < series; ++i, lengths += sizeof(uint32_t)) {
      uint32_t length;
      std::memcpy(&length, lengths, sizeof(length));
      if (length == kAbsentTag) continue;
      const char* bytes = in->Take(length);
      if (bytes == nullptr) return Status::Corruption("the tag values of a table end early");
      if (length == 0) return Status::Corruption("a tag value is empty");
      values[i * tags + tag] = std::string_view(bytes, length);
    }
  }
  in->Align8();
  table->tag_values = values.data();
  return Status::Ok();
}

Result<const std::string_view*> DecodeFieldStrings(uint32_t count, ByteReader* in,
                                                   DecodedBacking* backing) {
  const char* lengths = in->TakeArray(count, sizeof(uint32_t));
  if (lengths == nullptr) return Status::Corruption("a string column ends early");
  std::vector<std::string_view>& strings = backing->strings.emplace_back(count);
  for (std::string_view& text : strings) {
    uint32_t length;
    std::memcpy(&length, lengths, sizeof(length));
    lengths += sizeof(length);
    const char* bytes = in->Take(length);
    if (bytes == nullptr) return Status::Corruption("a string column ends early");
    text = std::string_view(bytes, length);
  }
  in->Align8();
  return static_cast<const std::string_view*>(strings.data());
}

void EncodeNumbers(const void* values, uint32_t count, size_t width, uint32_t layout,
                   ByteWriter* out) {
  if (layout == kBytePlanes && width > 1) {
    SplitIntoBytePlanes(values, count, width, out->Extend(count * width));
  } else {
    out->PutBytes(values, count * width);
  }
  out->Align8();
}

// Null when the bytes end early.
const char* DecodeNumbers(uint32_t count, size_t width, uint32_t layout, ByteReader* in,
                          DecodedBacking* backing) {
  const char* values = in->TakeArray(count, width);
  in->Align8();
  if (values == nullptr || layout == kPlain || width == 1) return values;
  backing->columns.emplace_back(new uint64_t[(size_t{count} * width + 7) / 8]);
  char* joined = reinterpret_cast<char*>(backing->columns.back().get());
  JoinBytePlanes(values, count, width, joined);
  return joined;
}

void EncodeField(const FieldColumn& field, uint32_t rows, uint32_t layout, ByteWriter* out) {
  out->Put(field.column_id.value);
  out->Put(static_cast<uint8_t>(field.type));
  out->Put(static_cast<uint8_t>(field.validity != nullptr));
  out->Put(uint16_t{0});
  if (field.validity != nullptr) out->PutBytes(field.validity, ValidityWords(rows) * 8);
  if (field.type == ColumnType::kString) {
    // An empty string is a value here, wherever it points to; the absent mark is for tags only.
    const auto* strings = field.As<std::string_view>();
    EncodeStrings(
        rows, [strings](size_t row) { return strings[row].empty() ? kEmptyValue : strings[row]; },
        out);
  } else {
    EncodeNumbers(field.values, rows, FixedWidth(field.type), layout, out);
  }
}

Result<FieldColumn> DecodeField(uint32_t rows, uint32_t layout, ByteReader* in,
                                DecodedBacking* backing) {
  FieldColumn field;
  field.column_id = util::ColumnId(in->Get<uint32_t>());
  const uint8_t type = in->Get<uint8_t>();
  const uint8_t has_validity = in->Get<uint8_t>();
  const uint16_t zero = in->Get<uint16_t>();
  if (type == 0 || type > static_cast<uint8_t>(ColumnType::kBool) || has_validity > 1 ||
      zero != 0) {
    return Status::Corruption("the header of a field column is damaged");
  }
  field.type = static_cast<ColumnType>(type);
  if (has_validity != 0) {
    field.validity =
        reinterpret_cast<const uint64_t*>(in->TakeArray(ValidityWords(rows), sizeof(uint64_t)));
    if (field.validity == nullptr) return Status::Corruption("a field column ends early");
    if (rows % 64 != 0 && (field.validity[rows / 64] >> (rows % 64)) != 0) {
      return Status::Corruption("a field column marks rows past its end");
    }
  }
  if (field.type == ColumnType::kString) {
    ASSIGN_OR_RETURN(field.values, DecodeFieldStrings(rows, in, backing));
    return field;
  }
  const char* values = DecodeNumbers(rows, FixedWidth(field.type), layout, in, backing);
  if (values == nullptr) return Status::Corruption("a field column ends early");
  if (field.type == ColumnType::kBool &&
      std::any_of(values, values + rows, [](char value) { return value != 0 && value != 1; })) {
    return Status::Corruption("a boolean is neither 0 nor 1");
  }
  field.values = values;
  return field;
}

Status DecodeRows(uint32_t layout, TableBatch* table, ByteReader* in, DecodedBacking* backing) {
  const uint32_t rows = table->row_count;
  table->time =
      reinterpret_cast<const int64_t*>(DecodeNumbers(rows, sizeof(int64_t), layout, in, backing));
  table->series =
      reinterpret_cast<const uint32_t*>(DecodeNumbers(rows, sizeof(uint32_t), layout, in, backing));
  if (!in->ok()) return Status::Corruption("the rows of a table end early");
  const auto [first, last] = std::minmax_element(table->time, table->time + rows);
  if (*first < table->min_time_ns || *last > table->max_time_ns) {
    return Status::Corruption("the times of a table are not within its bounds");
  }
  if (*std::max_element(table->series, table->series + rows) >= table->series_count) {
    return Status::Corruption("a row has an impossible series");
  }
  return Status::Ok();
}

}  // namespace

void EncodeTableBatch(const TableBatch& table, ByteWriter* out) {
  const uint32_t layout = table.row_count < kBytePlanesRowsMin ? kPlain : kBytePlanes;
  out->Put(table.db_id.value);
  out->Put(table.table_id.value);
  out->Put(table.row_count);
  out->Put(table.series_count);
  out->Put(table.min_time_ns);
  out->Put(table.max_time_ns);
  out->Put(layout);
  out->Put(static_cast<uint32_t>(table.tag_columns.size()));
  out->Put(static_cast<uint32_t>(table.fields.size()));
  for (util::ColumnId column : table.tag_columns) out->Put(column.value);
  EncodeTags(table, out);
  EncodeNumbers(table.time, table.row_count, sizeof(int64_t), layout, out);
  EncodeNumbers(table.series, table.row_count, sizeof(uint32_t), layout, out);
  for (const FieldColumn& field : table.fields) {
    EncodeField(field, table.row_count, layout, out);
  }
}

Result<TableBatch> DecodeTableBatch(ByteReader* in, DecodedBacking* backing) {
  TableBatch table;
  table.db_id = util::DbId(in->Get<uint32_t>());
  table.table_id = util::TableId(in->Get<uint32_t>());
  table.row_count = in->Get<uint32_t>();
  table.series_count = in->Get<uint32_t>();
  table.min_time_ns = in->Get<int64_t>();
  table.max_time_ns = in->Get<int64_t>();
  const uint32_t layout = in->Get<uint32_t>();
  const uint32_t tag_count = in->Get<uint32_t>();
  const uint32_t field_count = in->Get<uint32_t>();
  const char* tag_columns = in->TakeArray(tag_count, sizeof(uint32_t));
  if (tag_columns == nullptr || table.row_count == 0 || layout > kBytePlanes) {
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
  RETURN_IF_ERROR(DecodeTags(&table, in, backing));
  RETURN_IF_ERROR(DecodeRows(layout, &table, in, backing));
  for (uint32_t i = 0; i < field_count; ++i) {
    ASSIGN_OR_RETURN(FieldColumn field, DecodeField(table.row_count, layout, in, backing));
    table.fields.push_back(field);
  }
  if (!in->ok()) return Status::Corruption("the rows of a table end early");
  return table;
}

}  // namespace influxdb3::wal
