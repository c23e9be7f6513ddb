#include "persist/parquet_properties.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace influxdb3::persist {
namespace {

using model::ColumnType;

constexpr int64_t kDictionaryPageBytesMax = int64_t{16} << 20;
constexpr int64_t kBloomValuesMin = 64;
constexpr double kBloomFalsePositives = 0.02;
/// A dictionary of floats pays when each value occurs this often, and when it stays small.
constexpr int64_t kRepeatsMin = 8;
constexpr size_t kDistinctFloatsMax = 8192;

/// A set of up to kDistinctFloatsMax + 1 words. Every file asks for each of its columns, so it does
/// not allocate per value.
class DistinctBits {
 public:
  void Insert(uint64_t bits) {
    if (bits == 0) {  // which stands for a free slot
      has_zero_ = true;
      return;
    }
    size_t slot = (bits * kGoldenRatio) >> (64 - kSlotBits);
    while (slots_[slot] != 0 && slots_[slot] != bits) slot = (slot + 1) % slots_.size();
    if (slots_[slot] == 0) ++others_;
    slots_[slot] = bits;
  }
  size_t size() const { return others_ + (has_zero_ ? 1 : 0); }

 private:
  static constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
  static constexpr int kSlotBits = 14;
  static_assert((size_t{1} << kSlotBits) > kDistinctFloatsMax + 2);

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(size_t{1} << kSlotBits);
  size_t others_ = 0;
  bool has_zero_ = false;
};

/// Whether floats repeat so often (percentages, sensors of few digits) that a dictionary pays.
bool FewDistinctFloats(const arrow::ChunkedArray& column) {
  const auto distinct_max =
      std::min(kDistinctFloatsMax, static_cast<size_t>(column.length() / kRepeatsMin));
  DistinctBits seen;
  for (const auto& chunk : column.chunks()) {
    const auto& values = static_cast<const arrow::DoubleArray&>(*chunk);
    for (int64_t row = 0; row < values.length(); ++row) {
      if (values.IsNull(row)) continue;
      uint64_t bits = 0;
      const double value = values.Value(row);
      std::memcpy(&bits, &value, sizeof(bits));
      seen.Insert(bits);
      if (seen.size() > distinct_max) return false;
    }
  }
  return seen.size() > 0;
}

void ChooseEncoding(parquet::WriterProperties::Builder* builder, const std::string& name,
                    const arrow::ChunkedArray& column) {
  switch (column.type()->id()) {
    case arrow::Type::INT64:
    case arrow::Type::UINT64:
    case arrow::Type::TIMESTAMP:
      builder->disable_dictionary(name)->encoding(name, parquet::Encoding::DELTA_BINARY_PACKED);
      return;
    case arrow::Type::DOUBLE:
      if (!FewDistinctFloats(column)) builder->disable_dictionary(name);
      return;
    default: return;
  }
}

}  // namespace

std::shared_ptr<parquet::WriterProperties> ChooseProperties(
    const model::TableSchema& schema, const TableWriterOptions& options,
    const arrow::Table& first_rows, const std::vector<int64_t>& distinct_tag_values) {
  parquet::WriterProperties::Builder builder;
  builder.compression(arrow::Compression::ZSTD)
      ->compression_level(options.zstd_level)
      ->max_row_group_length(options.row_group_rows_max)
      ->dictionary_pagesize_limit(kDictionaryPageBytesMax)
      ->max_rows_per_page(options.page_rows_max)
      ->enable_page_checksum()
      ->enable_write_page_index();

  const size_t tag_count = schema.tag_columns().size();
  std::vector<parquet::SortingColumn> sorting;
  for (int i = 0; i < first_rows.num_columns(); ++i) {
    const std::string& name = first_rows.field(i)->name();
    if (static_cast<size_t>(i) >= tag_count) {
      ChooseEncoding(&builder, name, *first_rows.column(i));
      continue;
    }
    parquet::BloomFilterOptions bloom;
    bloom.ndv = std::max(kBloomValuesMin, distinct_tag_values[static_cast<size_t>(i)] * 2);
    bloom.fpp = kBloomFalsePositives;
    builder.enable_bloom_filter(name, bloom);
    sorting.push_back({.column_idx = i, .descending = false, .nulls_first = true});
  }
  sorting.push_back(
      {.column_idx = first_rows.num_columns() - 1, .descending = false, .nulls_first = false});
  builder.set_sorting_columns(std::move(sorting));
  return builder.build();
}

}  // namespace influxdb3::persist
