#include "query/duckdb/time_order_pass.h"

#include <utility>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "duckdb/planner/operator/logical_top_n.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/buffer_scan_data.h"

namespace influxdb3::query {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

// With more rows than this the scan is not the expensive part.
constexpr uint64_t kFirstRowsMax = 100'000;

/// The scan that gives the column of `binding` unchanged and each of its rows once; null when
/// something between, such as a filter, can drop rows.
duckdb::LogicalGet* FindScan(LogicalOperator* op, duckdb::ColumnBinding* binding) {
  while (op->type == LogicalOperatorType::LOGICAL_PROJECTION) {
    const auto& projection = op->Cast<duckdb::LogicalProjection>();
    if (binding->table_index != projection.table_index ||
        binding->column_index >= projection.expressions.size()) {
      return nullptr;
    }
    const Expression& expression = *projection.expressions[binding->column_index];
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return nullptr;
    *binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
    op = op->children[0].get();
  }
  if (op->type != LogicalOperatorType::LOGICAL_GET) return nullptr;
  auto& get = op->Cast<duckdb::LogicalGet>();
  return get.function.name == kBufferScanName && binding->table_index == get.table_index ? &get
                                                                                         : nullptr;
}

/// Whether output column `index` of the scan is `time`.
bool IsTime(const duckdb::LogicalGet& get, duckdb::idx_t index) {
  const auto& ids = get.GetColumnIds();
  if (!get.projection_ids.empty()) {
    if (index >= get.projection_ids.size()) return false;
    index = get.projection_ids[index];
  }
  if (index >= ids.size() || ids[index].IsVirtualColumn()) return false;
  const auto& columns = get.bind_data->Cast<BufferScanData>().source->columns();
  return columns[ids[index].GetPrimaryIndex()].kind == ScanColumn::Kind::kTime;
}

void MarkScan(duckdb::LogicalTopN& top) {
  const uint64_t rows = top.limit > kFirstRowsMax || top.offset > kFirstRowsMax
                            ? kFirstRowsMax + 1
                            : top.limit + top.offset;
  if (rows == 0 || rows > kFirstRowsMax || top.orders.empty()) return;
  const duckdb::BoundOrderByNode& first = top.orders[0];
  if (first.expression->GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return;
  auto binding = first.expression->Cast<duckdb::BoundColumnRefExpression>().binding;
  duckdb::LogicalGet* get = FindScan(top.children[0].get(), &binding);
  if (get == nullptr || !IsTime(*get, binding.column_index)) return;
  auto& data = get->bind_data->Cast<BufferScanData>();
  data.first_by_time = rows;
  data.oldest_first = first.type == duckdb::OrderType::ASCENDING;
}

void Visit(LogicalOperator* op) {
  if (op->type == LogicalOperatorType::LOGICAL_TOP_N) MarkScan(op->Cast<duckdb::LogicalTopN>());
  for (const auto& child : op->children) Visit(child.get());
}

void Run(duckdb::OptimizerExtensionInput&, duckdb::unique_ptr<LogicalOperator>& plan) {
  Visit(plan.get());
}

}  // namespace

void RegisterTimeOrderPass(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  // Behind DuckDB's own passes: what was pushed into the scan no longer stands between.
  extension.optimize_function = Run;
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

}  // namespace influxdb3::query
