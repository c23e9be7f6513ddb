#include "query/duckdb/plan_limits.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_conjunction_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"
#include "duckdb/planner/operator/logical_aggregate.hpp"
#include "duckdb/planner/operator/logical_cteref.hpp"
#include "duckdb/planner/operator/logical_materialized_cte.hpp"

#include "util/limits.h"

namespace influxdb3::query {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

[[noreturn]] void Refuse(const char* what, size_t count_max) {
  throw duckdb::BinderException(fmt::format("the query has more than {} {}", count_max, what));
}

class PlanMeter {
 public:
  /// How many aggregates without groups lie below one another in the plan, at most.
  size_t Visit(LogicalOperator& op) {
    CountSetOperands(op);
    duckdb::LogicalOperatorVisitor::EnumerateExpressions(
        op, [&](duckdb::unique_ptr<Expression>* expression) { VisitExpression(**expression); });
    size_t aggregates = 0;
    if (op.type == LogicalOperatorType::LOGICAL_CTE_REF) {
      aggregates = aggregates_of_cte_[op.Cast<duckdb::LogicalCTERef>().cte_index];
    }
    for (size_t i = 0; i < op.children.size(); ++i) {
      const size_t below = Visit(*op.children[i]);
      aggregates = std::max(aggregates, below);
      if (i == 0 && op.type == LogicalOperatorType::LOGICAL_MATERIALIZED_CTE) {
        aggregates_of_cte_[op.Cast<duckdb::LogicalMaterializedCTE>().table_index] = below;
      }
    }
    if (op.type == LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY &&
        op.Cast<duckdb::LogicalAggregate>().groups.empty() &&
        ++aggregates > util::limits::kQueryNestedAggregatesMax) {
      Refuse("nested aggregates without GROUP BY or sub-queries used as values",
             util::limits::kQueryNestedAggregatesMax);
    }
    return aggregates;
  }

 private:
  void CountSetOperands(const LogicalOperator& op) {
    if (IsSetOperation(op.type)) {
      set_operands_ += op.children.size();
      if (set_operands_ > util::limits::kQuerySetOperandsMax) {
        Refuse("queries combined by UNION, INTERSECT or EXCEPT",
               util::limits::kQuerySetOperandsMax);
      }
    }
  }

  static bool IsSetOperation(LogicalOperatorType type) {
    return type == LogicalOperatorType::LOGICAL_UNION ||
           type == LogicalOperatorType::LOGICAL_EXCEPT ||
           type == LogicalOperatorType::LOGICAL_INTERSECT;
  }

  void VisitExpression(Expression& expression) {
    if (expression.GetExpressionClass() == ExpressionClass::BOUND_CONJUNCTION) {
      condition_terms_ += expression.Cast<duckdb::BoundConjunctionExpression>().children.size();
      if (condition_terms_ > util::limits::kQueryConditionTermsMax) {
        Refuse("conditions joined by AND or OR", util::limits::kQueryConditionTermsMax);
      }
    }
    duckdb::ExpressionIterator::EnumerateChildren(
        expression, [&](Expression& child) { VisitExpression(child); });
  }

  std::unordered_map<duckdb::idx_t, size_t> aggregates_of_cte_;
  size_t set_operands_ = 0;
  size_t condition_terms_ = 0;
};

void Run(duckdb::OptimizerExtensionInput&, duckdb::unique_ptr<LogicalOperator>& plan) {
  PlanMeter().Visit(*plan);
}

}  // namespace

void RegisterPlanLimits(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = Run;
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

}  // namespace influxdb3::query
