#include "query/duckdb/selective_scan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "query/duckdb/selective_scan_data.h"
#include "query/duckdb/store_file_system.h"

namespace influxdb3::query {
namespace {

using duckdb::ClientContext;
using duckdb::idx_t;
using Source = SelectiveColumn::Source;

struct SelectiveScanLocal : public duckdb::LocalTableFunctionState {
  std::vector<AppliedFilter> filters;  ///< as SelectiveScanGlobal::filters
  std::unique_ptr<SelectiveOutput> output;
  duckdb::DataChunk all_columns;
  idx_t unit_index = 0;
};

template <class T>
T Require(util::Result<T> result) {
  if (!result.ok()) ThrowStoreError(result.status());
  return std::move(result).value();
}

void Require(const util::Status& status) {
  if (!status.ok()) ThrowStoreError(status);
}

bool Fits(const arrow::DataType& type, const ScanColumn& column) {
  if (column.kind == ScanColumn::Kind::kTag) return type.id() == arrow::Type::DICTIONARY;
  switch (column.type.id()) {
    case duckdb::LogicalTypeId::BIGINT: return type.id() == arrow::Type::INT64;
    case duckdb::LogicalTypeId::UBIGINT: return type.id() == arrow::Type::UINT64;
    case duckdb::LogicalTypeId::DOUBLE: return type.id() == arrow::Type::DOUBLE;
    case duckdb::LogicalTypeId::BOOLEAN: return type.id() == arrow::Type::BOOL;
    case duckdb::LogicalTypeId::VARCHAR: return type.id() == arrow::Type::STRING;
    case duckdb::LogicalTypeId::TIMESTAMP_NS:
      return type.Equals(*arrow::timestamp(arrow::TimeUnit::NANO));
    default: return false;
  }
}

int FindColumn(const persist::FileLayout& layout, const SelectiveColumn& wanted) {
  if (wanted.source != Source::kTable) return -1;
  if (wanted.IsTime()) return layout.time_column();
  const int found = layout.FindColumn(wanted.column->name);
  if (found >= 0 && !Fits(*layout.schema().field(found)->type(), *wanted.column)) {
    ThrowStoreError(util::Status::Corruption(fmt::format(
        "the column '{}' of '{}' is of another type", wanted.column->name, layout.path())));
  }
  return found;
}

/// Finds out what a scan asks of files.
class Preparation {
 public:
  Preparation(const duckdb::TableFunctionInitInput& input, SelectiveScanGlobal* global)
      : input_(input), global_(*global) {}

  void Run() {
    FindColumns();
    FindFilters();
    for (const auto& file : global_.data->scan->files) AddFile(*file);
  }

 private:
  void FindColumns() {
    const auto& columns = global_.data->scan->source->columns();
    for (const duckdb::column_t id : input_.column_ids) {
      SelectiveColumn column;
      if (id < columns.size()) {
        column.source = Source::kTable;
        column.column = &columns[id];
        column.type = column.column->type;
      } else if (id < columns.size() + 2) {
        column.source = id == columns.size() ? Source::kOrder : Source::kWalSeq;
        column.type = duckdb::LogicalType::UBIGINT;
      } else {
        column.type = duckdb::LogicalType::BOOLEAN;
      }
      global_.types.push_back(column.type);
      global_.columns.push_back(std::move(column));
    }
    if (input_.CanRemoveFilterColumns()) global_.projection = input_.projection_ids;
  }

  void FindFilters() {
    const uint32_t newest = global_.data->scan->newest_of_series;
    global_.newest_only = newest > 0;
    if (!input_.filters) return;
    for (const auto& [position, filter] : input_.filters->filters) {
      const SelectiveColumn& column = global_.columns[position];
      global_.filters.emplace_back(position, filter.get());
      if (column.IsTime()) global_.times = global_.times.Intersect(TimesOf(*filter));
      // Which of a series' rows pass must be known before the newest of them are.
      if (!column.IsTag()) global_.newest_only = false;
      auto values = column.IsTag() ? ValuesOf(*filter) : std::nullopt;
      if (values) wanted_.emplace_back(position, std::move(*values));
    }
  }

