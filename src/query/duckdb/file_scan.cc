#include "query/duckdb/file_scan.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/planner/filter/conjunction_filter.hpp"
#include "duckdb/storage/statistics/numeric_stats.hpp"

#include "query/duckdb/scan_source.h"
#include "query/duckdb/store_file_system.h"

namespace influxdb3::query {
namespace {

using duckdb::ClientContext;
using duckdb::Value;

duckdb::vector<duckdb::OpenFileInfo> FilesToOpen(const FileScan& scan) {
  duckdb::vector<duckdb::OpenFileInfo> infos;
  infos.reserve(scan.files.size());
  for (const auto& file : scan.files) {
    duckdb::OpenFileInfo info = StoreFileInfo(file->path, file->size_bytes);
    info.extended_info->options[FileScan::kOrderName] = Value::UBIGINT(file->order);
    info.extended_info->options[FileScan::kWalSeqName] = Value::UBIGINT(file->max_wal_seq);
    infos.push_back(std::move(info));
  }
  return infos;
}

using Columns = std::vector<const ScanColumn*>;

/// The table's tags or fields in the order in which files have them.
Columns InFileOrder(const ScanSource& source, ScanColumn::Kind kind) {
  Columns columns;
  for (const ScanColumn& column : source.columns()) {
    if (column.kind == kind) columns.push_back(&column);
  }
  std::sort(columns.begin(), columns.end(), [](const ScanColumn* a, const ScanColumn* b) {
    return a->column_id.value < b->column_id.value;
  });
  return columns;
}

/// The names that DuckDB, for which case does not matter, gives to columns of a file.
std::vector<std::string> DistinctNames(const Columns& columns) {
  std::vector<std::string> names;
  duckdb::case_insensitive_map_t<size_t> counts;
  for (const ScanColumn* column : columns) {
    std::string name = column->name;
    while (counts.find(name) != counts.end()) name += "_" + std::to_string(++counts[name]);
    counts[name] = 0;
    names.push_back(std::move(name));
  }
  return names;
}

/// Gives the columns of a file the names they have in the scan, where case alone tells names of the
/// table apart. A file has the tags and then the fields that there were when it was written, each
/// in order of creation, and `time`; how many of the columns are tags shows in DuckDB's names.
void RenameCaseTwins(const ScanSource& source, duckdb::BaseFileReader* reader) {
  const bool has_twins = std::any_of(source.columns().begin(), source.columns().end(),
                                     [](const ScanColumn& c) { return c.engine_name != c.name; });
  if (!has_twins) return;
  const Columns tags = InFileOrder(source, ScanColumn::Kind::kTag);
  const Columns fields = InFileOrder(source, ScanColumn::Kind::kField);
  const Columns time = InFileOrder(source, ScanColumn::Kind::kTime);
  auto& columns = reader->columns;
  for (size_t tag_count = std::min(tags.size(), columns.size() - 1) + 1; tag_count-- > 0;) {
    // Fields that the table did not have yet when the query began are of no interest.
    const size_t field_count = std::min(fields.size(), columns.size() - 1 - tag_count);
    Columns expected(tags.begin(), tags.begin() + static_cast<int64_t>(tag_count));
    expected.insert(expected.end(), fields.begin(),
                    fields.begin() + static_cast<int64_t>(field_count));
    const std::vector<std::string> names = DistinctNames(expected);
    const bool matches = std::equal(names.begin(), names.end(), columns.begin(),
                                    [](const auto& name, const auto& c) { return name == c.name; });
    if (!matches) continue;
    for (size_t i = 0; i + 1 < columns.size(); ++i) {
      columns[i].name = i < expected.size() ? expected[i]->engine_name : "\n" + columns[i].name;
    }
    columns.back().name = time[0]->engine_name;
    return;
  }
  throw duckdb::IOException("the columns of " + reader->file.path + " are not those of its table");
}

class FileScanList : public duckdb::SimpleMultiFileList {
 public:
  explicit FileScanList(std::shared_ptr<const FileScan> scan)
      : SimpleMultiFileList(FilesToOpen(*scan)), scan_(std::move(scan)) {}

  const FileScan& scan() const { return *scan_; }
  const std::shared_ptr<const FileScan>& shared_scan() const { return scan_; }

  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(ClientContext&) const override {
    uint64_t rows = 0;
    for (const auto& file : scan_->files) rows += file->row_count;
    return duckdb::make_uniq<duckdb::NodeStatistics>(rows, rows);
  }
  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override {
    return duckdb::make_uniq<FileScanList>(scan_);
  }

