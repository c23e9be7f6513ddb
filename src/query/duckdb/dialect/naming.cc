// Names of unaliased select items, as the reference spells expressions.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;

std::string NameOfLiteral(const Value& value) {
  if (value.IsNull()) return "NULL";
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN:
      return fmt::format("Boolean({})", duckdb::BooleanValue::Get(value) ? "true" : "false");
    case LogicalTypeId::VARCHAR:
      return fmt::format("Utf8(\"{}\")", duckdb::StringValue::Get(value));
    case LogicalTypeId::DOUBLE:
      return fmt::format("Float64({})", PlainNumber(value.GetValue<double>()));
    case LogicalTypeId::DECIMAL:
      return fmt::format("Float64({})", PlainNumber(ParseNumber(value.ToString())));
    case LogicalTypeId::HUGEINT: {
      uint64_t number = 0;
      const std::string digits = value.ToString();
      if (ParseUnsigned(digits, &number)) return fmt::format("UInt64({})", digits);
      return fmt::format("Float64({})", PlainNumber(ParseNumber(digits)));
    }
    case LogicalTypeId::UBIGINT: return fmt::format("UInt64({})", value.ToString());
    default: return fmt::format("Int64({})", value.ToString());
  }
}

std::string NameOfInterval(const IntervalParts& parts) {
  return fmt::format(
      "IntervalMonthDayNano(\"IntervalMonthDayNano {{ months: {}, days: {}, nanoseconds: {} }}\")",
      parts.months, parts.days, parts.nanos);
}

/// `x ~ y` as the grammar leaves it.
bool IsRegexMatch(const duckdb::FunctionExpression& call) {
  return call.function_name == "regexp_full_match" && call.children.size() == 2;
}

std::string_view OperatorSymbol(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> kSymbols[] = {
      {"~@~", "SIMILAR TO"},     {"!~@~", "NOT SIMILAR TO"},
      {"^", "BIT_XOR"},          {"~~", "LIKE"},
      {"!~~", "NOT LIKE"},       {"~~*", "ILIKE"},
      {"!~~*", "NOT ILIKE"},     {"<=>", "IS NOT DISTINCT FROM"},
      {"regexp_full_match", "~"}};
  for (const auto& [from, to] : kSymbols) {
    if (name == from) return to;
  }
  return name;
}

std::string_view ComparisonSymbol(ExpressionType type) {
  switch (type) {
    case ExpressionType::COMPARE_EQUAL: return "=";
    case ExpressionType::COMPARE_NOTEQUAL: return "!=";
    case ExpressionType::COMPARE_LESSTHAN: return "<";
    case ExpressionType::COMPARE_GREATERTHAN: return ">";
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return "<=";
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO: return ">=";
    case ExpressionType::COMPARE_DISTINCT_FROM: return "IS DISTINCT FROM";
    case ExpressionType::COMPARE_NOT_DISTINCT_FROM: return "IS NOT DISTINCT FROM";
    default: return "?";
  }
}

std::string FrameBound(duckdb::WindowBoundary boundary, const ParsedExpression* offset) {
  using duckdb::WindowBoundary;
  std::string amount;
  if (offset != nullptr) {
    const std::string* text = nullptr;
    if (offset->GetExpressionClass() == ExpressionClass::CAST) {
      text = LiteralText(*offset->Cast<duckdb::CastExpression>().child);
    }
    amount = text != nullptr ? *text : offset->ToString();
  }
  switch (boundary) {
    case WindowBoundary::UNBOUNDED_PRECEDING: return "UNBOUNDED PRECEDING";
    case WindowBoundary::UNBOUNDED_FOLLOWING: return "UNBOUNDED FOLLOWING";
    case WindowBoundary::CURRENT_ROW_RANGE:
    case WindowBoundary::CURRENT_ROW_ROWS:
    case WindowBoundary::CURRENT_ROW_GROUPS: return "CURRENT ROW";
    case WindowBoundary::EXPR_PRECEDING_ROWS:
    case WindowBoundary::EXPR_PRECEDING_RANGE:
    case WindowBoundary::EXPR_PRECEDING_GROUPS: return amount + " PRECEDING";
    default: return amount + " FOLLOWING";
  }
}

