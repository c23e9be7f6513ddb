#include "query/duckdb/file_union_pass.h"

#include <memory>
#include <utility>
#include <vector>

#include "duckdb/optimizer/filter_pushdown.hpp"
#include "duckdb/optimizer/optimizer.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"

#include "query/duckdb/buffer_scan.h"
#include "query/duckdb/buffer_scan_data.h"
#include "query/duckdb/file_union.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;
using PlanPtr = duckdb::unique_ptr<LogicalOperator>;

BufferScanData* ScanThatStandsForFiles(LogicalOperator& op) {
  if (op.type != LogicalOperatorType::LOGICAL_GET) return nullptr;
  auto& get = op.Cast<duckdb::LogicalGet>();
  if (get.function.name != kBufferScanName) return nullptr;
  auto& data = get.bind_data->Cast<BufferScanData>();
  return data.stands_for_files ? &data : nullptr;
}

bool HasFiles(LogicalOperator& op) {
  if (ScanThatStandsForFiles(op) != nullptr) return true;
  for (const auto& child : op.children) {
    if (HasFiles(*child)) return true;
  }
  return false;
}

class FileUnionPass {
 public:
  explicit FileUnionPass(duckdb::OptimizerExtensionInput& input)
      : input_(input),
        sources_(input.context.registered_state->Get<QuerySources>(QuerySources::kKey)) {}

  void Run(PlanPtr* plan) {
    if (!sources_ || !HasFiles(**plan)) return;
    PushFiltersDown(plan);
    Replace(plan);
  }

 private:
  void PushFiltersDown(PlanPtr* plan) {
    input_.optimizer.rewriter.VisitOperator(**plan);
    duckdb::FilterPushdown pushdown(input_.optimizer);
    duckdb::unordered_set<duckdb::idx_t> top_bindings;
    pushdown.CheckMarkToSemi(**plan, top_bindings);
    *plan = pushdown.Rewrite(std::move(*plan));
  }

  void Replace(PlanPtr* op) {
    for (auto& child : (*op)->children) Replace(&child);
    BufferScanData* data = ScanThatStandsForFiles(**op);
    if (data == nullptr) return;
    auto& get = (*op)->Cast<duckdb::LogicalGet>();
    UnionRequest request;
    request.source = data->source;
    request.time = data->filter->time;
    for (const duckdb::ColumnIndex& id : get.GetColumnIds()) {
      if (id.IsVirtualColumn()) continue;
      request.columns.push_back(static_cast<uint32_t>(id.GetPrimaryIndex()));
    }
    request.newest_of_series = data->latest_per_series;
    if (data->latest_per_series == 1) request.newest_by = data->latest_by;
    auto rows = MakeFileUnion(request, sources_.get());
    if (rows == nullptr) {
      data->stands_for_files = false;
      return;
    }
    auto binder = duckdb::Binder::CreateBinder(input_.context, &input_.optimizer.binder);
    duckdb::BoundStatement bound = binder->Bind(*rows);
    MarkScans(*data, *bound.plan);
    *op = LikeScan(get, std::move(bound.plan));
  }

  /// A scan of some chunks may leave out what a scan of all chunks may.
  void MarkScans(const BufferScanData& whole, LogicalOperator& op) {
    for (const auto& child : op.children) MarkScans(whole, *child);
    if (op.type != LogicalOperatorType::LOGICAL_GET) return;
    auto& get = op.Cast<duckdb::LogicalGet>();
    if (get.function.name != kBufferScanName) return;
    get.bind_data->Cast<BufferScanData>().latest_per_series = whole.latest_per_series;
  }

  /// The rows of `plan` under the bindings of `get`.
  static PlanPtr LikeScan(const duckdb::LogicalGet& get, PlanPtr plan) {
    plan->ResolveOperatorTypes();
    const auto bindings = plan->GetColumnBindings();
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> columns;
    size_t next = 0;
    for (const duckdb::ColumnIndex& id : get.GetColumnIds()) {
      if (id.IsVirtualColumn()) {
        columns.push_back(duckdb::make_uniq<duckdb::BoundConstantExpression>(
            duckdb::Value(get.GetColumnType(id))));
        continue;
      }
      columns.push_back(duckdb::make_uniq<duckdb::BoundColumnRefExpression>(
          get.names[id.GetPrimaryIndex()], plan->types[next], bindings[next]));
      ++next;
    }
    auto projection =
        duckdb::make_uniq<duckdb::LogicalProjection>(get.table_index, std::move(columns));
    projection->children.push_back(std::move(plan));
    projection->ResolveOperatorTypes();
    return projection;
  }

  duckdb::OptimizerExtensionInput& input_;
  const duckdb::shared_ptr<QuerySources> sources_;
};

void Run(duckdb::OptimizerExtensionInput& input, PlanPtr& plan) {
  FileUnionPass(input).Run(&plan);
}

}  // namespace

void RegisterFileUnionPass(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = Run;
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

}  // namespace influxdb3::query