 private:
  const std::shared_ptr<const FileScan> scan_;
};

/// Says which files there are and what columns they offer; all else is DuckDB's.
class FileScanReader : public duckdb::MultiFileReader {
 public:
  static duckdb::unique_ptr<duckdb::MultiFileReader> Make(const duckdb::TableFunction&) {
    return duckdb::make_uniq<FileScanReader>();
  }
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
    auto copy = duckdb::make_uniq<FileScanReader>();
    copy->function_name = function_name;
    return copy;
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(
      ClientContext& context, const duckdb::vector<duckdb::string>& paths,
      const duckdb::FileGlobInput&) override {
    const auto sources = context.registered_state->Get<QuerySources>(QuerySources::kKey);
    const auto number = paths.empty() ? SIZE_MAX : std::stoull(paths[0]);
    if (!sources || number >= sources->file_scans.size()) {
      throw duckdb::BinderException("the scan has no source");
    }
    return duckdb::make_shared_ptr<FileScanList>(sources->file_scans[number]);
  }

  bool Bind(duckdb::MultiFileOptions& options, duckdb::MultiFileList& files,
            duckdb::vector<duckdb::LogicalType>& types, duckdb::vector<duckdb::string>& names,
            duckdb::MultiFileReaderBindData& bound) override {
    options.auto_detect_hive_partitioning = false;
    const auto add = [&](const std::string& name, const duckdb::LogicalType& type) {
      types.push_back(type);
      names.push_back(name);
      duckdb::MultiFileColumnDefinition definition(name, type);
      definition.identifier = Value(name);
      definition.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(Value(type));
      bound.schema.push_back(std::move(definition));
    };
    for (const ScanColumn& column : files.Cast<FileScanList>().scan().source->columns()) {
      add(column.engine_name, column.type);
    }
    add(FileScan::kOrderName, duckdb::LogicalType::UBIGINT);
    add(FileScan::kWalSeqName, duckdb::LogicalType::UBIGINT);
    bound.mapping = duckdb::MultiFileColumnMappingMode::BY_NAME;
    return true;
  }

  duckdb::shared_ptr<duckdb::BaseFileReader> CreateReader(
      ClientContext& context, duckdb::GlobalTableFunctionState& global,
      const duckdb::OpenFileInfo& file, duckdb::idx_t file_index,
      const duckdb::MultiFileBindData& bound) override {
    auto reader = MultiFileReader::CreateReader(context, global, file, file_index, bound);
    RenameCaseTwins(*bound.file_list->Cast<FileScanList>().scan().source, reader.get());
    return reader;
  }

  void FinalizeBind(duckdb::MultiFileReaderData& data, const duckdb::MultiFileOptions& options,
                    const duckdb::MultiFileReaderBindData& bound,
                    const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                    const duckdb::vector<duckdb::ColumnIndex>& column_ids, ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global) override {
    MultiFileReader::FinalizeBind(data, options, bound, columns, column_ids, context, global);
    const auto& values = data.reader->file.extended_info->options;
    for (duckdb::idx_t i = 0; i < column_ids.size(); ++i) {
      const duckdb::idx_t id = column_ids[i].GetPrimaryIndex();
      // The last two columns.
      if (id >= columns.size() || id + 2 < columns.size()) continue;
      data.constant_map.Add(duckdb::MultiFileGlobalIndex(i), values.at(columns[id].name));
    }
  }
};

/// What a filter on `time` makes of rows with these statistics. What only may drop rows that others
/// drop anyway counts for nothing.
duckdb::FilterPropagateResult CheckTimes(const duckdb::TableFilter& filter,
                                         duckdb::BaseStatistics& times) {
  using Result = duckdb::FilterPropagateResult;
  switch (filter.filter_type) {
    case duckdb::TableFilterType::OPTIONAL_FILTER:
    case duckdb::TableFilterType::DYNAMIC_FILTER: return Result::FILTER_ALWAYS_TRUE;
    case duckdb::TableFilterType::CONJUNCTION_AND: {
      Result all = Result::FILTER_ALWAYS_TRUE;
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
        const Result result = CheckTimes(*child, times);
        if (result == Result::FILTER_ALWAYS_FALSE) return result;
        if (result != Result::FILTER_ALWAYS_TRUE) all = Result::NO_PRUNING_POSSIBLE;
      }
      return all;
    }
    default: return filter.CheckStatistics(times);
  }
}

bool MayDropRows(const duckdb::TableFilter& filter) {
  return filter.filter_type != duckdb::TableFilterType::OPTIONAL_FILTER &&
         filter.filter_type != duckdb::TableFilterType::DYNAMIC_FILTER;
}

/// How many of the file's rows pass the bounds of `time`, at least.
uint64_t RowsThatPass(const duckdb::TableFilter* bounds, const persist::ParquetFile& file) {
  if (bounds == nullptr) return file.row_count;
  auto times = duckdb::NumericStats::CreateEmpty(duckdb::LogicalType::TIMESTAMP_NS);
  const auto timestamp = [](int64_t ns) { return Value::TIMESTAMPNS(duckdb::timestamp_ns_t(ns)); };
  duckdb::NumericStats::SetMin(times, timestamp(file.time_range.min_ns));
  duckdb::NumericStats::SetMax(times, timestamp(file.time_range.max_ns));
  times.SetHasNoNull();
  const bool all = CheckTimes(*bounds, times) == duckdb::FilterPropagateResult::FILTER_ALWAYS_TRUE;
  return all ? file.row_count : 0;
}

}  // namespace

