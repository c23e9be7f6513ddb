#include "query/duckdb/selective_scan_pass.h"

#include <algorithm>
#include <utility>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/operator/logical_get.hpp"

#include "query/duckdb/file_scan.h"
#include "query/duckdb/selective_filter.h"
#include "query/duckdb/selective_scan.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalOperator;

/// What a page of a file holds, about.
constexpr double kPageRows = 4000;
/// A named value of a tag is taken to be that of so many of the series: it may be one of few.
constexpr double kShareOfTagValue = 1.0 / 8;
struct PassInfo : public duckdb::OptimizerExtensionInfo {
  std::shared_ptr<SelectiveReads> reads;
  double page_share_max = 0;
};

/// The share of the files' pages that have rows which pass the filters, roughly.
double PageShare(const duckdb::LogicalGet& get, const FileScan& scan) {
  const auto& columns = scan.source->columns();
  model::TimeRange times = model::TimeRange::All();
  double series_share = 1;
  for (const auto& [index, filter] : get.table_filters.filters) {
    if (index >= columns.size()) continue;
    if (columns[index].kind == ScanColumn::Kind::kTime) times = times.Intersect(TimesOf(*filter));
    if (columns[index].kind != ScanColumn::Kind::kTag) continue;
    const auto values = ValuesOf(*filter);
    if (!values) continue;
    series_share = std::min(series_share, static_cast<double>(values->size()) * kShareOfTagValue);
  }
  double rows = 0;
  double rows_read = 0;
  for (const auto& file : scan.files) {
    const auto file_rows = static_cast<double>(file->row_count);
    rows += file_rows;
    const model::TimeRange& all = file->time_range;
    const model::TimeRange part = all.Intersect(times);
    if (part.empty()) continue;
    const double time_share =
        (static_cast<double>(part.max_ns) - static_cast<double>(part.min_ns) + 1) /
        (static_cast<double>(all.max_ns) - static_cast<double>(all.min_ns) + 1);
    const double series = static_cast<double>(std::max<uint64_t>(file->series_count, 1));
    // Of each series the pages of its time, and one because they begin anywhere.
    const double page_share = std::min(1.0, time_share + kPageRows * series / file_rows);
    rows_read += file_rows * std::min(1.0, series_share * page_share);
  }
  return rows == 0 ? 1 : rows_read / rows;
}

bool HasOnlyColumns(const duckdb::LogicalGet& get) {
  const auto& ids = get.GetColumnIds();
  return std::all_of(ids.begin(), ids.end(), [](const duckdb::ColumnIndex& id) {
    return !id.IsVirtualColumn() || id.IsEmptyColumn();
  });
}

bool IsWorthwhile(const PassInfo& info, const duckdb::LogicalGet& get, const FileScan& scan) {
  if (scan.files.empty() || !HasOnlyColumns(get)) return false;
  return (scan.newest_of_series > 0 && info.page_share_max > 0) ||
         PageShare(get, scan) <= info.page_share_max;
}

void Visit(const PassInfo& info, LogicalOperator* op) {
  for (const auto& child : op->children) Visit(info, child.get());
  if (op->type != duckdb::LogicalOperatorType::LOGICAL_GET) return;
  auto& get = op->Cast<duckdb::LogicalGet>();
  auto scan = FilesOf(get);
  if (scan != nullptr && IsWorthwhile(info, get, *scan))
    MakeSelective(info.reads, std::move(scan), &get);
}

void Run(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<LogicalOperator>& plan) {
  Visit(static_cast<const PassInfo&>(*input.info), plan.get());
}

}  // namespace

void RegisterSelectiveScanPass(duckdb::DBConfig& config, std::shared_ptr<SelectiveReads> reads,
                               double page_share_max) {
  auto info = duckdb::make_shared_ptr<PassInfo>();
  info->reads = std::move(reads);
  info->page_share_max = page_share_max;
  duckdb::OptimizerExtension extension;
  extension.optimize_function = Run;
  extension.optimizer_info = std::move(info);
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

}  // namespace influxdb3::query
