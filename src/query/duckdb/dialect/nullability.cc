// Which columns of a result cannot be NULL, as the reference tells it.
#include <algorithm>
#include <string_view>

#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ParsedExpression;
using duckdb::Value;

/// Never NULL, whatever the arguments are. Of other functions the reference takes most for
/// nullable.
bool NeverNull(std::string_view function) {
  static constexpr std::string_view kNames[] = {
      "binary",       "count", "cume_dist", "current_timestamp", "dense_rank", "now",
      "percent_rank", "ntile", "rank",      "row_number"};
  return std::find(std::begin(kNames), std::end(kNames), function) != std::end(kNames);
}

/// NULL only for NULL arguments.
bool PassesNulls(std::string_view function) {
  static constexpr std::string_view kNames[] = {"arrow_cast", "instr", "position", "strpos"};
  return std::find(std::begin(kNames), std::end(kNames), function) != std::end(kNames);
}

}  // namespace

bool Rewriter::AnyNullable(const duckdb::vector<ExpressionPtr>& list,
                           const ExpressionContext& context) {
  return std::any_of(list.begin(), list.end(), [&](const ExpressionPtr& expression) {
    return IsNullable(*expression, context);
  });
}

bool Rewriter::AllNullable(const duckdb::vector<ExpressionPtr>& list,
                           const ExpressionContext& context) {
  return std::all_of(list.begin(), list.end(), [&](const ExpressionPtr& expression) {
    return IsNullable(*expression, context);
  });
}

bool Rewriter::IsNullableCall(const duckdb::FunctionExpression& call,
                              const ExpressionContext& context) {
  const bool comparison = call.schema == "main" && (call.function_name == "like_escape" ||
                                                    call.function_name == "ilike_escape");
  if (call.is_operator || comparison || call.function_name == "regexp_full_match") {
    return AnyNullable(call.children, context);
  }
  if (call.schema == "main" && call.function_name == "timezone" && call.children.size() == 2) {
    return IsNullable(*call.children[1], context);
  }
  const std::string name = CallName(call);
  if (NeverNull(name) || call.function_name == "count_star") return false;
  if (PassesNulls(name)) return AnyNullable(call.children, context);
  if (name == "coalesce") return AllNullable(call.children, context);
  return true;
}

bool Rewriter::IsNullableOperator(const duckdb::OperatorExpression& expression,
                                  const ExpressionContext& context) {
  // The reference looks at so many operands of IN and takes longer lists for nullable.
  constexpr size_t kInOperandsMax = 6;
  switch (expression.type) {
    case ExpressionType::OPERATOR_IS_NULL:
    case ExpressionType::OPERATOR_IS_NOT_NULL: return false;
    case ExpressionType::OPERATOR_NOT: return IsNullable(*expression.children[0], context);
    case ExpressionType::COMPARE_IN:
    case ExpressionType::COMPARE_NOT_IN:
      return expression.children.size() > kInOperandsMax ||
             AnyNullable(expression.children, context);
    case ExpressionType::OPERATOR_COALESCE: return AllNullable(expression.children, context);
    default: return true;
  }
}

bool Rewriter::IsNullableCase(const duckdb::CaseExpression& expression,
                              const ExpressionContext& context) {
  if (IsNullable(*expression.else_expr, context)) return true;
  return std::any_of(
      expression.case_checks.begin(), expression.case_checks.end(),
      [&](const duckdb::CaseCheck& check) { return IsNullable(*check.then_expr, context); });
}

bool Rewriter::IsNullable(const ParsedExpression& expression, const ExpressionContext& context) {
  std::string test;
  if (BooleanTestOperand(expression, &test) != nullptr) return false;
  IntervalParts interval;
  if (IntervalFromSql(expression, &interval)) return false;
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COLUMN_REF: {
      const auto& names = expression.Cast<duckdb::ColumnRefExpression>().column_names;
      ResolvedColumn found;
      if (context.scope->TryResolve(names, &found)) {
        return context.groups_nullable || !found.field_path.empty() || found.column->nullable;
      }
      return names.size() != 1 || !NeverNull(names[0]);
    }
    case ExpressionClass::CONSTANT:
      // A prepared statement tells its schema before it has values.
      return AsBoundParameter(expression) != nullptr || LiteralValue(expression)->IsNull();
    case ExpressionClass::CAST: {
      const auto& cast = expression.Cast<duckdb::CastExpression>();
      return cast.try_cast || IsNullable(*cast.child, context);
    }
    case ExpressionClass::FUNCTION:
      return IsNullableCall(expression.Cast<duckdb::FunctionExpression>(), context);
    case ExpressionClass::WINDOW: {
      const std::string& name = expression.Cast<duckdb::WindowExpression>().function_name;
      return name != "count_star" && !NeverNull(name);
    }
    case ExpressionClass::CASE:
      return IsNullableCase(expression.Cast<duckdb::CaseExpression>(), context);
    case ExpressionClass::OPERATOR:
      return IsNullableOperator(expression.Cast<duckdb::OperatorExpression>(), context);
    case ExpressionClass::SUBQUERY: {
      const auto& subquery = expression.Cast<duckdb::SubqueryExpression>();
      if (subquery.subquery_type == duckdb::SubqueryType::EXISTS) return false;
      // A list of `= ANY` may hold NULLs.
      if (ListOfAny(subquery) != nullptr) return true;
      bool nullable = true;
      RewriteOnce(subquery, context, &nullable);
      return nullable || (subquery.child && IsNullable(*subquery.child, context));
    }
    case ExpressionClass::COMPARISON: {
      const auto& comparison = expression.Cast<duckdb::ComparisonExpression>();
      if (IsUnknownLiteral(*comparison.right)) return false;
      return IsNullable(*comparison.left, context) || IsNullable(*comparison.right, context);
    }
    case ExpressionClass::CONJUNCTION:
      return AnyNullable(expression.Cast<duckdb::ConjunctionExpression>().children, context);
    case ExpressionClass::BETWEEN: {
      const auto& between = expression.Cast<duckdb::BetweenExpression>();
      return IsNullable(*between.input, context) || IsNullable(*between.lower, context) ||
             IsNullable(*between.upper, context);
    }
    default: return true;
  }
}

}  // namespace influxdb3::query::sql
