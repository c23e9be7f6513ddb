#include "query/duckdb/segment_output.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace influxdb3::query {
namespace {

using duckdb::FlatVector;
using duckdb::Vector;
using duckdb::VectorType;

size_t ElementBytes(const ScanColumn& column) {
  switch (column.type.id()) {
    case duckdb::LogicalTypeId::BOOLEAN: return 1;
    case duckdb::LogicalTypeId::VARCHAR: return sizeof(duckdb::string_t);
    default: return 8;
  }
}

void SetAllNull(Vector* vector) {
  vector->SetVectorType(VectorType::CONSTANT_VECTOR);
  duckdb::ConstantVector::SetNull(*vector, true);
}

// DuckDB only reads what is handed to it this way, but its interface is not const.
duckdb::data_ptr_t Mutable(const void* bytes) {
  return static_cast<duckdb::data_ptr_t>(const_cast<void*>(bytes));
}

void FieldRange(const ScanColumn& column, const buffer::ColumnView& view, uint32_t begin,
                Vector* vector) {
  if (view.values == nullptr) return SetAllNull(vector);
  const auto* bytes = static_cast<const uint8_t*>(view.values);
  FlatVector::SetData(*vector, Mutable(bytes + begin * ElementBytes(column)));
  if (view.validity != nullptr) {
    FlatVector::SetValidity(*vector, duckdb::ValidityMask(reinterpret_cast<duckdb::validity_t*>(
                                                              Mutable(view.validity + begin / 64)),
                                                          STANDARD_VECTOR_SIZE));
  }
}

template <class T>
void CopyRows(const buffer::ColumnView& view, const uint32_t* rows, uint32_t count, uint32_t to,
              Vector* vector) {
  // By width, not by type: the bytes are the same.
  T* out = reinterpret_cast<T*>(FlatVector::GetData(*vector)) + to;
  const T* values = static_cast<const T*>(view.values);
  for (uint32_t i = 0; i < count; ++i) out[i] = values[rows[i]];
}

void CopyField(const ScanColumn& column, const buffer::ColumnView& view, const uint32_t* rows,
               uint32_t count, uint32_t to, Vector* vector) {
  if (view.values == nullptr) {
    for (uint32_t i = 0; i < count; ++i) FlatVector::SetNull(*vector, to + i, true);
    return;
  }
  switch (ElementBytes(column)) {
    case 1: CopyRows<uint8_t>(view, rows, count, to, vector); break;
    case 8: CopyRows<uint64_t>(view, rows, count, to, vector); break;
    default: CopyRows<duckdb::string_t>(view, rows, count, to, vector); break;
  }
  if (view.validity == nullptr) return;
  for (uint32_t i = 0; i < count; ++i) {
    if (!view.IsValid(rows[i])) FlatVector::SetNull(*vector, to + i, true);
  }
}

}  // namespace

SegmentOutput::SegmentOutput(ScanSource* source, const std::vector<uint32_t>& columns) {
  for (uint32_t index : columns) {
    Output output;
    if (index != kNoScanColumn) output.column = &source->columns()[index];
    if (output.column != nullptr && output.column->kind == ScanColumn::Kind::kTag &&
        source->snapshot() != nullptr) {
      output.dictionary = source->TagDictionary(output.column->tag_index);
      output.codes = source->snapshot()->series().tags[output.column->tag_index].codes;
    }
    columns_.push_back(std::move(output));
  }
}

void SegmentOutput::TagRange(const Output& output, const uint32_t* series, uint32_t count,
                             Vector* vector) const {
  duckdb::SelectionVector codes(count);
  if (output.codes == nullptr) {
    for (uint32_t i = 0; i < count; ++i) codes.set_index(i, 0);
  } else {
    duckdb::sel_t* to = codes.data();
    for (uint32_t i = 0; i < count; ++i) to[i] = output.codes[series[i]];
  }
  vector->Dictionary(output.dictionary, codes);
}

void SegmentOutput::Range(const buffer::SegmentView& segment, uint32_t begin, uint32_t count,
                          duckdb::DataChunk* out) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Output& output = columns_[i];
    Vector& vector = out->data[i];
    if (output.column == nullptr) {
      SetAllNull(&vector);
    } else if (output.column->kind == ScanColumn::Kind::kTime) {
      FlatVector::SetData(vector, Mutable(segment.time + begin));
    } else if (output.column->kind == ScanColumn::Kind::kTag) {
      TagRange(output, segment.series + begin, count, &vector);
    } else {
      FieldRange(*output.column, segment.column(output.column->column_id), begin, &vector);
    }
  }
  out->SetCardinality(count);
}

void SegmentOutput::Selected(const buffer::SegmentView& segment, uint32_t begin,
                             const duckdb::SelectionVector& rows, uint32_t count,
                             duckdb::DataChunk* out) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Output& output = columns_[i];
    Vector& vector = out->data[i];
    if (output.column == nullptr) {
      SetAllNull(&vector);
    } else if (output.column->kind == ScanColumn::Kind::kTag) {
      duckdb::SelectionVector codes(count);
      for (uint32_t row = 0; row < count; ++row) {
        const uint32_t series = segment.series[begin + rows.get_index(row)];
        codes.set_index(row, output.codes == nullptr ? 0 : output.codes[series]);
      }
      vector.Dictionary(output.dictionary, codes);
    } else {
      if (output.column->kind == ScanColumn::Kind::kTime) {
        FlatVector::SetData(vector, Mutable(segment.time + begin));
      } else {
        FieldRange(*output.column, segment.column(output.column->column_id), begin, &vector);
      }
      if (vector.GetVectorType() == VectorType::FLAT_VECTOR) vector.Slice(rows, count);
    }
  }
  out->SetCardinality(count);
}

void SegmentOutput::BeginRows(duckdb::DataChunk* out) {
  for (Vector& vector : out->data) vector.SetVectorType(VectorType::FLAT_VECTOR);
}

void SegmentOutput::AppendRows(const buffer::SegmentView& segment, const uint32_t* rows,
                               uint32_t count, uint32_t to, duckdb::DataChunk* out) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Output& output = columns_[i];
    if (output.column == nullptr || output.column->kind == ScanColumn::Kind::kTag) continue;
    Vector& vector = out->data[i];
    if (output.column->kind == ScanColumn::Kind::kTime) {
      CopyRows<int64_t>({segment.time, nullptr}, rows, count, to, &vector);
    } else {
      CopyField(*output.column, segment.column(output.column->column_id), rows, count, to, &vector);
    }
  }
}

void SegmentOutput::FinishRows(const std::vector<uint32_t>& series, duckdb::DataChunk* out) const {
  const auto count = static_cast<uint32_t>(series.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Output& output = columns_[i];
    if (output.column == nullptr) {
      SetAllNull(&out->data[i]);
    } else if (output.column->kind == ScanColumn::Kind::kTag) {
      TagRange(output, series.data(), count, &out->data[i]);
    }
  }
  out->SetCardinality(count);
}

}  // namespace influxdb3::query
