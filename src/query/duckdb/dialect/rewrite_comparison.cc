// Comparisons and logical operators: what the reference makes comparable, and what it refuses.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/parser/parsed_expression_iterator.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/literal_text.h"
#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;
using util::Status;

bool IsTimestampText(const std::string& type) {
  return type.rfind("Timestamp(", 0) == 0;
}
bool IsNumberText(const std::string& type) {
  return type == "Int64" || type == "UInt64" || type == "Float64" || type == "Int32" ||
         type == "Float32";
}
bool IsStringText(const std::string& type) {
  return type == "Utf8" || type == "Dictionary(Int32, Utf8)";
}

bool IsIntervalLiteral(const ParsedExpression& expression) {
  const Value* value = LiteralValue(expression);
  return value != nullptr &&
         (value->type().id() == LogicalTypeId::INTERVAL || IsNanoInterval(value->type()));
}

[[noreturn]] void ThrowTypeCoercion(const std::string& left, std::string_view symbol,
                                    const std::string& right) {
  throw SqlError(Status::InvalidArgument(fmt::format(
      "type_coercion\ncaused by\nError during planning: Cannot infer common argument type for "
      "comparison operation {} {} {}",
      left, symbol, right)));
}

bool IsMomentText(const std::string& type) {
  return IsTimestampText(type) || type == "Date32";
}
bool IsSpanText(const std::string& type) {
  return type == "Interval(MonthDayNano)" || type.rfind("Duration(", 0) == 0;
}
bool IsClockText(const std::string& type) {
  return type.rfind("Time64(", 0) == 0;
}

/// Whether times of one kind stand beside another kind or beside what is no time at all.
bool AreApart(const std::string& left, const std::string& right) {
  const auto kind = [](const std::string& type) {
    return IsMomentText(type)                        ? 1
           : IsSpanText(type)                        ? 2
           : IsClockText(type)                       ? 3
           : IsNumberText(type) || type == "Boolean" ? 4
                                                     : 0;
  };
  const int a = kind(left);
  const int b = kind(right);
  return a != 0 && b != 0 && a != b;
}

/// Whether an expression that is not rewritten yet calls what gives times a zone, or is a column
/// of a type nobody knows.
bool MentionsZone(const ParsedExpression& expression, const std::string& type) {
  if (expression.GetExpressionClass() == ExpressionClass::COLUMN_REF) return type.empty();
  if (expression.GetExpressionClass() == ExpressionClass::SUBQUERY) return false;
  if (expression.GetExpressionClass() == ExpressionClass::FUNCTION) {
    const std::string& name = expression.Cast<duckdb::FunctionExpression>().function_name;
    if (name == "tz" || name == "timezone" || name == "from_unixtime" || name == "arrow_cast") {
      return true;
    }
  }
  bool found = false;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression,
      [&](const ParsedExpression& child) { found = found || MentionsZone(child, "known"); });
  return found;
}

bool IsConstant(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::COLUMN_REF ||
      expression.GetExpressionClass() == ExpressionClass::SUBQUERY) {
    return false;
  }
  bool constant = true;
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { constant = constant && IsConstant(child); });
  return constant;
}

/// A column that is given a zone and compared with a constant keeps its instants: the reference
/// moves the conversion to the constant and drops it there.
void KeepInstants(ExpressionPtr& side, const ParsedExpression& other) {
  if (side->GetExpressionClass() != ExpressionClass::FUNCTION || !IsConstant(other)) return;
  auto& call = side->Cast<duckdb::FunctionExpression>();
  if (call.children.size() != 2) return;
  const bool operation = call.function_name == "timezone" && call.schema == "main";
  if (!operation && call.function_name != "arrow_cast") return;
  ExpressionPtr& column = call.children[operation ? 1 : 0];
  const std::string* text = LiteralText(*call.children[operation ? 0 : 1]);
  if (text == nullptr || column->GetExpressionClass() != ExpressionClass::COLUMN_REF) return;
  const std::string zone = operation ? *text : TimestampZone(TypeFromArrowText(*text));
  if (zone.empty()) return;
  ExpressionPtr kept = std::move(column);
  side = Call("tz", std::move(kept), Literal(zone.c_str()));
}

/// Instants compare whatever their zones are; to DuckDB each zone is a type of its own.
void ForgetZone(ExpressionPtr& side, const std::string& type) {
  if (LiteralValue(*side) == nullptr && MayHaveZone(type)) {
    side = Call("iox_without_zone", std::move(side));
  }
}

/// What the reference reads by the clocks of a zone because the other side has one.
void ReadInZoneOf(ExpressionPtr& side, const std::string& type, const ParsedExpression& zoned) {
  if (IsTimestampText(type) || IsStringText(type)) {
    side = Call("iox_in_zone_of", std::move(side), zoned.Copy());
  }
}

bool MayBeBoolean(const std::string& type) {
  return type.empty() || type == "Boolean" || type == "Null";
}

}  // namespace

void Rewriter::RewriteConjunction(ParsedExpression& expression, const ExpressionContext& context) {
  auto& children = expression.Cast<duckdb::ConjunctionExpression>().children;
  for (size_t i = 0; i < children.size(); ++i) {
    const std::string type = KnownType(*children[i], context);
    if (MayBeBoolean(type)) continue;
    std::string other = KnownType(*children[i == 0 ? 1 : i - 1], context);
    if (other.empty()) other = "Boolean";
    ThrowPlanError(fmt::format(
        "Cannot infer common argument type for logical boolean operation {} {} {}",
        i == 0 ? type : other, expression.type == ExpressionType::CONJUNCTION_AND ? "AND" : "OR",
        i == 0 ? other : type));
  }
  RewriteChildren(expression, context);
}

