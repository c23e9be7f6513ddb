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
#include "query/duckdb/dialect/bound_parameter.h"
#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;

/// `x ~ y` as the grammar leaves it.
bool IsRegexMatch(const duckdb::FunctionExpression& call) {
  return call.function_name == "regexp_full_match" && call.children.size() == 2;
}

}  // namespace

std::string Rewriter::NameList(const duckdb::vector<ExpressionPtr>& list, const char* separator,
                               const ExpressionContext& context, bool display) {
  std::string text;
  for (const ExpressionPtr& item : list) {
    if (!text.empty()) text += separator;
    text += NameOf(*item, context, display);
  }
  return text;
}

std::string Rewriter::NameOrders(const duckdb::vector<duckdb::OrderByNode>& orders,
                                 const ExpressionContext& context) {
  std::string text;
  for (const duckdb::OrderByNode& order : orders) {
    const bool descending = order.type == duckdb::OrderType::DESCENDING;
    bool nulls_first = descending;
    if (order.null_order == duckdb::OrderByNullType::NULLS_FIRST) nulls_first = true;
    if (order.null_order == duckdb::OrderByNullType::NULLS_LAST) nulls_first = false;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {} NULLS {}", NameOf(*order.expression, context, true),
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

std::string Rewriter::NameOfOperand(const ParsedExpression& operand, const ParsedExpression& whole,
                                    const ExpressionContext& context, bool display) {
  std::string name = NameOf(operand, context, display);
  const int strength = BindingStrength(operand);
  const bool weak = strength == 0 || (strength > 0 && strength < BindingStrength(whole));
  return display && weak ? "(" + name + ")" : name;
}

std::string Rewriter::NameOfCall(const duckdb::FunctionExpression& call,
                                 const ExpressionContext& context, bool display) {
  if (call.is_operator || IsRegexMatch(call)) {
    const std::string_view symbol = OperatorSymbol(call.function_name);
    if (call.children.size() == 1) {
      IntervalParts interval;
      if (symbol == "-" && IntervalFromSql(*call.children[0], &interval)) {
        return NameOfInterval({-interval.months, -interval.days, -interval.nanos});
      }
      return fmt::format("({} {})", symbol, NameOf(*call.children[0], context, display));
    }
    if (const std::string list = NameOfListOperator(call); !list.empty()) {
      const bool swapped = symbol == "<@";
      return fmt::format("{}({},{})", list,
                         NameOf(*call.children[swapped ? 1 : 0], context, display),
                         NameOf(*call.children[swapped ? 0 : 1], context, display));
    }
    return fmt::format("{} {} {}", NameOfOperand(*call.children[0], call, context, display), symbol,
                       NameOfOperand(*call.children[1], call, context, display));
  }
  if (call.schema == "main" && call.function_name == "timezone" && call.children.size() == 2) {
    return NameOf(*call.children[1], context, display);
  }
  if (call.schema == "main" && call.children.size() == 3 &&
      (call.function_name == "like_escape" || call.function_name == "ilike_escape")) {
    return fmt::format("{} {} {} CHAR '{}'", NameOf(*call.children[0], context, display),
                       call.function_name == "like_escape" ? "LIKE" : "ILIKE",
                       NameOf(*call.children[1], context, display),
                       LiteralText(*call.children[2]) ? *LiteralText(*call.children[2]) : "");
  }
  if (call.function_name == "struct_pack") {
    std::string arguments;
    for (const ExpressionPtr& child : call.children) {
      arguments += fmt::format("{}Utf8(\"{}\"),{}", arguments.empty() ? "" : ",", child->alias,
                               NameOf(*child, context, display));
    }
    return fmt::format("named_struct({})", arguments);
  }
  const std::string name = CallName(call);
  if (name == "unnest") {
    return fmt::format("UNNEST({})", NameList(call.children, ",", context, display));
  }
  if (name == "binary" && call.function_name != name) return NameOfBinary(call);
  const bool shown = display || IsSecondName(name);
  std::string arguments;
  if (name == "array_element" && call.children.size() == 2) {
    return NameOf(*call.children[0], context, display) + "[" +
           NameOf(*call.children[1], context, display) + "]";
  }
  if (name == "array_slice" && call.children.size() > 2) {
    const duckdb::ParsedExpression& list = *call.children[0];
    for (size_t i = 1; i < call.children.size(); ++i) {
      arguments += (i > 1 ? ":" : "") + NameOf(*call.children[i], context, display);
    }
    return fmt::format("{}[{}]", NameOf(list, context, display), arguments);
  }
  if (name == "get_field" && call.children.size() == 2 && LiteralText(*call.children[1])) {
    return fmt::format("{}[{}]", NameOf(*call.children[0], context, display),
                       *LiteralText(*call.children[1]));
  }
  if (name == "make_map") {
    std::string parts[2];
    for (size_t i = 0; i < call.children.size(); ++i) {
      parts[i % 2] += (i > 1 ? "," : "") + NameOf(*call.children[i], context, display);
    }
    return fmt::format("map(make_array({}),make_array({}))", parts[0], parts[1]);
  }
  if (name == "date_part" && call.schema == "main" && call.children.size() == 2 &&
      LiteralText(*call.children[0]) != nullptr) {
    std::string unit = *LiteralText(*call.children[0]);
    for (char& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    arguments = fmt::format("Utf8(\"{}\"){}{}", unit, display ? ", " : ",",
                            NameOf(*call.children[1], context, display));
  } else {
    arguments = NameList(call.children, display ? ", " : ",", context, shown);
  }
  if (call.function_name == "count_star") arguments = "*";
  if (call.function_name == "count_star" && display && !call.filter) {
    return "count(Int64(1)) AS count(*)";
  }
  const FunctionEntry* entry = FindFunction(name);
  const bool aggregate = entry != nullptr && entry->kind == FunctionKind::kAggregate;
  if (aggregate && IsSecondName(name)) return NameOfSecondName(call, name, arguments, context);
  std::string text = fmt::format("{}({}{})", name, call.distinct ? "DISTINCT " : "", arguments);
  if (aggregate) text += NullTreatmentText(IgnoresNulls(call));
  if (call.filter) {
    text += fmt::format(" FILTER (WHERE {})", NameOf(*call.filter, context, true));
  }
  if (call.order_bys && !call.order_bys->orders.empty()) {
    const bool within = name.find("percentile") != std::string::npos || name == "quantile_cont";
    text += fmt::format(" {} [{}]", within ? "WITHIN GROUP" : "ORDER BY",
                        NameOrders(call.order_bys->orders, context));
  }
  return text;
}

/// A second name of an aggregate is an alias, which shows the arguments alone.
std::string Rewriter::NameOfSecondName(const duckdb::FunctionExpression& call,
                                       const std::string& name, std::string arguments,
                                       const ExpressionContext& context) {
  if (name == "quantile_cont" && call.order_bys && !call.order_bys->orders.empty()) {
    const std::string value = NameOf(*call.order_bys->orders[0].expression, context, true);
    arguments = value + (arguments.empty() ? "" : ",") + arguments;
  }
  return fmt::format("{}({})", name, arguments);
}

const bool* Rewriter::IgnoresNulls(const ParsedExpression& call) const {
  if (!call.query_location.IsValid()) return nullptr;
  const auto found = text_.ignored_nulls.find(call.query_location.GetIndex());
  return found == text_.ignored_nulls.end() ? nullptr : &found->second;
}

std::string Rewriter::NameOfCase(const duckdb::CaseExpression& expression,
                                 const ExpressionContext& context, bool display) {
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
  if (base != nullptr) text += NameOf(*base, context, display) + " ";
  for (const duckdb::CaseCheck& check : expression.case_checks) {
    const ParsedExpression& when =
        base != nullptr ? *check.when_expr->Cast<duckdb::ComparisonExpression>().right
                        : *check.when_expr;
    text += fmt::format("WHEN {} THEN {} ", NameOf(when, context, display),
                        NameOf(*check.then_expr, context, display));
  }
  const Value* otherwise = LiteralValue(*expression.else_expr);
  if (otherwise == nullptr || !otherwise->IsNull() || HasLocation(*expression.else_expr)) {
    text += fmt::format("ELSE {} ", NameOf(*expression.else_expr, context, display));
  }
  return text + "END";
}

std::string Rewriter::NameOfOperator(const duckdb::OperatorExpression& expression,
                                     const ExpressionContext& context, bool display) {
  const auto child = [&](size_t i) { return NameOf(*expression.children[i], context, display); };
  const char* const comma = display ? ", " : ",";
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
      return fmt::format("coalesce({})", NameList(expression.children, comma, context, display));
    case ExpressionType::ARRAY_CONSTRUCTOR:
      return fmt::format("make_array({})", NameList(expression.children, comma, context, display));
    case ExpressionType::GROUPING_FUNCTION:
      return fmt::format("grouping({})", NameList(expression.children, ",", context, display));
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
                                     const ExpressionContext& context, bool display) {
  if (subquery.subquery_type == duckdb::SubqueryType::EXISTS) return "EXISTS";
  if (const ParsedExpression* list = ListOfAny(subquery)) {
    return fmt::format("array_has({},{})", NameOf(*list, context, display),
                       NameOf(*subquery.child, context, display));
  }
  if (subquery.child && !display) return "IN";
  if (subquery.child) return NameOf(*subquery.child, context, display) + " IN (<subquery>)";
  return RewriteOnce(subquery, context);
}

std::string Rewriter::NameOf(const ParsedExpression& expression, const ExpressionContext& context,
                             bool display) {
  std::string test;
  if (const ParsedExpression* operand = BooleanTestOperand(expression, &test)) {
    return NameOf(*operand, context, display) + " " + test;
  }
  IntervalParts interval;
  if (IntervalFromSql(expression, &interval)) return NameOfInterval(interval);
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COLUMN_REF:
      return NameOfColumn(expression.Cast<duckdb::ColumnRefExpression>(), context);
    case ExpressionClass::CONSTANT:
      if (const BoundParameter* parameter = AsBoundParameter(expression)) {
        return "$" + parameter->name();
      }
      return NameOfLiteral(expression.Cast<duckdb::ConstantExpression>().value);
    case ExpressionClass::PARAMETER: {
      const auto& parameter = expression.Cast<duckdb::ParameterExpression>();
      const size_t index = std::stoul(parameter.identifier.substr(1));
      return "$" + text_.parameters[index];
    }
    case ExpressionClass::CAST: {
      const auto& cast = expression.Cast<duckdb::CastExpression>();
      const std::string* text = LiteralText(*cast.child);
      if (text != nullptr && !HasLocation(cast) && (*text == "t" || *text == "f") &&
          cast.cast_type.ToString() == "BOOLEAN") {
        return fmt::format("Boolean({})", *text == "t" ? "true" : "false");
      }
      std::string name = NameOf(*cast.child, context, display);
      if (!display) return name;
      return fmt::format("{}({} AS {})", cast.try_cast ? "TRY_CAST" : "CAST", name,
                         ArrowTypeText(TypeFromSql(cast.cast_type)));
    }
    case ExpressionClass::FUNCTION:
      return NameOfCall(expression.Cast<duckdb::FunctionExpression>(), context, display);
    case ExpressionClass::WINDOW:
      return NameOfWindow(expression.Cast<duckdb::WindowExpression>(), context, display);
    case ExpressionClass::CASE:
      return NameOfCase(expression.Cast<duckdb::CaseExpression>(), context, display);
    case ExpressionClass::OPERATOR:
      return NameOfOperator(expression.Cast<duckdb::OperatorExpression>(), context, display);
    case ExpressionClass::SUBQUERY:
      return NameOfSubquery(expression.Cast<duckdb::SubqueryExpression>(), context, display);
    case ExpressionClass::COMPARISON: {
      const auto& comparison = expression.Cast<duckdb::ComparisonExpression>();
      if (IsUnknownLiteral(*comparison.right)) {
        const bool negated = comparison.type == ExpressionType::COMPARE_DISTINCT_FROM;
        return NameOf(*comparison.left, context, display) +
               (negated ? " IS NOT UNKNOWN" : " IS UNKNOWN");
      }
      const std::string_view negated = NegatedSymbol(expression, text_.sql);
      return fmt::format("{}{} {} {}", negated.empty() ? "" : "NOT ",
                         NameOfOperand(*comparison.left, expression, context, display),
                         negated.empty() ? ComparisonSymbol(comparison.type) : negated,
                         NameOfOperand(*comparison.right, expression, context, display));
    }
    case ExpressionClass::CONJUNCTION: {
      std::string text;
      const bool both = expression.type == ExpressionType::CONJUNCTION_AND;
      for (const auto& child : expression.Cast<duckdb::ConjunctionExpression>().children) {
        if (!text.empty()) text += both ? " AND " : " OR ";
        text += NameOfOperand(*child, expression, context, display);
      }
      return text;
    }
    case ExpressionClass::BETWEEN: {
      const auto& between = expression.Cast<duckdb::BetweenExpression>();
      return fmt::format("{} BETWEEN {} AND {}", NameOf(*between.input, context, display),
                         NameOf(*between.lower, context, display),
                         NameOf(*between.upper, context, display));
    }
    default: return expression.ToString();
  }
}

}  // namespace influxdb3::query::sql
