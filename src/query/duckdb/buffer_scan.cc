#include "query/duckdb/buffer_scan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/common/serializer/serializer.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "duckdb/planner/operator/logical_get.hpp"

#include "query/duckdb/buffer_scan_data.h"
#include "query/duckdb/dialect/timestamp_text.h"
#include "query/duckdb/scan_filter.h"
#include "query/duckdb/scan_plan.h"
#include "query/duckdb/scan_source.h"
#include "query/duckdb/segment_output.h"

namespace influxdb3::query {
namespace {

using duckdb::ClientContext;
using duckdb::idx_t;

// A second thread does not pay for fewer rows.
constexpr uint64_t kRowsPerThreadMin = 16'384;

struct BufferScanGlobal : public duckdb::GlobalTableFunctionState {
  const BufferScanData* data = nullptr;
  std::unique_ptr<SegmentOutput> output;
  ScanPlan plan;
  std::atomic<size_t> next_unit{0};

  idx_t threads_max = 1;

  idx_t MaxThreads() const override { return threads_max; }
};

struct BufferScanLocal : public duckdb::LocalTableFunctionState {
  idx_t unit_index = 0;
  const ScanUnit* unit = nullptr;
  size_t piece = 0;                             ///< of a unit of single rows
  uint32_t position = 0;                        ///< row of the segment, or index into *rows
  const std::vector<uint32_t>* rows = nullptr;  ///< of the piece
  std::vector<uint32_t> looked_up_rows;
};

duckdb::shared_ptr<QuerySources> SourcesOf(ClientContext& context) {
  auto sources = context.registered_state->Get<QuerySources>(QuerySources::kKey);
  if (!sources) throw duckdb::BinderException("the scan has no source");
  return sources;
}

duckdb::unique_ptr<BufferScanData> MakeData(ClientContext& context, uint64_t source_number) {
  const auto sources = SourcesOf(context);
  if (source_number >= sources->tables.size()) {
    throw duckdb::BinderException("the scan has no source");
  }
  auto data = duckdb::make_uniq<BufferScanData>();
  data->source_number = source_number;
  data->source = sources->tables[source_number];
  data->stands_for_files = data->source->files() != nullptr || data->source->chunks_overlap();
  return data;
}

/// Gives the scan a filter, under the number of an equal one if there is one.
void SetFilter(ClientContext& context, ScanFilter filter, BufferScanData* data) {
  const auto sources = SourcesOf(context);
  auto& filters = sources->filters;
  const auto equal = std::find_if(filters.begin(), filters.end(),
                                  [&](const auto& known) { return *known == filter; });
  data->filter_number = static_cast<uint64_t>(equal - filters.begin());
  if (equal == filters.end()) {
    filters.push_back(std::make_shared<const ScanFilter>(std::move(filter)));
  }
  data->filter = filters[data->filter_number];
}

duckdb::unique_ptr<duckdb::FunctionData> Bind(ClientContext& context,
                                              duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  auto data = MakeData(context, input.inputs[0].GetValue<uint64_t>());
  ScanFilter filter;
  filter.time = data->source->visible();
  SetFilter(context, std::move(filter), data.get());
  for (const ScanColumn& column : data->source->columns()) {
    names.push_back(column.engine_name);
    types.push_back(column.type);
  }
  return data;
}

void Serialize(duckdb::Serializer& serializer,
               const duckdb::optional_ptr<duckdb::FunctionData> bound,
               const duckdb::TableFunction&) {
  const auto& data = bound->Cast<BufferScanData>();
  serializer.WriteProperty(100, "source", data.source_number);
  serializer.WriteProperty(101, "filter", data.filter_number);
  serializer.WriteProperty(102, "latest_per_series", data.latest_per_series);
  serializer.WriteProperty(103, "first_by_time", data.first_by_time);
  serializer.WriteProperty(104, "oldest_first", data.oldest_first);
  serializer.WriteProperty(105, "stands_for_files", data.stands_for_files);
}

duckdb::unique_ptr<duckdb::FunctionData> Deserialize(duckdb::Deserializer& deserializer,
                                                     duckdb::TableFunction&) {
  auto& context = deserializer.Get<ClientContext&>();
  auto data = MakeData(context, deserializer.ReadProperty<uint64_t>(100, "source"));
  data->filter_number = deserializer.ReadProperty<uint64_t>(101, "filter");
  data->latest_per_series = deserializer.ReadProperty<uint32_t>(102, "latest_per_series");
  data->first_by_time = deserializer.ReadProperty<uint64_t>(103, "first_by_time");
  data->oldest_first = deserializer.ReadProperty<bool>(104, "oldest_first");
  data->stands_for_files = deserializer.ReadProperty<bool>(105, "stands_for_files");
  data->filter = SourcesOf(context)->filters.at(data->filter_number);
  return data;
}

void PushDownFilters(ClientContext& context, duckdb::LogicalGet& get, duckdb::FunctionData* bound,
                     duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) {
  auto& data = bound->Cast<BufferScanData>();
  std::vector<uint32_t> columns;
  for (const duckdb::ColumnIndex& column : get.GetColumnIds()) {
    columns.push_back(column.IsVirtualColumn() ? kNoScanColumn
                                               : static_cast<uint32_t>(column.GetPrimaryIndex()));
  }
  ScanFilter filter = *data.filter;
  if (data.stands_for_files) {
    NarrowToTimes(context, *data.source, columns, filters, &filter);
  } else {
    ExtractScanFilters(context, *data.source, columns, &filters, &filter);
  }
  SetFilter(context, std::move(filter), &data);
}

/// Rows that the scan returns, at most and roughly.
uint64_t EstimateRows(const BufferScanData& data) {
  uint64_t rows = 0;
  if (data.source->snapshot() != nullptr) {
    for (const buffer::ChunkView& chunk : data.source->snapshot()->chunks()) {
      if (chunk.time_range.Overlaps(data.filter->time)) rows += chunk.row_count;
    }
  }
  if (data.filter->SelectsSeries()) {
    rows = rows * data.filter->selected_count / data.filter->series_selected.size();
  }
  return rows;
}

duckdb::unique_ptr<duckdb::NodeStatistics> Cardinality(ClientContext&,
                                                       const duckdb::FunctionData* bound) {
  return duckdb::make_uniq<duckdb::NodeStatistics>(EstimateRows(bound->Cast<BufferScanData>()));
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitGlobal(
    ClientContext&, duckdb::TableFunctionInitInput& input) {
  auto global = duckdb::make_uniq<BufferScanGlobal>();
  global->data = &input.bind_data->Cast<BufferScanData>();
  if (global->data->stands_for_files) {
    throw duckdb::InternalException("the files of a table are missing from the plan");
  }
  std::vector<uint32_t> columns;
  for (const duckdb::column_t column : input.column_ids) {
    columns.push_back(duckdb::IsVirtualColumn(column) ? kNoScanColumn
                                                      : static_cast<uint32_t>(column));
  }
  global->output = std::make_unique<SegmentOutput>(global->data->source.get(), std::move(columns));
  global->plan = PlanScan(*global->data);
  global->threads_max = std::clamp<idx_t>(global->plan.row_count / kRowsPerThreadMin, 1,
                                          std::max<size_t>(1, global->plan.units.size()));
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocal(duckdb::ExecutionContext&,
                                                              duckdb::TableFunctionInitInput&,
                                                              duckdb::GlobalTableFunctionState*) {
  return duckdb::make_uniq<BufferScanLocal>();
}

/// Makes `piece` of the unit of single rows the one to read.
void BeginPiece(const BufferScanGlobal& global, size_t piece, BufferScanLocal* local) {
  local->piece = piece;
  local->position = 0;
  const ChunkRows& rows = local->unit->pieces[piece];
  if (rows.looks_up) {
    CollectRows(*global.data->source->snapshot(), *rows.chunk, global.plan.looked_up,
                &local->looked_up_rows);
  }
  local->rows = rows.looks_up ? &local->looked_up_rows : &rows.rows;
}

bool NextUnit(BufferScanGlobal* global, BufferScanLocal* local) {
  const size_t index = global->next_unit.fetch_add(1, std::memory_order_relaxed);
  if (index >= global->plan.units.size()) {
    local->unit = nullptr;
    return false;
  }
  local->unit_index = index;
  local->unit = &global->plan.units[index];
  local->position = 0;
  if (local->unit->segment == nullptr) BeginPiece(*global, 0, local);
  return true;
}

bool IsExhausted(const BufferScanLocal& local) {
  if (local.unit == nullptr) return true;
  if (local.unit->segment != nullptr) return local.position >= local.unit->segment->row_count;
  return local.piece + 1 == local.unit->pieces.size() && local.position >= local.rows->size();
}

/// Offsets of the rows in [begin, begin + count) that pass; the number of them.
uint32_t SelectRows(const BufferScanData& data, const ScanUnit& unit, uint32_t begin,
                    uint32_t count, duckdb::SelectionVector* selected) {
  const buffer::SegmentView& segment = *unit.segment;
  const model::TimeRange range = data.filter->time;
  const uint8_t* series_selected =
      data.filter->SelectsSeries() ? data.filter->series_selected.data() : nullptr;
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
  const bool whole = data.filter->time.Contains(unit.chunk->time_range) &&
                     !data.filter->SelectsSeries() &&
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

/// Reads rows of the piece until it ends or `series`, which gets the series of each, is full.
void ScanPiece(const BufferScanGlobal& global, BufferScanLocal* local,
               std::vector<uint32_t>* series, duckdb::DataChunk* out) {
  const buffer::ChunkView& chunk = *local->unit->pieces[local->piece].chunk;
  const model::TimeRange range = global.data->filter->time;
  const std::vector<uint32_t>& wanted = *local->rows;
  std::vector<uint32_t> rows;
  while (local->position < wanted.size() && series->size() < STANDARD_VECTOR_SIZE) {
    const buffer::SegmentView& segment = SegmentOf(chunk, wanted[local->position]);
    const uint32_t segment_end = segment.first_row + segment.row_count;
    const auto to = static_cast<uint32_t>(series->size());
    rows.clear();
    while (local->position < wanted.size() && series->size() < STANDARD_VECTOR_SIZE &&
           wanted[local->position] < segment_end) {
      const uint32_t row = wanted[local->position++];
      const uint32_t in_segment = row - segment.first_row;
      if (segment.time[in_segment] < range.min_ns || segment.time[in_segment] > range.max_ns ||
          IsSuperseded(chunk, row)) {
        continue;
      }
      rows.push_back(in_segment);
      series->push_back(segment.series[in_segment]);
    }
    global.output->AppendRows(segment, rows.data(), static_cast<uint32_t>(rows.size()), to, out);
  }
}

void ScanRows(const BufferScanGlobal& global, BufferScanLocal* local, duckdb::DataChunk* out) {
  SegmentOutput::BeginRows(out);
  std::vector<uint32_t> series;
  series.reserve(STANDARD_VECTOR_SIZE);
  while (true) {
    ScanPiece(global, local, &series, out);
    if (series.size() == STANDARD_VECTOR_SIZE || IsExhausted(*local)) break;
    BeginPiece(global, local->piece + 1, local);
  }
  if (!series.empty()) global.output->FinishRows(series, out);
}

void Scan(ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
  auto& global = input.global_state->Cast<BufferScanGlobal>();
  auto& local = input.local_state->Cast<BufferScanLocal>();
  out.SetCardinality(0);
  while (out.size() == 0) {
    if (IsExhausted(local) && !NextUnit(&global, &local)) return;
    if (local.unit->segment == nullptr) {
      ScanRows(global, &local, &out);
    } else {
      ScanSegment(global, &local, &out);
    }
  }
}

/// What EXPLAIN shows of the filter.
duckdb::InsertionOrderPreservingMap<duckdb::string> Describe(
    duckdb::TableFunctionToStringInput& input) {
  const auto& data = input.bind_data->Cast<BufferScanData>();
  const ScanFilter& filter = *data.filter;
  duckdb::InsertionOrderPreservingMap<duckdb::string> lines;
  const model::TimeRange all = model::TimeRange::All();
  if (filter.time.min_ns != all.min_ns) lines["From"] = sql::FormatTimestamp(filter.time.min_ns);
  if (filter.time.max_ns != all.max_ns) lines["To"] = sql::FormatTimestamp(filter.time.max_ns);
  if (filter.SelectsSeries()) {
    lines["Series"] = std::to_string(filter.selected_count) + " of " +
                      std::to_string(filter.series_selected.size());
  }
  if (data.latest_per_series != 0) {
    lines["Newest of each series"] = std::to_string(data.latest_per_series);
  }
  if (data.first_by_time != 0) {
    lines[data.oldest_first ? "Oldest" : "Newest"] = std::to_string(data.first_by_time);
  }
  return lines;
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
  scan.to_string = Describe;
  scan.serialize = Serialize;
  scan.deserialize = Deserialize;
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
