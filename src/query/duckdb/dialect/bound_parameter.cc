#include "query/duckdb/dialect/bound_parameter.h"

#include <functional>
#include <utility>

#include "duckdb/parser/parsed_expression_iterator.hpp"

#include "query/duckdb/dialect/rewriter.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using duckdb::ParsedExpression;
using duckdb::Value;

struct ToValue {
  Value operator()(std::monostate) const { return Value(LogicalType::SQLNULL); }
  Value operator()(bool v) const { return Value::BOOLEAN(v); }
  Value operator()(int64_t v) const { return Value::BIGINT(v); }
  Value operator()(uint64_t v) const { return Value::UBIGINT(v); }
  Value operator()(double v) const { return Value::DOUBLE(v); }
  Value operator()(const std::string& v) const { return Value(v); }
};

}  // namespace

duckdb::unique_ptr<ParsedExpression> BoundParameter::Copy() const {
  auto copy = duckdb::make_uniq<BoundParameter>(value, name_);
  copy->CopyProperties(*this);
  return copy;
}

const BoundParameter* AsBoundParameter(const ParsedExpression& expression) {
  return dynamic_cast<const BoundParameter*>(&expression);
}

void Rewriter::BindParameters(Node& node) const {
  if (parameters_.empty()) return;
  // Whole numbers that are not negative arrive unsigned. Many functions want signed ones, and
  // nobody can write a value's type.
  const auto wants_signed = [](const ParsedExpression& parent) {
    if (parent.GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return false;
    const auto& call = parent.Cast<duckdb::FunctionExpression>();
    return !call.is_operator && call.function_name != "arrow_typeof";
  };
  std::function<void(ExpressionPtr&, bool)> bind = [&](ExpressionPtr& expression, bool is_signed) {
    if (expression->GetExpressionClass() != duckdb::ExpressionClass::PARAMETER) {
      const bool signed_children = wants_signed(*expression);
      duckdb::ParsedExpressionIterator::EnumerateChildren(
          *expression, [&](ExpressionPtr& child) { bind(child, signed_children); });
      return;
    }
    const std::string& identifier = expression->Cast<duckdb::ParameterExpression>().identifier;
    const size_t index = std::stoul(identifier.substr(1));
    if (parameters_[index] == nullptr) return;
    Value value = std::visit(ToValue(), *parameters_[index]);
    Value narrow;
    std::string error;
    if (is_signed && value.type().id() == duckdb::LogicalTypeId::UBIGINT &&
        value.DefaultTryCastAs(LogicalType::BIGINT, narrow, &error)) {
      value = narrow;
    }
    auto bound = duckdb::make_uniq<BoundParameter>(std::move(value), text_.parameters[index]);
    bound->alias = expression->alias;
    bound->query_location = expression->query_location;
    expression = std::move(bound);
  };
  duckdb::ParsedExpressionIterator::EnumerateQueryNodeChildren(
      node, [&](ExpressionPtr& expression) { bind(expression, false); });
}

}  // namespace influxdb3::query::sql
