// DuckDB's sort writes the types of its keys as text and parses them again, which types known by an
// alias do not survive. This pass lets it sort by what the types are made of.
#include "query/duckdb/dialect/sort_keys.h"

#include <utility>

#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression/bound_window_expression.hpp"
#include "duckdb/planner/operator/logical_distinct.hpp"
#include "duckdb/planner/operator/logical_order.hpp"
#include "duckdb/planner/operator/logical_window.hpp"

namespace influxdb3::query::sql {
namespace {

using duckdb::Expression;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;

/// The type without aliases, its members' ones included.
LogicalType PlainType(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::STRUCT: {
      duckdb::child_list_t<LogicalType> members;
      for (const auto& [name, member] : duckdb::StructType::GetChildTypes(type)) {
        members.emplace_back(name, PlainType(member));
      }
      return LogicalType::STRUCT(std::move(members));
    }
    case LogicalTypeId::LIST:
      return LogicalType::LIST(PlainType(duckdb::ListType::GetChildType(type)));
    default: return type.HasAlias() ? LogicalType(type.id()) : type;
  }
}

void ShowAsPlain(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  result.Reinterpret(arguments.data[0]);
}

void MakePlain(duckdb::unique_ptr<Expression>& key) {
  const LogicalType plain = PlainType(key->return_type);
  if (plain == key->return_type) return;
  duckdb::ScalarFunction function("iox_plain", {key->return_type}, plain, ShowAsPlain);
  duckdb::vector<duckdb::unique_ptr<Expression>> arguments;
  arguments.push_back(std::move(key));
  key = duckdb::make_uniq<duckdb::BoundFunctionExpression>(plain, std::move(function),
                                                           std::move(arguments), nullptr);
}

void MakePlain(duckdb::vector<duckdb::BoundOrderByNode>& orders) {
  for (duckdb::BoundOrderByNode& order : orders) {
    MakePlain(order.expression);
    order.stats.reset();
  }
}

void Visit(LogicalOperator& op) {
  switch (op.type) {
    case LogicalOperatorType::LOGICAL_ORDER_BY:
      MakePlain(op.Cast<duckdb::LogicalOrder>().orders);
      break;
    case LogicalOperatorType::LOGICAL_DISTINCT: {
      const auto& order = op.Cast<duckdb::LogicalDistinct>().order_by;
      if (order) MakePlain(order->orders);
      break;
    }
    case LogicalOperatorType::LOGICAL_WINDOW:
      for (auto& expression : op.Cast<duckdb::LogicalWindow>().expressions) {
        auto& window = expression->Cast<duckdb::BoundWindowExpression>();
        MakePlain(window.orders);
        MakePlain(window.arg_orders);
        for (auto& partition : window.partitions) MakePlain(partition);
      }
      break;
    default: break;
  }
  for (auto& child : op.children) Visit(*child);
}

void Run(duckdb::OptimizerExtensionInput&, duckdb::unique_ptr<LogicalOperator>& plan) {
  Visit(*plan);
}

}  // namespace

void RegisterSortKeys(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = Run;
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

}  // namespace influxdb3::query::sql