const ScanSource* SourceOfFileScan(const duckdb::LogicalGet& get) {
  if (get.function.name != kFileScanName) return nullptr;
  const auto& data = get.bind_data->Cast<duckdb::MultiFileBindData>();
  return data.file_list->Cast<FileScanList>().scan().source.get();
}

std::shared_ptr<const FileScan> FilesOf(const duckdb::LogicalGet& get) {
  if (get.function.name != kFileScanName) return nullptr;
  const auto& data = get.bind_data->Cast<duckdb::MultiFileBindData>();
  return data.file_list->Cast<FileScanList>().shared_scan();
}

void KeepFirstFiles(uint64_t row_count, bool oldest_first, duckdb::LogicalGet* get) {
  auto& data = get->bind_data->Cast<duckdb::MultiFileBindData>();
  const FileScan& scan = data.file_list->Cast<FileScanList>().scan();
  const auto& columns = scan.source->columns();
  const duckdb::TableFilter* bounds = nullptr;
  for (const auto& [column, filter] : get->table_filters.filters) {
    if (column < columns.size() && columns[column].kind == ScanColumn::Kind::kTime) {
      bounds = filter.get();
    } else if (MayDropRows(*filter)) {
      return;
    }
  }
  auto kept = std::make_shared<FileScan>(scan);
  std::sort(kept->files.begin(), kept->files.end(), [&](const auto& a, const auto& b) {
    return oldest_first ? a->time_range.min_ns < b->time_range.min_ns
                        : a->time_range.max_ns > b->time_range.max_ns;
  });
  uint64_t rows = 0;
  size_t count = 0;
  while (count < kept->files.size() && rows < row_count) {
    rows += RowsThatPass(bounds, *kept->files[count++]);
  }
  kept->files.resize(count);
  data.file_list = duckdb::make_shared_ptr<FileScanList>(std::move(kept));
}

void RegisterFileScan(duckdb::DatabaseInstance& database) {
  duckdb::TableFunctionSet scans(kFileScanName);
  duckdb::Connection connection(database);
  connection.context->RunFunctionInTransaction([&] {
    duckdb::TableFunctionSet own = duckdb::Catalog::GetSystemCatalog(database)
                                       .GetEntry<duckdb::TableFunctionCatalogEntry>(
                                           *connection.context, DEFAULT_SCHEMA, "parquet_scan")
                                       .functions;
    duckdb::TableFunction scan =
        own.GetFunctionByArguments(*connection.context, {duckdb::LogicalType::VARCHAR});
    scan.name = kFileScanName;
    scan.get_multi_file_reader = FileScanReader::Make;
    // What its argument names is all there is to a scan: that is compared and bound again.
    scan.serialize = nullptr;
    scan.deserialize = nullptr;
    // It would join two scans by the files' numbers, which differ where one reads fewer files.
    scan.late_materialization = false;
    scans.AddFunction(std::move(scan));
  });
  duckdb::ExtensionLoader loader(database, "influxdb3");
  loader.RegisterFunction(std::move(scans));
}

}  // namespace influxdb3::query
