#include "query/format/scalar_cells.h"

#include "arrow/api.h"
#include "arrow/util/decimal.h"

#include "query/format/number_text.h"

namespace influxdb3::query {
namespace {

template <class T>
const T* Values(const CellColumn& column) {
  return static_cast<const T*>(column.values);
}

template <class T>
const void* RawValues(const arrow::Array& array) {
  return array.data()->template GetValues<T>(1);
}

void Boolean(const CellColumn& column, int64_t row, ByteSink& sink) {
  const int64_t bit = row + column.offset;
  const bool value = (Values<uint8_t>(column)[bit >> 3] >> (bit & 7) & 1) != 0;
  sink.Append(value ? std::string_view("true") : std::string_view("false"));
}

template <class Int>
void Integer(const CellColumn& column, int64_t row, ByteSink& sink) {
  sink.Commit(WriteInteger(Values<Int>(column)[row], sink.Reserve(kNumberBytesMax)));
}

template <class Float, FloatStyle kStyle>
void Floating(const CellColumn& column, int64_t row, ByteSink& sink) {
  sink.Commit(WriteFloat(Values<Float>(column)[row], kStyle, sink.Reserve(kNumberBytesMax)));
}

template <class Number>
void Decimal(const CellColumn& column, int64_t row, ByteSink& sink) {
  const auto* array = static_cast<const arrow::FixedSizeBinaryArray*>(column.array);
  std::string digits = Number(array->GetValue(row)).ToIntegerString();
  if (digits.front() == '-') {
    sink.Append('-');
    digits.erase(0, 1);
  }
  if (column.scale <= 0) {
    if (digits != "0") digits.append(static_cast<size_t>(-column.scale), '0');
    sink.Append(digits);
    return;
  }
  const auto scale = static_cast<size_t>(column.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  sink.Append(std::string_view(digits).substr(0, digits.size() - scale));
  sink.Append('.');
  sink.Append(std::string_view(digits).substr(digits.size() - scale));
}

bool AlwaysNull(const CellColumn& /*column*/, int64_t /*row*/) {
  return true;
}
void Nothing(const CellColumn& /*column*/, int64_t /*row*/, ByteSink& /*sink*/) {}

bool Use(CellColumn::AppendFunction append, CellColumn* column) {
  column->append = append;
  return true;
}

template <class Int>
bool UseInteger(CellColumn* column) {
  column->values = RawValues<Int>(*column->array);
  return Use(Integer<Int>, column);
}

template <class Float>
bool UseFloat(bool json, CellColumn* column) {
  column->values = RawValues<Float>(*column->array);
  return Use(json ? Floating<Float, FloatStyle::kJson> : Floating<Float, FloatStyle::kDisplay>,
             column);
}

template <class Number>
bool UseDecimal(CellColumn* column) {
  column->scale = static_cast<const arrow::DecimalType&>(*column->array->type()).scale();
  return Use(Decimal<Number>, column);
}

}  // namespace

bool SetNumberCells(bool json, CellColumn* column) {
  switch (column->array->type_id()) {
    case arrow::Type::NA: column->is_null = AlwaysNull; return Use(Nothing, column);
    case arrow::Type::BOOL:
      column->values = column->array->data()->buffers[1]->data();
      return Use(Boolean, column);
    case arrow::Type::INT8: return UseInteger<int8_t>(column);
    case arrow::Type::INT16: return UseInteger<int16_t>(column);
    case arrow::Type::INT32: return UseInteger<int32_t>(column);
    case arrow::Type::INT64: return UseInteger<int64_t>(column);
    case arrow::Type::UINT8: return UseInteger<uint8_t>(column);
    case arrow::Type::UINT16: return UseInteger<uint16_t>(column);
    case arrow::Type::UINT32: return UseInteger<uint32_t>(column);
    case arrow::Type::UINT64: return UseInteger<uint64_t>(column);
    case arrow::Type::FLOAT: return UseFloat<float>(json, column);
    case arrow::Type::DOUBLE: return UseFloat<double>(json, column);
    case arrow::Type::DECIMAL128: return UseDecimal<arrow::Decimal128>(column);
    case arrow::Type::DECIMAL256: return UseDecimal<arrow::Decimal256>(column);
    default: return false;
  }
}

}  // namespace influxdb3::query
