#include "query/duckdb/time_order_pass.h"

#include <utility>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "duckdb/planner/operator/logical_set_operation.hpp"
#include "duckdb/planner/operator/logical_top_n.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/buffer_scan_data.h"
#include "query/duckdb/file_scan.h"

namespace influxdb3::query {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

// With more rows than this the scan is not the expensive part.
constexpr uint64_t kFirstRowsMax = 100'000;

/// The rows a query begins with, in order of `time`.
struct FirstRows {
  uint64_t count = 0;
  bool oldest_first = false;
};

/// Whether output column `index` of the scan is `time`.
bool IsTime(const duckdb::LogicalGet& get, const ScanSource& source, duckdb::idx_t index) {
  const auto& ids = get.GetColumnIds();
  if (!get.projection_ids.empty()) {
    if (index >= get.projection_ids.size()) return false;
    index = get.projection_ids[index];
  }
  if (index >= ids.size() || ids[index].IsVirtualColumn()) return false;
  const duckdb::idx_t column = ids[index].GetPrimaryIndex();
  return column < source.columns().size() &&
         source.columns()[column].kind == ScanColumn::Kind::kTime;
}

void MarkScan(const FirstRows& first, duckdb::idx_t column, duckdb::LogicalGet* get) {
  if (get->function.name == kBufferScanName) {
    auto& data = get->bind_data->Cast<BufferScanData>();
    if (!IsTime(*get, *data.source, column)) return;
    data.first_by_time = first.count;
    data.oldest_first = first.oldest_first;
  }
  const ScanSource* source = SourceOfFileScan(*get);
  if (source != nullptr && IsTime(*get, *source, column)) {
    KeepFirstFiles(first.count, first.oldest_first, get);
  }
}

/// Marks the scans that give the column of `binding` unchanged and each of their rows once; not
/// those above which something, such as a filter, can drop rows.
void MarkScans(const FirstRows& first, duckdb::ColumnBinding binding, LogicalOperator* op) {
  switch (op->type) {
    case LogicalOperatorType::LOGICAL_PROJECTION: {
      const auto& projection = op->Cast<duckdb::LogicalProjection>();
      if (binding.table_index != projection.table_index ||
          binding.column_index >= projection.expressions.size()) {
        return;
      }
      const Expression& expression = *projection.expressions[binding.column_index];
      if (expression.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return;
      const auto below = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
      return MarkScans(first, below, op->children[0].get());
    }
    case LogicalOperatorType::LOGICAL_UNION: {
      const auto& all = op->Cast<duckdb::LogicalSetOperation>();
      if (!all.setop_all || binding.table_index != all.table_index) return;
      for (const auto& child : op->children) {
        const auto bindings = child->GetColumnBindings();
        if (binding.column_index >= bindings.size()) return;
        MarkScans(first, bindings[binding.column_index], child.get());
      }
      return;
    }
    case LogicalOperatorType::LOGICAL_GET: {
      auto& get = op->Cast<duckdb::LogicalGet>();
      if (binding.table_index == get.table_index) MarkScan(first, binding.column_index, &get);
      return;
    }
    default: return;
  }
}

void MarkTop(duckdb::LogicalTopN& top) {
  const uint64_t rows = top.limit > kFirstRowsMax || top.offset > kFirstRowsMax
                            ? kFirstRowsMax + 1
                            : top.limit + top.offset;
  if (rows == 0 || rows > kFirstRowsMax || top.orders.empty()) return;
  const duckdb::BoundOrderByNode& order = top.orders[0];
  if (order.expression->GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return;
  MarkScans({rows, order.type == duckdb::OrderType::ASCENDING},
            order.expression->Cast<duckdb::BoundColumnRefExpression>().binding,
            top.children[0].get());
}

void Visit(LogicalOperator* op) {
  if (op->type == LogicalOperatorType::LOGICAL_TOP_N) MarkTop(op->Cast<duckdb::LogicalTopN>());
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