  void AddFile(const persist::ParquetFile& file) {
    if (!file.time_range.Overlaps(global_.times)) return;
    SelectiveFile opened;
    opened.file = &file;
    opened.read = global_.data->reads->ReaderOf(file);
    opened.layout = Require(global_.data->reads->layouts().File(file, opened.read));
    for (const SelectiveColumn& column : global_.columns) {
      opened.columns.push_back(FindColumn(*opened.layout, column));
    }
    const auto& groups = opened.layout->groups();
    for (size_t group = 0; group < groups.size(); ++group) {
      if (groups[group].row_count > 0 && MayHaveRows(groups[group], opened.columns)) {
        global_.units.push_back({global_.files.size(), group});
      }
    }
    global_.files.push_back(std::move(opened));
  }

  bool MayHaveRows(const persist::GroupSummary& group, const std::vector<int>& columns) const {
    if (group.time && !group.time->Overlaps(global_.times)) return false;
    return std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& wanted) {
      const int column = columns[wanted.first];
      if (column < 0) return false;  // all of it is NULL
      const auto& values = group.tags[static_cast<size_t>(column)];
      return !values ||
             std::any_of(wanted.second.begin(), wanted.second.end(), [&](const std::string& value) {
               return value >= values->min && value <= values->max;
             });
    });
  }

