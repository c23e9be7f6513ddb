#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "duckdb.hpp"

#include "duckdb/function/table_function.hpp"

#include "persist/layout_cache.h"
#include "query/duckdb/scan_source.h"
#include "query/duckdb/selective_filter.h"
#include "query/duckdb/selective_rows.h"
#include "query/parquet_cache.h"

namespace influxdb3::query {

class SelectiveReads {
 public:
  explicit SelectiveReads(std::shared_ptr<ParquetCache> cache) : cache_(std::move(cache)) {}

  persist::ReadBytes ReaderOf(const persist::ParquetFile& file) const;
  persist::LayoutCache& layouts() { return layouts_; }

 private:
  static constexpr size_t kLayoutBytesMax = size_t{64} << 20;

  const std::shared_ptr<ParquetCache> cache_;
  persist::LayoutCache layouts_{kLayoutBytesMax};
};

struct SelectiveScanData : public duckdb::TableFunctionData {
  std::shared_ptr<SelectiveReads> reads;
  std::shared_ptr<const FileScan> scan;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    auto copy = duckdb::make_uniq<SelectiveScanData>();
    copy->reads = reads;
    copy->scan = scan;
    return copy;
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    return scan == other.Cast<SelectiveScanData>().scan;
  }
};

/// One column that the scan fills: a column of the table or one of FileScan's own.
struct SelectiveColumn {
  enum class Source { kTable, kOrder, kWalSeq, kPlaceholder };
  Source source = Source::kPlaceholder;
  const ScanColumn* column = nullptr;  ///< kTable
  duckdb::LogicalType type;

  bool IsTag() const { return column != nullptr && column->kind == ScanColumn::Kind::kTag; }
  bool IsTime() const { return column != nullptr && column->kind == ScanColumn::Kind::kTime; }
};

struct SelectiveFile {
  const persist::ParquetFile* file = nullptr;
  std::shared_ptr<const persist::FileLayout> layout;
  persist::ReadBytes read;
  std::vector<int> columns;  ///< of the file, by column of the scan; -1 = not in the file
};

/// A row group that a thread takes.
struct SelectiveUnit {
  size_t file = 0;
  size_t group = 0;
};

/// What the threads of a scan share, read-only but for the counter.
struct SelectiveScanGlobal : public duckdb::GlobalTableFunctionState {
  const SelectiveScanData* data = nullptr;
  std::vector<SelectiveColumn> columns;
  duckdb::vector<duckdb::idx_t> projection;
  duckdb::vector<duckdb::LogicalType> types;
  std::vector<std::pair<size_t, const duckdb::TableFilter*>> filters;  ///< by column of the scan
  model::TimeRange times = model::TimeRange::All();
  bool newest_only = false;
  std::vector<SelectiveFile> files;
  std::vector<SelectiveUnit> units;
  std::atomic<size_t> next_unit{0};

  duckdb::idx_t MaxThreads() const override { return std::max<size_t>(1, units.size()); }
};

/// Fills vectors with the rows of one unit.
class SelectiveOutput {
 public:
  SelectiveOutput(const SelectiveScanGlobal* global, const SelectiveFile* file,
                  std::shared_ptr<const SelectiveRows> rows);

  bool IsExhausted() const { return row_ == rows_->row_count; }
  /// The next rows, at most STANDARD_VECTOR_SIZE.
  void Fill(duckdb::DataChunk* out);

 private:
  void FillTag(size_t column, int in_file, uint32_t count, duckdb::Vector* vector);
  void FillValues(const persist::ColumnRows& values, uint32_t count, duckdb::Vector* vector) const;

  const SelectiveScanGlobal& global_;
  const SelectiveFile& file_;
  const std::shared_ptr<const SelectiveRows> rows_;
  std::vector<duckdb::buffer_ptr<duckdb::VectorChildBuffer>> dictionaries_;  // by column
  duckdb::buffer_ptr<duckdb::VectorBuffer> keeper_;
  uint32_t row_ = 0;
  size_t range_ = 0;  // that row_ is in
  uint32_t row_in_range_ = 0;
  std::vector<uint32_t> run_of_row_;
};

}  // namespace influxdb3::query
