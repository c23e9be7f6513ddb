// Names of unaliased window calls.
#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;

/// `INTERVAL '1' HOUR`, which the grammar makes a call of to_hours.
std::string UnitInterval(const duckdb::FunctionExpression& call) {
  const ParsedExpression* amount = call.children[0].get();
  while (amount->GetExpressionClass() != ExpressionClass::CONSTANT) {
    if (amount->GetExpressionClass() == ExpressionClass::CAST) {
      amount = amount->Cast<duckdb::CastExpression>().child.get();
    } else if (amount->GetExpressionClass() == ExpressionClass::FUNCTION &&
               !amount->Cast<duckdb::FunctionExpression>().children.empty()) {
      amount = amount->Cast<duckdb::FunctionExpression>().children[0].get();
    } else {
      return call.ToString();
    }
  }
  constexpr size_t kPrefixBytes = 3;  // to_
  std::string unit = call.function_name.substr(kPrefixBytes);
  if (!unit.empty() && unit.back() == 's') unit.pop_back();
  return LiteralValue(*amount)->ToString() + " " + duckdb::StringUtil::Upper(unit);
}

std::string FrameBound(duckdb::WindowBoundary boundary, const ParsedExpression* offset) {
  using duckdb::WindowBoundary;
  std::string amount;
  if (offset != nullptr) {
    const ParsedExpression* literal = offset;
    if (offset->GetExpressionClass() == ExpressionClass::CAST) {
      literal = offset->Cast<duckdb::CastExpression>().child.get();
    }
    const std::string* text = LiteralText(*literal);
    const bool call = offset->GetExpressionClass() == ExpressionClass::FUNCTION;
    if (text != nullptr) {
      amount = *text;
    } else if (call &&
               offset->Cast<duckdb::FunctionExpression>().function_name.rfind("to_", 0) == 0) {
      amount = UnitInterval(offset->Cast<duckdb::FunctionExpression>());
    } else {
      amount = offset->ToString();
    }
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

/// What a frame between two ends without an offset counts: the tree has forgotten it.
std::string UnitsInText(const duckdb::WindowExpression& window, const std::string& sql) {
  if (!window.query_location.IsValid()) return "RANGE";
  const std::string from = sql.substr(std::min(window.query_location.GetIndex(), sql.size()));
  const size_t frame = from.find(" between unbounded preceding and unbounded following");
  if (frame == std::string::npos) return "RANGE";
  const std::string before = from.substr(0, frame);
  for (const char* units : {"rows", "groups"}) {
    const std::string word = std::string(" ") + units;
    if (before.size() >= word.size() &&
        before.compare(before.size() - word.size(), word.size(), word) == 0) {
      return duckdb::StringUtil::Upper(units);
    }
  }
  return "RANGE";
}

std::string FrameUnits(const duckdb::WindowExpression& window, const std::string& sql) {
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
  return UnitsInText(window, sql);
}

}  // namespace

std::string Rewriter::NameOfWindow(const duckdb::WindowExpression& window,
                                   const ExpressionContext& context, bool display) {
  constexpr std::string_view kPrefix = kKeptFunctionPrefix;
  std::string name = window.function_name;
  if (name.rfind(kPrefix, 0) == 0) name = name.substr(kPrefix.size());
  if (name == "count_star") name = "count";
  const FunctionEntry* entry = FindFunction(name);
  const bool aggregate = window.type == duckdb::ExpressionType::WINDOW_AGGREGATE &&
                         entry != nullptr && entry->kind == FunctionKind::kAggregate;
  const bool second = aggregate && IsSecondName(name);
  std::string arguments =
      NameList(window.children, aggregate && !second ? ", " : ",", context, display || second);
  if (arguments.empty() && name == "count") arguments = "*";
  if (second) return fmt::format("{}({})", name, arguments);
  for (const ExpressionPtr* extra : {&window.offset_expr, &window.default_expr}) {
    if (*extra) arguments += "," + NameOf(**extra, context, display);
  }
  std::string text = fmt::format("{}({}{}){}", name, window.distinct ? "DISTINCT " : "", arguments,
                                 NullTreatmentText(IgnoresNulls(window)));
  if (window.filter_expr) {
    text += fmt::format(" FILTER (WHERE {})", NameOf(*window.filter_expr, context, true));
  }
  if (!window.partitions.empty()) {
    text += fmt::format(" PARTITION BY [{}]", NameList(window.partitions, ", ", context, display));
  }
  if (!window.orders.empty()) {
    text += fmt::format(" ORDER BY [{}]", NameOrders(window.orders, context));
  }
  // The grammar fills in the default frame; without ORDER BY the reference shows the whole
  // partition.
  const bool default_frame = window.start == duckdb::WindowBoundary::UNBOUNDED_PRECEDING &&
                             window.end == duckdb::WindowBoundary::CURRENT_ROW_RANGE;
  if (default_frame && window.orders.empty()) {
    return text + " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
  }
  return text + fmt::format(" {} BETWEEN {} AND {}", FrameUnits(window, text_.sql),
                            FrameBound(window.start, window.start_expr.get()),
                            FrameBound(window.end, window.end_expr.get()));
}

}  // namespace influxdb3::query::sql
