#include "query/duckdb/latest_rows_pass.h"

#include <optional>
#include <utility>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_comparison_expression.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_window_expression.hpp"
#include "duckdb/planner/operator/logical_filter.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "duckdb/planner/operator/logical_window.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/buffer_scan_data.h"

namespace influxdb3::query {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

// More rows of each series than this are no longer a look-up.
constexpr uint64_t kLatestRowsMax = 64;

const Expression& PeelCasts(const Expression& expression) {
  const Expression* inner = &expression;
  while (inner->GetExpressionClass() == ExpressionClass::BOUND_CAST) {
    inner = inner->Cast<duckdb::BoundCastExpression>().child.get();
  }
  return *inner;
}

std::optional<duckdb::ColumnBinding> BindingOf(const Expression& expression) {
  const Expression& inner = PeelCasts(expression);
  if (inner.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return std::nullopt;
  return inner.Cast<duckdb::BoundColumnRefExpression>().binding;
}

std::optional<uint64_t> CountOf(const Expression& expression) {
  const Expression& inner = PeelCasts(expression);
  if (inner.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return std::nullopt;
  const duckdb::Value& value = inner.Cast<duckdb::BoundConstantExpression>().value;
  if (value.IsNull() || !value.type().IsIntegral()) return std::nullopt;
  const auto count = value.GetValue<int64_t>();
  if (count < 1) return std::nullopt;
  return static_cast<uint64_t>(count);
}

struct RankLimit {
  duckdb::ColumnBinding rank;
  uint64_t rows = 0;  ///< only the first so many ranks pass
};

/// `rank = n`, `rank <= n`, `rank < n` and the same with the sides exchanged.
std::optional<RankLimit> MatchRankLimit(const Expression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_COMPARISON) return std::nullopt;
  const auto& comparison = expression.Cast<duckdb::BoundComparisonExpression>();
  ExpressionType type = comparison.GetExpressionType();
  std::optional<duckdb::ColumnBinding> rank = BindingOf(*comparison.left);
  std::optional<uint64_t> count = CountOf(*comparison.right);
  if (!rank || !count) {
    rank = BindingOf(*comparison.right);
    count = CountOf(*comparison.left);
    type = duckdb::FlipComparisonExpression(type);
  }
  if (!rank || !count) return std::nullopt;
  switch (type) {
    case ExpressionType::COMPARE_EQUAL:
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return RankLimit{*rank, *count};
    case ExpressionType::COMPARE_LESSTHAN: return RankLimit{*rank, *count - 1};
    default: return std::nullopt;
  }
}

/// The operator below projections that produces `binding`, which is translated on the way.
LogicalOperator* Producer(LogicalOperator* op, duckdb::ColumnBinding* binding) {
  while (op->type == LogicalOperatorType::LOGICAL_PROJECTION) {
    const auto& projection = op->Cast<duckdb::LogicalProjection>();
    if (binding->table_index != projection.table_index) return nullptr;
    const auto below = BindingOf(*projection.expressions[binding->column_index]);
    if (!below) return nullptr;
    *binding = *below;
    op = op->children[0].get();
  }
  return op;
}

const ScanColumn* ScannedColumn(const Expression& expression, const duckdb::LogicalGet& get) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return nullptr;
  const duckdb::ColumnBinding binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
  const auto& ids = get.GetColumnIds();
  if (binding.table_index != get.table_index || binding.column_index >= ids.size() ||
      ids[binding.column_index].IsVirtualColumn()) {
    return nullptr;
  }
  const auto& columns = get.bind_data->Cast<BufferScanData>().source->columns();
  return &columns[ids[binding.column_index].GetPrimaryIndex()];
}

bool NumbersSeriesByTimeDescending(const Expression& expression, const duckdb::LogicalGet& get) {
  if (expression.GetExpressionType() != ExpressionType::WINDOW_ROW_NUMBER) return false;
  const auto& window = expression.Cast<duckdb::BoundWindowExpression>();
  if (window.orders.size() != 1 || window.filter_expr || !window.arg_orders.empty() ||
      window.orders[0].type != duckdb::OrderType::DESCENDING) {
    return false;
  }
  const ScanColumn* order = ScannedColumn(*window.orders[0].expression, get);
  if (order == nullptr || order->kind != ScanColumn::Kind::kTime) return false;
  for (const auto& partition : window.partitions) {
    const ScanColumn* column = ScannedColumn(*partition, get);
    if (column == nullptr || column->kind != ScanColumn::Kind::kTag) return false;
  }
  return true;
}

void MarkScan(const RankLimit& limit, LogicalOperator* below_filter) {
  duckdb::ColumnBinding rank = limit.rank;
  LogicalOperator* op = Producer(below_filter, &rank);
  if (op == nullptr || op->type != LogicalOperatorType::LOGICAL_WINDOW) return;
  const auto& window = op->Cast<duckdb::LogicalWindow>();
  // Another window function over the same rows would need them all.
  if (window.window_index != rank.table_index || window.expressions.size() != 1 ||
      window.children[0]->type != LogicalOperatorType::LOGICAL_GET) {
    return;
  }
  auto& get = window.children[0]->Cast<duckdb::LogicalGet>();
  if (get.function.name != kBufferScanName) return;
  if (!NumbersSeriesByTimeDescending(*window.expressions[0], get)) return;
  auto& data = get.bind_data->Cast<BufferScanData>();
  data.latest_per_series = static_cast<uint32_t>(limit.rows);
  data.latest_by.emplace();
  for (const auto& partition :
       window.expressions[0]->Cast<duckdb::BoundWindowExpression>().partitions) {
    const auto index = partition->Cast<duckdb::BoundColumnRefExpression>().binding.column_index;
    data.latest_by->push_back(static_cast<uint32_t>(get.GetColumnIds()[index].GetPrimaryIndex()));
  }
}

void Visit(LogicalOperator* op) {
  if (op->type == LogicalOperatorType::LOGICAL_FILTER) {
    for (const auto& expression : op->expressions) {
      const auto limit = MatchRankLimit(*expression);
      if (limit && limit->rows >= 1 && limit->rows <= kLatestRowsMax) {
        MarkScan(*limit, op->children[0].get());
      }
    }
  }
  for (const auto& child : op->children) Visit(child.get());
}

void Run(duckdb::OptimizerExtensionInput&, duckdb::unique_ptr<LogicalOperator>& plan) {
  Visit(plan.get());
}

}  // namespace

void RegisterLatestRowsPass(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = Run;
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

}  // namespace influxdb3::query
