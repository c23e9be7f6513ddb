#include <algorithm>
#include <cstring>
#include <utility>

#include "query/duckdb/selective_scan_data.h"

namespace influxdb3::query {
namespace {

using duckdb::ConstantVector;
using duckdb::FlatVector;
using duckdb::Vector;
using duckdb::VectorType;

/// Keeps what vectors point to as long as they live.
class RowsKeeper : public duckdb::VectorBuffer {
 public:
  explicit RowsKeeper(std::shared_ptr<const SelectiveRows> rows)
      : VectorBuffer(duckdb::VectorBufferType::OPAQUE_BUFFER), rows_(std::move(rows)) {}

 private:
  const std::shared_ptr<const SelectiveRows> rows_;
};

duckdb::string_t TextOf(const char* text, size_t size) {
  return duckdb::string_t(text, static_cast<uint32_t>(size));
}

}  // namespace

SelectiveOutput::SelectiveOutput(const SelectiveScanGlobal* global, const SelectiveFile* file,
                                 std::shared_ptr<const SelectiveRows> rows)
    : global_(*global),
      file_(*file),
      rows_(std::move(rows)),
      dictionaries_(global_.columns.size()),
      keeper_(duckdb::make_buffer<RowsKeeper>(rows_)),
      run_of_row_(STANDARD_VECTOR_SIZE) {}

void SelectiveOutput::Fill(duckdb::DataChunk* out) {
  const uint32_t count = std::min<uint32_t>(STANDARD_VECTOR_SIZE, rows_->row_count - row_);
  for (uint32_t filled = 0; filled < count;) {
    const persist::RowRange& range = rows_->ranges[range_];
    const uint32_t part = std::min(count - filled, range.end - range.begin - row_in_range_);
    std::fill_n(run_of_row_.begin() + filled, part, rows_->runs[range_]);
    filled += part;
    row_in_range_ += part;
    if (row_in_range_ == range.end - range.begin) {
      ++range_;
      row_in_range_ = 0;
    }
  }
  for (size_t i = 0; i < global_.columns.size(); ++i) {
    const SelectiveColumn& column = global_.columns[i];
    Vector& vector = out->data[i];
    const int in_file = file_.columns[i];
    if (column.source == SelectiveColumn::Source::kOrder ||
        column.source == SelectiveColumn::Source::kWalSeq) {
      vector.SetVectorType(VectorType::CONSTANT_VECTOR);
      ConstantVector::GetData<uint64_t>(vector)[0] =
          column.source == SelectiveColumn::Source::kOrder ? file_.file->order
                                                           : file_.file->max_wal_seq;
    } else if (in_file < 0) {
      vector.SetVectorType(VectorType::CONSTANT_VECTOR);
      ConstantVector::SetNull(vector, true);
    } else if (column.IsTag()) {
      FillTag(i, in_file, count, &vector);
    } else {
      FillValues(rows_->columns[static_cast<size_t>(in_file)], count, &vector);
    }
  }
  row_ += count;
  out->SetCardinality(count);
}

void SelectiveOutput::FillTag(size_t column, int in_file, uint32_t count, Vector* vector) {
  const auto& tag = rows_->layout->tags[static_cast<size_t>(in_file)];
  if (run_of_row_[0] == run_of_row_[count - 1]) {
    const int32_t code = tag.codes[run_of_row_[0]];
    vector->SetVectorType(VectorType::CONSTANT_VECTOR);
    ConstantVector::SetNull(*vector, code < 0);
    if (code < 0) return;
    const std::string& value = tag.values[static_cast<size_t>(code)];
    ConstantVector::GetData<duckdb::string_t>(*vector)[0] = TextOf(value.data(), value.size());
    duckdb::StringVector::AddBuffer(*vector, keeper_);
    return;
  }
  auto& dictionary = dictionaries_[column];
  if (!dictionary) {
    Vector values(duckdb::LogicalType::VARCHAR, tag.values.size() + 1);
    auto* texts = FlatVector::GetData<duckdb::string_t>(values);
    FlatVector::SetNull(values, 0, true);
    for (size_t i = 0; i < tag.values.size(); ++i) {
      texts[i + 1] = TextOf(tag.values[i].data(), tag.values[i].size());
    }
    duckdb::StringVector::AddBuffer(values, keeper_);
    dictionary = duckdb::make_buffer<duckdb::VectorChildBuffer>(std::move(values));
    dictionary->size = tag.values.size() + 1;
  }
  duckdb::SelectionVector codes(count);
  for (uint32_t i = 0; i < count; ++i) {
    codes.set_index(i, static_cast<duckdb::idx_t>(tag.codes[run_of_row_[i]] + 1));
  }
  vector->Dictionary(dictionary, codes);
}

void SelectiveOutput::FillValues(const persist::ColumnRows& values, uint32_t count,
                                 Vector* vector) const {
  vector->SetVectorType(VectorType::FLAT_VECTOR);
  switch (values.kind) {
    case persist::ColumnRows::Kind::kWords:
      std::memcpy(FlatVector::GetData(*vector), values.words.data() + row_,
                  count * sizeof(uint64_t));
      break;
    case persist::ColumnRows::Kind::kBools:
      std::memcpy(FlatVector::GetData(*vector), values.bools.data() + row_, count);
      break;
    case persist::ColumnRows::Kind::kTexts: {
      auto* texts = FlatVector::GetData<duckdb::string_t>(*vector);
      uint64_t begin = row_ == 0 ? 0 : values.ends[row_ - 1];
      for (uint32_t i = 0; i < count; ++i) {
        const uint64_t end = values.ends[row_ + i];
        texts[i] = TextOf(values.text.data() + begin, end - begin);
        begin = end;
      }
      duckdb::StringVector::AddBuffer(*vector, keeper_);
      break;
    }
  }
  if (values.valid.empty()) return;
  auto& validity = FlatVector::Validity(*vector);
  for (uint32_t i = 0; i < count; ++i) {
    if (values.valid[row_ + i] == 0) validity.SetInvalid(i);
  }
}

}  // namespace influxdb3::query