std::string FrameUnits(const duckdb::WindowExpression& window) {
  using duckdb::WindowBoundary;
  for (WindowBoundary boundary : {window.start, window.end}) {
    switch (boundary) {
      case WindowBoundary::CURRENT_ROW_ROWS:
      case WindowBoundary::EXPR_PRECEDING_ROWS:
      case WindowBoundary::EXPR_FOLLOWING_ROWS: return "ROWS";
      case WindowBoundary::CURRENT_ROW_GROUPS:
      case WindowBoundary::EXPR_PRECEDING_GROUPS:
      case WindowBoundary::EXPR_FOLLOWING_GROUPS: return "GROUPS";
      default: break;
    }
  }
  return "RANGE";
}

bool HasLocation(const ParsedExpression& expression) {
  return expression.query_location.IsValid();
}

/// A hexadecimal literal: the reference shows its bytes as numbers.
std::string NameOfBinary(const duckdb::FunctionExpression& call) {
  const std::string* digits = LiteralText(*call.children[0]);
  std::string bytes;
  for (size_t i = 0; digits != nullptr && i + 1 < digits->size(); i += 2) {
    bytes += fmt::format("{}{}", bytes.empty() ? "" : ",",
                         std::strtoul(digits->substr(i, 2).c_str(), nullptr, 16));
  }
  return fmt::format("Binary(\"{}\")", bytes);
}

/// The name a call keeps: some are written with keywords, which the reference names otherwise.
std::string CallName(const duckdb::FunctionExpression& call) {
  static constexpr std::string_view kPrefix = kKeptFunctionPrefix;
  std::string name = call.function_name;
  if (name.rfind(kPrefix, 0) == 0) name = name.substr(kPrefix.size());
  if (name == "count_star") return "count";
  if (name == "trim") return "btrim";
  if (name == "position") return "strpos";
  if (name == "substring") return "substr";
  if (name == "list_value" && call.schema == "main") return "make_array";
  return name;
}

/// `CAST(NULL AS BOOLEAN)`, which the token pass writes for UNKNOWN.
bool IsUnknownLiteral(const ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::CAST) return false;
  const auto& cast = expression.Cast<duckdb::CastExpression>();
  const Value* value = LiteralValue(*cast.child);
  return value != nullptr && value->IsNull() && cast.cast_type.ToString() == "BOOLEAN";
}

}  // namespace

std::string Rewriter::NameList(const duckdb::vector<ExpressionPtr>& list, const char* separator,
                               const ExpressionContext& context, bool casts) {
  std::string text;
  for (const ExpressionPtr& item : list) {
    if (!text.empty()) text += separator;
    text += NameOf(*item, context, casts);
  }
  return text;
}

std::string Rewriter::NameOrders(const duckdb::vector<duckdb::OrderByNode>& orders,
                                 const ExpressionContext& context, bool casts) {
  std::string text;
  for (const duckdb::OrderByNode& order : orders) {
    const bool descending = order.type == duckdb::OrderType::DESCENDING;
    bool nulls_first = descending;
    if (order.null_order == duckdb::OrderByNullType::NULLS_FIRST) nulls_first = true;
    if (order.null_order == duckdb::OrderByNullType::NULLS_LAST) nulls_first = false;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {} NULLS {}", NameOf(*order.expression, context, casts),
                        descending ? "DESC" : "ASC", nulls_first ? "FIRST" : "LAST");
  }
  return text;
}

std::string Rewriter::NameOfColumn(const duckdb::ColumnRefExpression& column,
                                   const ExpressionContext& context) {
  ResolvedColumn found;
  if (!context.scope->TryResolve(column.column_names, &found)) {
    // CURRENT_DATE and its kin are columns to the grammar.
    if (column.column_names.size() == 1 && FindFunction(column.column_names[0]) != nullptr) {
      return column.column_names[0] + "()";
    }
    return column.ToString();
  }
  std::string text = DisplayColumn(*found.relation, *found.column);
  for (const std::string& field : found.field_path) text += "[" + field + "]";
  return text;
}

