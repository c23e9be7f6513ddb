#include "query/format/scalar_cells.h"

#include "arrow/api.h"

#include "query/format/json_text.h"

namespace influxdb3::query {
namespace {

template <bool kJson>
void Text(std::string_view text, ByteSink& sink) {
  if constexpr (kJson) {
    AppendJsonString(text, sink);
  } else {
    sink.Append(text);
  }
}

template <class Offset>
std::string_view View(const CellColumn& column, int64_t row) {
  const auto* offsets = static_cast<const Offset*>(column.offsets);
  return {column.bytes + offsets[row], static_cast<size_t>(offsets[row + 1] - offsets[row])};
}

template <class Offset, bool kJson>
void String(const CellColumn& column, int64_t row, ByteSink& sink) {
  Text<kJson>(View<Offset>(column, row), sink);
}

template <bool kJson>
void StringView(const CellColumn& column, int64_t row, ByteSink& sink) {
  Text<kJson>(static_cast<const arrow::BinaryViewArray*>(column.array)->GetView(row), sink);
}

template <bool kJson>
void Hex(std::string_view bytes, ByteSink& sink) {
  constexpr char kDigits[] = "0123456789abcdef";
  char* out = sink.Reserve(bytes.size() * 2 + 2);
  if constexpr (kJson) *out++ = '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 15];
  }
  if constexpr (kJson) *out++ = '"';
  sink.Commit(out);
}

template <class Offset, bool kJson>
void Binary(const CellColumn& column, int64_t row, ByteSink& sink) {
  Hex<kJson>(View<Offset>(column, row), sink);
}

template <bool kJson>
void BinaryView(const CellColumn& column, int64_t row, ByteSink& sink) {
  Hex<kJson>(static_cast<const arrow::BinaryViewArray*>(column.array)->GetView(row), sink);
}

template <bool kJson>
void FixedBinary(const CellColumn& column, int64_t row, ByteSink& sink) {
  Hex<kJson>(static_cast<const arrow::FixedSizeBinaryArray*>(column.array)->GetView(row), sink);
}

/// The JSON or the text variant of one function.
bool Use(bool json, CellColumn::AppendFunction as_json, CellColumn::AppendFunction as_text,
         CellColumn* column) {
  column->append = json ? as_json : as_text;
  return true;
}

template <class Offset>
void UseOffsets(CellColumn* column) {
  column->offsets = column->array->data()->template GetValues<Offset>(1);
  const auto& bytes = column->array->data()->buffers[2];
  column->bytes = bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes->data());
}

}  // namespace

bool SetTextCells(bool json, CellColumn* column) {
  switch (column->array->type_id()) {
    case arrow::Type::STRING:
      UseOffsets<int32_t>(column);
      column->may_need_quotes = true;
      return Use(json, String<int32_t, true>, String<int32_t, false>, column);
    case arrow::Type::LARGE_STRING:
      UseOffsets<int64_t>(column);
      column->may_need_quotes = true;
      return Use(json, String<int64_t, true>, String<int64_t, false>, column);
    case arrow::Type::STRING_VIEW:
      column->may_need_quotes = true;
      return Use(json, StringView<true>, StringView<false>, column);
    case arrow::Type::BINARY:
      UseOffsets<int32_t>(column);
      return Use(json, Binary<int32_t, true>, Binary<int32_t, false>, column);
    case arrow::Type::LARGE_BINARY:
      UseOffsets<int64_t>(column);
      return Use(json, Binary<int64_t, true>, Binary<int64_t, false>, column);
    case arrow::Type::BINARY_VIEW: return Use(json, BinaryView<true>, BinaryView<false>, column);
    case arrow::Type::FIXED_SIZE_BINARY:
      return Use(json, FixedBinary<true>, FixedBinary<false>, column);
    default: return false;
  }
}

}  // namespace influxdb3::query