void Rewriter::CheckNot(const ParsedExpression& expression, const ExpressionContext& context) {
  const auto& operand = *expression.Cast<duckdb::OperatorExpression>().children[0];
  const std::string type = KnownType(operand, context);
  if (!MayBeBoolean(type)) ThrowTypeCoercion(type, "IS DISTINCT FROM", "Boolean");
}

/// Makes both sides comparable the way the reference coerces them.
void Rewriter::AlignComparison(ExpressionPtr& left, ExpressionPtr& right,
                               const std::string& left_type, const std::string& right_type,
                               std::string_view symbol) const {
  const auto one_way = [&](ExpressionPtr& side, const std::string& side_type, ExpressionPtr& other,
                           const std::string& other_type) {
    const std::string* text = LiteralText(*other);
    if (IsTimestampText(side_type) && text != nullptr) {
      other = Literal(TimestampLiteral(*text));
      if (side_type != "Timestamp(ns)") {
        side = CastTo(LogicalType(LogicalTypeId::TIMESTAMP_NS), std::move(side));
      }
    } else if (IsNumberText(side_type) && IsStringText(other_type)) {
      side = CastTo(LogicalType::VARCHAR, std::move(side));
    } else if ((IsTimestampText(side_type) &&
                (IsNumberText(other_type) || other_type == "Boolean")) ||
               (side_type == "Boolean" && (IsNumberText(other_type) || other_type == "Utf8")) ||
               AreApart(side_type, other_type)) {
      ThrowTypeCoercion(left_type, symbol, right_type);
    } else if (IsIntervalLiteral(*other) || IsSpanText(other_type)) {
      other = Call("iox_comparable", std::move(other));
      side = Call("iox_comparable", std::move(side));
    }
  };
  one_way(left, left_type, right, right_type);
  one_way(right, right_type, left, left_type);
}

void Rewriter::RewriteComparison(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& comparison = expression->Cast<duckdb::ComparisonExpression>();
  std::string test;
  if (BooleanTestOperand(*expression, &test) != nullptr) {
    auto& cast = comparison.left->Cast<duckdb::CastExpression>();
    const std::string type = KnownType(*cast.child, context);
    if (!type.empty() && type != "Boolean" && type != "Null") {
      ThrowTypeCoercion(type, "IS DISTINCT FROM", "Boolean");
    }
    Rewrite(cast.child, context);
    return;
  }
  const std::string left_type = KnownType(*comparison.left, context);
  const std::string right_type = KnownType(*comparison.right, context);
  // A constant is read by the clocks of the other side's zone; so is what meets no constant.
  const bool left_constant = IsConstant(*comparison.left);
  const bool right_constant = IsConstant(*comparison.right);
  const bool left_zone = MayHaveZone(left_type) && MentionsZone(*comparison.left, left_type) &&
                         (right_constant || !left_constant);
  const bool right_zone = MayHaveZone(right_type) && MentionsZone(*comparison.right, right_type) &&
                          (left_constant || !right_constant);
  KeepInstants(comparison.left, *comparison.right);
  KeepInstants(comparison.right, *comparison.left);
  Rewrite(comparison.left, context);
  Rewrite(comparison.right, context);
  if (left_zone) ReadInZoneOf(comparison.right, right_type, *comparison.left);
  if (right_zone) ReadInZoneOf(comparison.left, left_type, *comparison.right);
  ForgetZone(comparison.left, left_type);
  ForgetZone(comparison.right, right_type);
  AlignComparison(comparison.left, comparison.right, left_type, right_type,
                  ComparisonSymbol(comparison.type));
}

void Rewriter::RewriteBetween(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& between = expression->Cast<duckdb::BetweenExpression>();
  const std::string type = KnownType(*between.input, context);
  const std::string lower = KnownType(*between.lower, context);
  const std::string upper = KnownType(*between.upper, context);
  const bool zoned = MayHaveZone(type) && MentionsZone(*between.input, type);
  if (IsConstant(*between.upper)) KeepInstants(between.input, *between.lower);
  RewriteChildren(between, context);
  if (zoned) {
    ReadInZoneOf(between.lower, lower, *between.input);
    ReadInZoneOf(between.upper, upper, *between.input);
  }
  ForgetZone(between.input, type);
  ForgetZone(between.lower, lower);
  ForgetZone(between.upper, upper);
  if (IsTimestampText(type)) {
    AlignComparison(between.input, between.lower, type, lower, ">=");
    AlignComparison(between.input, between.upper, type, upper, "<=");
  }
}

void Rewriter::RewriteIn(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& in = expression->Cast<duckdb::OperatorExpression>();
  const std::string type = KnownType(*in.children[0], context);
  std::vector<std::string> types;
  for (ExpressionPtr& child : in.children) {
    types.push_back(KnownType(*child, context));
    Rewrite(child, context);
    ForgetZone(child, types.back());
  }
  if (!IsTimestampText(type)) return;
  for (size_t i = 1; i < in.children.size(); ++i) {
    AlignComparison(in.children[0], in.children[i], type, types[i], "=");
  }
}

}  // namespace influxdb3::query::sql