std::string Rewriter::NameOfCall(const duckdb::FunctionExpression& call,
                                 const ExpressionContext& context, bool casts) {
  if (call.is_operator || IsRegexMatch(call)) {
    const std::string_view symbol = OperatorSymbol(call.function_name);
    if (call.children.size() == 1) {
      return fmt::format("({} {})", symbol, NameOf(*call.children[0], context, casts));
    }
    if (const std::string list = NameOfListOperator(call); !list.empty()) {
      const bool swapped = symbol == "<@";
      return fmt::format("{}({},{})", list, NameOf(*call.children[swapped ? 1 : 0], context, casts),
                         NameOf(*call.children[swapped ? 0 : 1], context, casts));
    }
    return fmt::format("{} {} {}", NameOf(*call.children[0], context, casts), symbol,
                       NameOf(*call.children[1], context, casts));
  }
  if (call.schema == "main" && call.function_name == "timezone" && call.children.size() == 2) {
    return NameOf(*call.children[1], context, casts);
  }
  if (call.schema == "main" && call.children.size() == 3 &&
      (call.function_name == "like_escape" || call.function_name == "ilike_escape")) {
    return fmt::format("{} {} {} CHAR '{}'", NameOf(*call.children[0], context, casts),
                       call.function_name == "like_escape" ? "LIKE" : "ILIKE",
                       NameOf(*call.children[1], context, casts),
                       LiteralText(*call.children[2]) ? *LiteralText(*call.children[2]) : "");
  }
  if (call.function_name == "struct_pack") {
    std::string arguments;
    for (const ExpressionPtr& child : call.children) {
      arguments += fmt::format("{}Utf8(\"{}\"),{}", arguments.empty() ? "" : ",", child->alias,
                               NameOf(*child, context, casts));
    }
    return fmt::format("named_struct({})", arguments);
  }
  const std::string name = CallName(call);
  if (name == "unnest") {
    return fmt::format("UNNEST({})", NameList(call.children, ",", context, casts));
  }
  if (name == "binary" && call.function_name != name) return NameOfBinary(call);
  std::string arguments;
  if (name == "date_part" && call.schema == "main" && call.children.size() == 2 &&
      LiteralText(*call.children[0]) != nullptr) {
    std::string unit = *LiteralText(*call.children[0]);
    for (char& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    arguments = fmt::format("Utf8(\"{}\"),{}", unit, NameOf(*call.children[1], context, casts));
  } else {
    arguments = NameList(call.children, ",", context, casts);
  }
  if (call.function_name == "count_star") arguments = "*";
  std::string text = fmt::format("{}({}{})", name, call.distinct ? "DISTINCT " : "", arguments);
  if (call.filter) {
    text += fmt::format(" FILTER (WHERE {})", NameOf(*call.filter, context, casts));
  }
  if (call.order_bys && !call.order_bys->orders.empty()) {
    const bool within = name.find("percentile") != std::string::npos || name == "quantile_cont" ||
                        name == "approx_median";
    text += fmt::format(" {} [{}]", within ? "WITHIN GROUP" : "ORDER BY",
                        NameOrders(call.order_bys->orders, context, casts));
  }
  return text;
}

std::string Rewriter::NameOfWindow(const duckdb::WindowExpression& window,
                                   const ExpressionContext& context, bool casts) {
  std::string arguments = window.function_name == "count_star"
                              ? std::string("*")
                              : NameList(window.children, ",", context, casts);
  for (const ExpressionPtr* extra : {&window.offset_expr, &window.default_expr}) {
    if (*extra) arguments += "," + NameOf(**extra, context, casts);
  }
  std::string text =
      fmt::format("{}({}{})", window.function_name == "count_star" ? "count" : window.function_name,
                  window.distinct ? "DISTINCT " : "", arguments);
  if (window.filter_expr) {
    text += fmt::format(" FILTER (WHERE {})", NameOf(*window.filter_expr, context, casts));
  }
  if (window.ignore_nulls) text += " IGNORE NULLS";
  if (!window.partitions.empty()) {
    text += fmt::format(" PARTITION BY [{}]", NameList(window.partitions, ", ", context, casts));
  }
  if (!window.orders.empty()) {
    text += fmt::format(" ORDER BY [{}]", NameOrders(window.orders, context, casts));
  }
  // The grammar fills in the default frame; without ORDER BY the reference shows the whole
  // partition.
  const bool default_frame = window.start == duckdb::WindowBoundary::UNBOUNDED_PRECEDING &&
                             window.end == duckdb::WindowBoundary::CURRENT_ROW_RANGE;
  if (default_frame && window.orders.empty()) {
    return text + " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
  }
  return text + fmt::format(" {} BETWEEN {} AND {}", FrameUnits(window),
                            FrameBound(window.start, window.start_expr.get()),
                            FrameBound(window.end, window.end_expr.get()));
}

std::string Rewriter::NameOfCase(const duckdb::CaseExpression& expression,
                                 const ExpressionContext& context, bool casts) {
  // `CASE x WHEN y` arrives as `CASE WHEN x = y`, its comparisons without a place in the text.
  const ParsedExpression* base = nullptr;
  for (const duckdb::CaseCheck& check : expression.case_checks) {
    if (check.when_expr->type != ExpressionType::COMPARE_EQUAL || HasLocation(*check.when_expr)) {
      base = nullptr;
      break;
    }
    base = check.when_expr->Cast<duckdb::ComparisonExpression>().left.get();
  }
  std::string text = "CASE ";
  if (base != nullptr) text += NameOf(*base, context, casts) + " ";
  for (const duckdb::CaseCheck& check : expression.case_checks) {
    const ParsedExpression& when =
        base != nullptr ? *check.when_expr->Cast<duckdb::ComparisonExpression>().right
                        : *check.when_expr;
    text += fmt::format("WHEN {} THEN {} ", NameOf(when, context, casts),
                        NameOf(*check.then_expr, context, casts));
  }
  const Value* otherwise = LiteralValue(*expression.else_expr);
  if (otherwise == nullptr || !otherwise->IsNull() || HasLocation(*expression.else_expr)) {
    text += fmt::format("ELSE {} ", NameOf(*expression.else_expr, context, casts));
  }
  return text + "END";
}

std::string Rewriter::NameOfOperator(const duckdb::OperatorExpression& expression,
                                     const ExpressionContext& context, bool casts) {
  const auto child = [&](size_t i) { return NameOf(*expression.children[i], context, casts); };
  switch (expression.type) {
    case ExpressionType::OPERATOR_NOT: {
      const ParsedExpression& inner = *expression.children[0];
      std::string text = child(0);
      // NOT BETWEEN, NOT IN and !~ arrive as NOT around the positive form.
      const auto negate = [&](std::string_view from, std::string_view to) {
        const size_t at = text.find(from);
        if (at != std::string::npos) text.replace(at, from.size(), to);
        return text;
      };
      if (inner.GetExpressionClass() == ExpressionClass::BETWEEN && !HasLocation(inner)) {
        return negate(" BETWEEN ", " NOT BETWEEN ");
      }
      if (inner.GetExpressionClass() == ExpressionClass::FUNCTION && !HasLocation(inner) &&
          inner.Cast<duckdb::FunctionExpression>().function_name == "regexp_full_match") {
        return negate(" ~ ", " !~ ");
      }
      return "NOT " + text;
    }
    case ExpressionType::OPERATOR_IS_NULL: return child(0) + " IS NULL";
    case ExpressionType::OPERATOR_IS_NOT_NULL: return child(0) + " IS NOT NULL";
    case ExpressionType::COMPARE_IN:
    case ExpressionType::COMPARE_NOT_IN: {
      std::string list;
      for (size_t i = 1; i < expression.children.size(); ++i) {
        list += (i > 1 ? ", " : "") + child(i);
      }
      return fmt::format("{} {} {}", child(0),
                         expression.type == ExpressionType::COMPARE_IN ? "IN" : "NOT IN", list);
    }
    case ExpressionType::OPERATOR_COALESCE:
      return fmt::format("coalesce({})", NameList(expression.children, ",", context, casts));
    case ExpressionType::ARRAY_CONSTRUCTOR:
      return fmt::format("make_array({})", NameList(expression.children, ",", context, casts));
    case ExpressionType::GROUPING_FUNCTION:
      return fmt::format("grouping({})", NameList(expression.children, ",", context, casts));
    case ExpressionType::STRUCT_EXTRACT:
    case ExpressionType::ARRAY_EXTRACT: {
      const std::string* field = LiteralText(*expression.children[1]);
      return fmt::format("{}[{}]", child(0), field != nullptr ? *field : child(1));
    }
    case ExpressionType::ARRAY_SLICE:
      return fmt::format("{}[{}:{}:{}]", child(0), child(1), child(2),
                         expression.children.size() > 3 ? child(3) : "Int64(1)");
    default: return expression.ToString();
  }
}

std::string Rewriter::NameOfSubquery(const duckdb::SubqueryExpression& subquery,
                                     const ExpressionContext& context, bool casts) {
  if (subquery.subquery_type == duckdb::SubqueryType::EXISTS) return "EXISTS";
  if (subquery.child) return NameOf(*subquery.child, context, casts) + " IN (<subquery>)";
  return RewriteOnce(*subquery.subquery, context);
}

std::string Rewriter::NameOf(const ParsedExpression& expression, const ExpressionContext& context,
                             bool casts) {
  std::string test;
  if (const ParsedExpression* operand = BooleanTestOperand(expression, &test)) {
    return NameOf(*operand, context, casts) + " " + test;
  }
  IntervalParts interval;
  if (IntervalFromSql(expression, &interval)) return NameOfInterval(interval);
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COLUMN_REF:
      return NameOfColumn(expression.Cast<duckdb::ColumnRefExpression>(), context);
    case ExpressionClass::CONSTANT:
      return NameOfLiteral(expression.Cast<duckdb::ConstantExpression>().value);
    case ExpressionClass::PARAMETER: {
      const auto& parameter = expression.Cast<duckdb::ParameterExpression>();
      const size_t index = std::stoul(parameter.identifier.substr(1));
      return "$" + parameter_names_[index];
    }
    case ExpressionClass::CAST: {
      const auto& cast = expression.Cast<duckdb::CastExpression>();
      const std::string* text = LiteralText(*cast.child);
      if (text != nullptr && !HasLocation(cast) && (*text == "t" || *text == "f") &&
          cast.cast_type.ToString() == "BOOLEAN") {
        return fmt::format("Boolean({})", *text == "t" ? "true" : "false");
      }
      std::string name = NameOf(*cast.child, context, casts);
      if (!casts) return name;
      return fmt::format("{}({} AS {})", cast.try_cast ? "TRY_CAST" : "CAST", name,
                         ArrowTypeText(TypeFromSql(cast.cast_type)));
    }
    case ExpressionClass::FUNCTION:
      return NameOfCall(expression.Cast<duckdb::FunctionExpression>(), context, casts);
    case ExpressionClass::WINDOW:
      return NameOfWindow(expression.Cast<duckdb::WindowExpression>(), context, casts);
    case ExpressionClass::CASE:
      return NameOfCase(expression.Cast<duckdb::CaseExpression>(), context, casts);
    case ExpressionClass::OPERATOR:
      return NameOfOperator(expression.Cast<duckdb::OperatorExpression>(), context, casts);
    case ExpressionClass::SUBQUERY:
      return NameOfSubquery(expression.Cast<duckdb::SubqueryExpression>(), context, casts);
    case ExpressionClass::COMPARISON: {
      const auto& comparison = expression.Cast<duckdb::ComparisonExpression>();
      if (IsUnknownLiteral(*comparison.right)) {
        const bool negated = comparison.type == ExpressionType::COMPARE_DISTINCT_FROM;
        return NameOf(*comparison.left, context, casts) +
               (negated ? " IS NOT UNKNOWN" : " IS UNKNOWN");
      }
      return fmt::format("{} {} {}", NameOf(*comparison.left, context, casts),
                         ComparisonSymbol(comparison.type),
                         NameOf(*comparison.right, context, casts));
    }
    case ExpressionClass::CONJUNCTION:
      return NameList(expression.Cast<duckdb::ConjunctionExpression>().children,
                      expression.type == ExpressionType::CONJUNCTION_AND ? " AND " : " OR ",
                      context, casts);
    case ExpressionClass::BETWEEN: {
      const auto& between = expression.Cast<duckdb::BetweenExpression>();
      return fmt::format("{} BETWEEN {} AND {}", NameOf(*between.input, context, casts),
                         NameOf(*between.lower, context, casts),
                         NameOf(*between.upper, context, casts));
    }
    default: return expression.ToString();
  }
}

}  // namespace influxdb3::query::sql