  const duckdb::TableFunctionInitInput& input_;
  SelectiveScanGlobal& global_;
  std::vector<std::pair<size_t, std::vector<std::string>>> wanted_;  // by column of the scan
};

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitGlobal(
    ClientContext&, duckdb::TableFunctionInitInput& input) {
  auto global = duckdb::make_uniq<SelectiveScanGlobal>();
  global->data = &input.bind_data->Cast<SelectiveScanData>();
  Preparation(input, global.get()).Run();
  return global;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> InitLocal(
    duckdb::ExecutionContext& context, duckdb::TableFunctionInitInput&,
    duckdb::GlobalTableFunctionState* state) {
  const auto& global = state->Cast<SelectiveScanGlobal>();
  auto local = duckdb::make_uniq<SelectiveScanLocal>();
  for (const auto& filter : global.filters) {
    local->filters.emplace_back(context.client, *filter.second);
  }
  local->all_columns.Initialize(context.client, global.types);
  return local;
}

/// By run: whether the filters on tags let it pass.
std::vector<uint8_t> PassingRuns(const SelectiveScanGlobal& global, const SelectiveFile& file,
                                 const persist::GroupLayout& layout, SelectiveScanLocal* local) {
  std::vector<uint8_t> passing(layout.run_ends.size(), 1);
  for (size_t i = 0; i < global.filters.size(); ++i) {
    const size_t position = global.filters[i].first;
    if (!global.columns[position].IsTag()) continue;
    const int column = file.columns[position];
    static const std::vector<std::string> kNoValues;
    const auto* tag = column < 0 ? nullptr : &layout.tags[static_cast<size_t>(column)];
    const std::vector<uint8_t> codes =
        local->filters[i].PassingCodes(tag == nullptr ? kNoValues : tag->values);
    for (size_t run = 0; run < passing.size(); ++run) {
      const int32_t code = tag == nullptr ? -1 : tag->codes[run];
      passing[run] = passing[run] & codes[static_cast<size_t>(code + 1)];
    }
  }
  return passing;
}

/// Whether the last run of a row group goes on in the next one with so many rows.
bool GoesOn(const persist::GroupLayout& group, const persist::GroupLayout& next,
            uint32_t row_count) {
  if (next.run_ends.empty() || next.run_ends[0] < row_count) return false;
  const size_t last = group.run_ends.size() - 1;
  for (size_t tag = 0; tag < group.tags.size(); ++tag) {
    const int32_t code = group.tags[tag].codes[last];
    const int32_t next_code = next.tags[tag].codes[0];
    if ((code < 0) != (next_code < 0)) return false;
    if (code >= 0 && group.tags[tag].values[static_cast<size_t>(code)] !=
                         next.tags[tag].values[static_cast<size_t>(next_code)]) {
      return false;
    }
  }
  return true;
}

void ReadUnit(const SelectiveScanGlobal& global, const SelectiveUnit& unit,
              SelectiveScanLocal* local) {
  const SelectiveFile& file = global.files[unit.file];
  const persist::FileLayout& layout = *file.layout;
  auto& layouts = global.data->reads->layouts();
  auto rows = std::make_shared<SelectiveRows>();
  rows->layout = Require(layouts.Group(layout, unit.group, file.read));
  std::vector<uint8_t> runs = PassingRuns(global, file, *rows->layout, local);
  const uint32_t newest = global.data->scan->newest_of_series;
  if (global.newest_only && unit.group + 1 < layout.groups().size()) {
    const auto next = Require(layouts.Group(layout, unit.group + 1, file.read));
    if (GoesOn(*rows->layout, *next, newest)) runs.back() = 0;
  }
  TakeRuns(runs, rows.get());
  if (global.newest_only) {
    KeepNewest(newest, rows.get());
  } else if (const auto& times = layout.groups()[unit.group].time;
             !times || !global.times.Contains(*times)) {
    Require(KeepTimes(layout, global.times, file.read, rows.get()));
  }
  std::vector<int> columns;
  for (size_t i = 0; i < global.columns.size(); ++i) {
    if (file.columns[i] >= 0 && !global.columns[i].IsTag()) columns.push_back(file.columns[i]);
  }
  if (rows->row_count > 0) Require(ReadColumns(layout, columns, file.read, rows.get()));
  local->output = std::make_unique<SelectiveOutput>(&global, &file, std::move(rows));
}

/// Fills `out` with those of the next rows that pass all filters.
void FillChunk(const SelectiveScanGlobal& global, SelectiveScanLocal* local,
               duckdb::DataChunk* out) {
  duckdb::DataChunk& all = global.projection.empty() ? *out : local->all_columns;
  if (&all != out) all.Reset();
  local->output->Fill(&all);
  const idx_t count = all.size();
  duckdb::SelectionVector selected;
  idx_t left = count;
  for (size_t i = 0; i < global.filters.size(); ++i) {
    const size_t position = global.filters[i].first;
    if (global.columns[position].IsTag()) continue;  // decided by run
    local->filters[i].Select(&all.data[position], count, &selected, &left);
  }
  if (&all != out) out->ReferenceColumns(all, global.projection);
  out->SetCardinality(count);
  if (left == 0) {
    out->SetCardinality(0);
  } else if (left < count) {
    out->Slice(selected, left);
  }
}

void Scan(ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
  auto& global = input.global_state->Cast<SelectiveScanGlobal>();
  auto& local = input.local_state->Cast<SelectiveScanLocal>();
  out.SetCardinality(0);
  while (out.size() == 0) {
    if (local.output == nullptr || local.output->IsExhausted()) {
      const size_t unit = global.next_unit.fetch_add(1, std::memory_order_relaxed);
      if (unit >= global.units.size()) return;
      local.unit_index = unit;
      ReadUnit(global, global.units[unit], &local);
      continue;
    }
    out.Reset();
    FillChunk(global, &local, &out);
  }
}

duckdb::OperatorPartitionData PartitionData(ClientContext&,
                                            duckdb::TableFunctionGetPartitionInput& input) {
  if (input.partition_info.RequiresPartitionColumns()) {
    throw duckdb::InternalException("the selective scan has no partition columns");
  }
  return duckdb::OperatorPartitionData(input.local_state->Cast<SelectiveScanLocal>().unit_index);
}

}  // namespace

persist::ReadBytes SelectiveReads::ReaderOf(const persist::ParquetFile& file) const {
  return [cache = cache_, path = file.path, size = file.size_bytes](uint64_t offset,
                                                                    uint64_t length, char* out) {
    return cache->Read(path, size, offset, length, out);
  };
}

std::shared_ptr<SelectiveReads> MakeSelectiveReads(std::shared_ptr<ParquetCache> cache) {
  return std::make_shared<SelectiveReads>(std::move(cache));
}

void MakeSelective(std::shared_ptr<SelectiveReads> reads, std::shared_ptr<const FileScan> scan,
                   duckdb::LogicalGet* get) {
  auto data = duckdb::make_uniq<SelectiveScanData>();
  data->reads = std::move(reads);
  data->scan = std::move(scan);
  duckdb::TableFunction function(kSelectiveScanName, {duckdb::LogicalType::VARCHAR}, Scan, nullptr,
                                 InitGlobal, InitLocal);
  function.projection_pushdown = true;
  function.filter_pushdown = true;
  function.filter_prune = true;
  function.get_partition_data = PartitionData;
  get->function = std::move(function);
  get->bind_data = std::move(data);
}

}  // namespace influxdb3::query
