#include "query/duckdb/buffer_scan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "duckdb/function/table_function.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "duckdb/planner/operator/logical_get.hpp"

#include "query/duckdb/scan_filter.h"
#include "query/duckdb/scan_source.h"
#include "query/duckdb/segment_output.h"

namespace influxdb3::query {
namespace {

using duckdb::ClientContext;
using duckdb::idx_t;

// With fewer than this share of a table's series selected, their rows are looked up one series
// after the other instead of scanning for them.
constexpr uint32_t kLookUpShare = 16;

struct BufferScanData : public duckdb::FunctionData {
  std::shared_ptr<ScanSource> source;
  ScanFilter filter;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
    return duckdb::make_uniq<BufferScanData>(*this);
  }
  bool Equals(const duckdb::FunctionData& other) const override {
    return source == other.Cast<BufferScanData>().source;
  }
};

/// A piece of work that one thread takes at a time.
struct ScanUnit {
  const buffer::ChunkView* chunk = nullptr;
  /// Null: look up the selected series in the whole chunk.
  const buffer::SegmentView* segment = nullptr;
  bool merged = false;  ///< the segment is one of chunk->merged
};

struct BufferScanGlobal : public duckdb::GlobalTableFunctionState {
  const BufferScanData* data = nullptr;
  std::unique_ptr<SegmentOutput> output;
  std::vector<ScanUnit> units;
  std::vector<uint32_t> looked_up;  ///< series, when units look up
  std::atomic<size_t> next_unit{0};

  idx_t MaxThreads() const override { return std::max<size_t>(1, units.size() / 4); }
};

struct BufferScanLocal : public duckdb::LocalTableFunctionState {
  idx_t unit_index = 0;
  const ScanUnit* unit = nullptr;
  uint32_t position = 0;              ///< row of the segment, or index into rows
  std::vector<uint32_t> rows;         ///< chunk-wide rows of a look-up, ascending
  std::vector<uint32_t> series_rows;  ///< scratch
};

duckdb::unique_ptr<duckdb::FunctionData> Bind(ClientContext& context,
                                              duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  const auto sources = context.registered_state->Get<QuerySources>(QuerySources::kKey);
  const auto index = input.inputs[0].GetValue<uint64_t>();
  if (!sources || index >= sources->tables.size()) {
    throw duckdb::BinderException("the scan has no source");
  }
  auto data = duckdb::make_uniq<BufferScanData>();
  data->source = sources->tables[index];
  data->filter.time = data->source->visible();
  for (const ScanColumn& column : data->source->columns()) {
    names.push_back(column.engine_name);
    types.push_back(column.type);
  }
  return data;
}

void PushDownFilters(ClientContext& context, duckdb::LogicalGet& get, duckdb::FunctionData* bound,
                     duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) {
  auto& data = bound->Cast<BufferScanData>();
  std::vector<uint32_t> columns;
  for (const duckdb::ColumnIndex& column : get.GetColumnIds()) {
    const idx_t index = column.IsVirtualColumn() ? UINT32_MAX : column.GetPrimaryIndex();
    columns.push_back(static_cast<uint32_t>(index));
  }
  ExtractScanFilters(context, *data.source, columns, &filters, &data.filter);
}

duckdb::unique_ptr<duckdb::NodeStatistics> Cardinality(ClientContext&,
                                                       const duckdb::FunctionData* bound) {
  const auto& data = bound->Cast<BufferScanData>();
  uint64_t rows = data.source->row_count();
  if (data.filter.SelectsSeries()) {
    rows = rows * data.filter.selected_count / data.filter.series_selected.size();
  }
  return duckdb::make_uniq<duckdb::NodeStatistics>(rows);
}

bool UseLookUp(const ScanFilter& filter) {
  return filter.SelectsSeries() &&
         filter.selected_count <= filter.series_selected.size() / kLookUpShare;
}

void PlanUnits(const BufferScanData& data, BufferScanGlobal* global) {
  const buffer::TableSnapshot* snapshot = data.source->snapshot();
  if (snapshot == nullptr || data.filter.time.empty()) return;
  if (data.filter.SelectsSeries() && data.filter.selected_count == 0) return;
  const bool look_up = UseLookUp(data.filter);
  if (look_up) {
    for (uint32_t i = 0; i < data.filter.series_selected.size(); ++i) {
      if (data.filter.series_selected[i] != 0) global->looked_up.push_back(i);
    }
  }
  for (const buffer::ChunkView& chunk : snapshot->chunks()) {
    if (!chunk.time_range.Overlaps(data.filter.time)) continue;
    if (look_up) {
      global->units.push_back({&chunk, nullptr, false});
    } else {
      for (const buffer::SegmentView& segment : chunk.segments) {
        global->units.push_back({&chunk, &segment, false});
      }
    }
    for (const buffer::SegmentView& segment : chunk.merged) {
      global->units.push_back({&chunk, &segment, true});
    }
  }
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitGlobal(
    ClientContext&, duckdb::TableFunctionInitInput& input) {
  auto global = duckdb::make_uniq<BufferScanGlobal>();
  global->data = &input.bind_data->Cast<BufferScanData>();
  std::vector<uint32_t> columns;
  for (const duckdb::column_t column : input.column_ids) {
    columns.push_back(duckdb::IsVirtualColumn(column) ? UINT32_MAX : static_cast<uint32_t>(column));
  }
  global->output = std::make_unique<SegmentOutput>(global->data->source.get(), std::move(columns));
  PlanUnits(*global->data, global.get());
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocal(duckdb::ExecutionContext&,
                                                              duckdb::TableFunctionInitInput&,
                                                              duckdb::GlobalTableFunctionState*) {
  return duckdb::make_uniq<BufferScanLocal>();
}

bool IsSuperseded(const buffer::ChunkView& chunk, uint32_t row) {
  return chunk.superseded != nullptr && ((chunk.superseded[row / 64] >> (row % 64)) & 1) != 0;
}

void CollectLookUp(const BufferScanGlobal& global, BufferScanLocal* local) {
  const buffer::ChunkView& chunk = *local->unit->chunk;
  local->rows.clear();
  for (const uint32_t series : global.looked_up) {
    global.data->source->snapshot()->RowsOfSeries(chunk, series, &local->series_rows);
    local->rows.insert(local->rows.end(), local->series_rows.begin(), local->series_rows.end());
  }
  if (global.looked_up.size() > 1) std::sort(local->rows.begin(), local->rows.end());
}

bool NextUnit(BufferScanGlobal* global, BufferScanLocal* local) {
  const size_t index = global->next_unit.fetch_add(1, std::memory_order_relaxed);
  if (index >= global->units.size()) {
    local->unit = nullptr;
    return false;
  }
  local->unit_index = index;
  local->unit = &global->units[index];
  local->position = 0;
  if (local->unit->segment == nullptr) CollectLookUp(*global, local);
  return true;
}

/// Offsets of the rows in [begin, begin + count) that pass; the number of them.
uint32_t SelectRows(const BufferScanData& data, const ScanUnit& unit, uint32_t begin,
                    uint32_t count, duckdb::SelectionVector* selected) {
  const buffer::SegmentView& segment = *unit.segment;
  const model::TimeRange range = data.filter.time;
  const uint8_t* series_selected =
      data.filter.SelectsSeries() ? data.filter.series_selected.data() : nullptr;
  uint32_t passed = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t row = begin + i;
    bool passes = segment.time[row] >= range.min_ns && segment.time[row] <= range.max_ns;
    passes = passes && (series_selected == nullptr || series_selected[segment.series[row]] != 0);
    passes = passes && (unit.merged || !IsSuperseded(*unit.chunk, segment.first_row + row));
    selected->set_index(passed, i);
    passed += passes ? 1 : 0;
  }
  return passed;
}

void ScanSegment(const BufferScanGlobal& global, BufferScanLocal* local, duckdb::DataChunk* out) {
  const ScanUnit& unit = *local->unit;
  const BufferScanData& data = *global.data;
  const bool whole = data.filter.time.Contains(unit.chunk->time_range) &&
                     !data.filter.SelectsSeries() &&
                     (unit.merged || unit.chunk->superseded == nullptr);
  while (local->position < unit.segment->row_count) {
    const uint32_t begin = local->position;
    const uint32_t count =
        std::min<uint32_t>(STANDARD_VECTOR_SIZE, unit.segment->row_count - begin);
    local->position += count;
    if (whole) return global.output->Range(*unit.segment, begin, count, out);
    duckdb::SelectionVector selected(STANDARD_VECTOR_SIZE);
    const uint32_t passed = SelectRows(data, unit, begin, count, &selected);
    if (passed == count) return global.output->Range(*unit.segment, begin, count, out);
    if (passed > 0) {
      return global.output->Selected(*unit.segment, begin, selected, passed, out);
    }
  }
}

/// The segment that holds the chunk-wide row.
const buffer::SegmentView& SegmentOf(const buffer::ChunkView& chunk, uint32_t row) {
  const auto after = std::upper_bound(
      chunk.segments.begin(), chunk.segments.end(), row,
      [](uint32_t r, const buffer::SegmentView& segment) { return r < segment.first_row; });
  return *(after - 1);
}

void ScanLookedUp(const BufferScanGlobal& global, BufferScanLocal* local, duckdb::DataChunk* out) {
  const buffer::ChunkView& chunk = *local->unit->chunk;
  const model::TimeRange range = global.data->filter.time;
  SegmentOutput::BeginRows(out);
  std::vector<uint32_t> series;
  std::vector<uint32_t> rows;
  while (local->position < local->rows.size() && series.size() < STANDARD_VECTOR_SIZE) {
    const buffer::SegmentView& segment = SegmentOf(chunk, local->rows[local->position]);
    const uint32_t segment_end = segment.first_row + segment.row_count;
    const auto to = static_cast<uint32_t>(series.size());
    rows.clear();
    while (local->position < local->rows.size() && series.size() < STANDARD_VECTOR_SIZE &&
           local->rows[local->position] < segment_end) {
      const uint32_t row = local->rows[local->position++];
      const uint32_t in_segment = row - segment.first_row;
      if (segment.time[in_segment] < range.min_ns || segment.time[in_segment] > range.max_ns ||
          IsSuperseded(chunk, row)) {
        continue;
      }
      rows.push_back(in_segment);
      series.push_back(segment.series[in_segment]);
    }
    global.output->AppendRows(segment, rows.data(), static_cast<uint32_t>(rows.size()), to, out);
  }
  if (!series.empty()) global.output->FinishRows(series, out);
}

void Scan(ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
  auto& global = input.global_state->Cast<BufferScanGlobal>();
  auto& local = input.local_state->Cast<BufferScanLocal>();
  out.SetCardinality(0);
  while (out.size() == 0) {
    const bool exhausted =
        local.unit == nullptr ||
        local.position >=
            (local.unit->segment == nullptr ? local.rows.size() : local.unit->segment->row_count);
    if (exhausted && !NextUnit(&global, &local)) return;
    if (local.unit->segment == nullptr) {
      ScanLookedUp(global, &local, &out);
    } else {
      ScanSegment(global, &local, &out);
    }
  }
}

duckdb::OperatorPartitionData PartitionData(ClientContext&,
                                            duckdb::TableFunctionGetPartitionInput& input) {
  if (input.partition_info.RequiresPartitionColumns()) {
    throw duckdb::InternalException("the buffer scan has no partition columns");
  }
  return duckdb::OperatorPartitionData(input.local_state->Cast<BufferScanLocal>().unit_index);
}

}  // namespace

void RegisterBufferScan(duckdb::DatabaseInstance& database) {
  duckdb::TableFunction scan(kBufferScanName, {duckdb::LogicalType::UBIGINT}, Scan, Bind,
                             InitGlobal, InitLocal);
  scan.projection_pushdown = true;
  scan.pushdown_complex_filter = PushDownFilters;
  scan.cardinality = Cardinality;
  scan.get_partition_data = PartitionData;
  duckdb::ExtensionLoader loader(database, "influxdb3");
  loader.RegisterFunction(scan);
}

duckdb::unique_ptr<duckdb::TableRef> MakeScanReference(const char* function, size_t index) {
  auto reference = duckdb::make_uniq<duckdb::TableFunctionRef>();
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::UBIGINT(index)));
  reference->function =
      duckdb::make_uniq<duckdb::FunctionExpression>(function, std::move(arguments));
  return reference;
}

}  // namespace influxdb3::query
