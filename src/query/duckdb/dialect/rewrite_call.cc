// Function calls, operators and windows: names are mapped through the function table.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_parser.h"
#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/coerced_calls.h"
#include "query/duckdb/dialect/literal_text.h"
#include "query/duckdb/dialect/regex_text.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/signatures.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/statement.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

/// What the grammar calls some of the reference's functions.
std::string UserName(const duckdb::FunctionExpression& call) {
  constexpr std::string_view kPrefix = kKeptFunctionPrefix;
  const std::string& name = call.function_name;
  if (name.rfind(kPrefix, 0) == 0) return name.substr(kPrefix.size());
  if (call.schema == "main") {
    if (name == "list_value") return "make_array";
    if (name == "struct_pack") return "struct_literal";
  }
  return name;
}

ExpressionPtr Negate(ExpressionPtr expression) {
  return Operator(ExpressionType::OPERATOR_NOT, std::move(expression));
}

/// Turns the literal pattern of a search into the engine's spelling.
void SpellPattern(duckdb::FunctionExpression& call) {
  static constexpr std::string_view kSearches[] = {"regexp_full_match", "~*", "!~*", "~@~", "!~@~"};
  if (std::find(std::begin(kSearches), std::end(kSearches), call.function_name) ==
      std::end(kSearches)) {
    return;
  }
  const std::string* pattern = LiteralText(*call.children[1]);
  if (pattern == nullptr) return;
  std::string spelled = EnginePattern(*pattern, "");
  if (spelled != *pattern) call.children[1] = Literal(spelled.c_str());
}

bool HasBackslash(const duckdb::ParsedExpression& pattern) {
  const std::string* text = LiteralText(pattern);
  return text == nullptr || text->find('\\') != std::string::npos;
}

/// LIKE escapes with a backslash; DuckDB only does so when told, and then matches more slowly.
ExpressionPtr Like(duckdb::FunctionExpression& call) {
  const std::string& symbol = call.function_name;
  if (!HasBackslash(*call.children[1])) return nullptr;
  const char* name = symbol == "~~"    ? "like_escape"
                     : symbol == "!~~" ? "not_like_escape"
                     : symbol == "~~*" ? "ilike_escape"
                                       : "not_ilike_escape";
  return Call(name, std::move(call.children[0]), std::move(call.children[1]), Literal("\\"));
}

/// The type a value is cast to by arrow_cast, or null.
const std::string* ArrowCastType(const duckdb::ParsedExpression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::FUNCTION) return nullptr;
  const auto& call = expression.Cast<duckdb::FunctionExpression>();
  if (call.function_name != "arrow_cast" || call.children.size() != 2) return nullptr;
  return LiteralText(*call.children[1]);
}

}  // namespace

void ThrowInvalidFunction(const std::string& name) {
  ThrowPlanError(
      fmt::format("Invalid function '{}'.\nDid you mean '{}'?", name, NearestFunction(name)));
}

const FunctionEntry& Rewriter::RequireFunction(const std::string& name) const {
  const FunctionEntry* entry = FindFunction(name);
  if (entry == nullptr) ThrowInvalidFunction(name);
  return *entry;
}

bool Rewriter::RewriteOperatorCall(ExpressionPtr& expression) {
  auto& call = expression->Cast<duckdb::FunctionExpression>();
  const std::string& symbol = call.function_name;
  if (symbol == "regexp_full_match") {
    call.function_name = "regexp_matches";
    return true;
  }
  if (symbol == "like_escape" || symbol == "ilike_escape" || symbol == "not_like_escape" ||
      symbol == "not_ilike_escape") {
    const std::string* escape = LiteralText(*call.children[2]);
    if (escape == nullptr || escape->size() != 1) {
      ThrowPlanError("Invalid escape character in LIKE expression");
    }
    call.schema.clear();
    return true;
  }
  if (!call.is_operator) return false;
  if (call.children.size() == 1) {
    if (symbol == "-")
      expression = Call("iox_negate", std::move(call.children[0]));
    else if (symbol == "+")
      expression = ExpressionPtr(std::move(call.children[0]));
    else
      ThrowUnsupported(fmt::format("Unsupported SQL unary operator {}", symbol));
    return true;
  }
  static constexpr std::pair<std::string_view, const char*> kRenamed[] = {
      {"+", "iox_add"},          {"-", "iox_subtract"}, {"*", "iox_multiply"},
      {"/", "iox_divide"},       {"%", "iox_modulo"},   {"<<", "iox_shift_left"},
      {">>", "iox_shift_right"}, {"^", "xor"},          {"@>", "list_has_all"}};
  for (const auto& [from, to] : kRenamed) {
    if (symbol != from) continue;
    expression = Call(to, std::move(call.children[0]), std::move(call.children[1]));
    return true;
  }
  if (symbol == "~~" || symbol == "!~~" || symbol == "~~*" || symbol == "!~~*") {
    if (ExpressionPtr like = Like(call)) expression = std::move(like);
    return true;
  }
  if (symbol == "~@~" || symbol == "!~@~") {
    ExpressionPtr match =
        Call("regexp_matches", std::move(call.children[0]), std::move(call.children[1]));
    expression = symbol == "~@~" ? std::move(match) : Negate(std::move(match));
    return true;
  }
  if (symbol == "~*" || symbol == "!~*") {
    ExpressionPtr match = Call("regexp_matches", std::move(call.children[0]),
                               std::move(call.children[1]), Literal("i"));
    expression = symbol == "~*" ? std::move(match) : Negate(std::move(match));
    return true;
  }
  if (symbol == "<=>") {
    expression = Compare(ExpressionType::COMPARE_NOT_DISTINCT_FROM, std::move(call.children[0]),
                         std::move(call.children[1]));
    return true;
  }
  if (symbol == "<@") {
    expression = Call("list_has_all", std::move(call.children[1]), std::move(call.children[0]));
    return true;
  }
  if (symbol == "||" &&
      (IsListConstructor(*call.children[0]) || IsListConstructor(*call.children[1]))) {
    expression = Call("iox_list_concat", std::move(call.children[0]), std::move(call.children[1]));
    return true;
  }
  if (symbol == "||" || symbol == "&" || symbol == "|") {
    return true;
  }
  ThrowUnsupported(fmt::format("Unsupported SQL binary operator {}", symbol));
}

/// Calls that need to know where they stand. Null for all others.
ExpressionPtr Rewriter::SpecialCall(duckdb::FunctionExpression& call,
                                    const ExpressionContext& context) {
  const std::string name = UserName(call);
  if (name == "arrow_typeof" && call.children.size() == 1) {
    if (const OutputColumn* column = PlainColumn(*call.children[0], context)) {
      if (!column->arrow_type.empty()) return Literal(column->arrow_type.c_str());
    }
    if (const std::string* type = ArrowCastType(*call.children[0])) {
      const ParsedArrowType parsed = ParseArrowType(*type);
      // The engine knows fewer types, but the user named this one.
      if (parsed.text != ArrowTypeText(parsed.type)) return Literal(parsed.text.c_str());
    }
    Rewrite(call.children[0], context);
    return Call("iox_arrow_typeof", std::move(call.children[0]));
  }
  if (call.function_name == "timezone" && call.schema == "main" && call.children.size() == 2) {
    Rewrite(call.children[0], context);
    Rewrite(call.children[1], context);
    return Call("iox_at_time_zone", std::move(call.children[1]), std::move(call.children[0]));
  }
  if (name == "now" || name == "current_timestamp") {
    CheckArgumentCount(call, 0, 0);
    return Literal(Value::TIMESTAMPNS(duckdb::timestamp_ns_t(now_ns_)));
  }
  if (name == "current_date" || name == "today") {
    return CastTo(LogicalType::DATE, Literal(Value::TIMESTAMPNS(duckdb::timestamp_ns_t(now_ns_))));
  }
  if (name == "current_time") {
    return CastTo(LogicalTypeId::TIME_NS,
                  Literal(Value::TIMESTAMPNS(duckdb::timestamp_ns_t(now_ns_))));
  }
  return nullptr;
}

/// Tags are plain text to DuckDB; only here is it known that they are dictionaries.
void Rewriter::CheckArithmetic(const duckdb::FunctionExpression& call,
                               const ExpressionContext& context) const {
  const std::string& symbol = call.function_name;
  if (call.children.size() != 2 || symbol.size() != 1 ||
      std::string_view("+-*/%").find(symbol) == std::string_view::npos) {
    return;
  }
  constexpr std::string_view kTag = "Dictionary(Int32, Utf8)";
  const std::string left = KnownType(*call.children[0], context);
  const std::string right = KnownType(*call.children[1], context);
  if (left.empty() || right.empty() || (left != kTag && right != kTag)) return;
  ThrowPlanError(fmt::format("Cannot coerce arithmetic expression {} {} {} to valid types", left,
                             symbol, right));
}

/// DuckDB parses the types of an aggregate's sort keys from text, which does not know ours.
void Rewriter::RewriteAggregateOrder(duckdb::vector<duckdb::OrderByNode>& orders,
                                     const ExpressionContext& context) {
  std::vector<std::string> types;
  for (const auto& order : orders) types.push_back(KnownType(*order.expression, context));
  RewriteOrders(orders, context, nullptr);
  for (size_t i = 0; i < orders.size(); ++i) {
    if (MayHaveZone(types[i])) {
      orders[i].expression = Call("iox_sort_key", std::move(orders[i].expression));
    }
  }
}

/// Refuses arguments that the signature does not take, as far as their types are known before
/// DuckDB binds the call: to it tags are plain text.
void Rewriter::CheckArguments(const duckdb::FunctionExpression& call,
                              const ExpressionContext& where) const {
  const Signature* signature = call.is_operator ? nullptr : FindSignature(UserName(call));
  if (signature == nullptr || call.distinct || call.filter) return;
  std::vector<std::string> types;
  for (const ExpressionPtr& child : call.children) {
    if (child->GetExpressionClass() == ExpressionClass::STAR) return;
    types.push_back(KnownType(*child, where));
    if (types.back().empty()) return;
  }
  std::vector<std::string> targets;
  const std::string reason = MatchSignature(*signature, types, &targets);
  if (!reason.empty()) ThrowPlanError(NoMatchText(*signature, types, reason));
}

bool Rewriter::CheckAggregateCall(const std::string& name, const duckdb::FunctionExpression& call,
                                  const ExpressionContext& context) const {
  const bool ordered = call.order_bys && !call.order_bys->orders.empty();
  const bool middle = name == "median" || name == "approx_median";
  const bool within =
      ordered && (middle ? call.children.empty()
                         : name.find("percentile") != std::string::npos || name == "quantile_cont");
  if (!within) return CheckAggregateTypes(name, call.children, context);
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(call.order_bys->orders[0].expression->Copy());
  for (const ExpressionPtr& child : call.children) arguments.push_back(child->Copy());
  CheckAggregateTypes(name, arguments, context);
  return true;
}

void Rewriter::RewriteCall(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& call = expression->Cast<duckdb::FunctionExpression>();
  if (!call.catalog.empty() || (!call.schema.empty() && call.schema != "main")) {
    ThrowInvalidFunction(call.schema + "." + call.function_name);
  }
  CheckArguments(call, context);
  if (ExpressionPtr special = SpecialCall(call, context)) {
    expression = std::move(special);
    return;
  }
  const std::string name = UserName(call);
  const FunctionEntry* entry = nullptr;
  bool known = true;
  const bool is_operator = call.is_operator ||
                           (name == "regexp_full_match" && call.children.size() == 2) ||
                           (call.schema == "main" && name.find("like_escape") != std::string::npos);
  if (!is_operator && name != "count_star") {
    entry = &RequireFunction(name);
    if (entry->kind == FunctionKind::kWindow) ThrowInvalidFunction(name);
    if (entry->kind == FunctionKind::kAggregate) known = CheckAggregateCall(name, call, context);
  }
  if (call.is_operator) CheckArithmetic(call, context);
  const bool joins_texts = name == "||" || name == "concat" || name == "concat_ws";
  for (ExpressionPtr& child : call.children) {
    if (child->GetExpressionClass() == ExpressionClass::STAR) {
      ThrowPlanError(fmt::format("Wildcard is not allowed as an argument of {}", name));
    }
    const bool zoned = joins_texts && MayHaveZone(KnownType(*child, context));
    Rewrite(child, context);
    if (zoned && !IsListConstructor(*child)) child = Call("iox_shown", std::move(child));
  }
  if (call.filter) Rewrite(call.filter, context);
  if (call.order_bys) RewriteAggregateOrder(call.order_bys->orders, context);
  if (is_operator) {
    SpellPattern(call);
    RewriteOperatorCall(expression);
    return;
  }
  if (entry == nullptr) return;
  if (entry->kind == FunctionKind::kScalar &&
      (call.distinct || call.filter || (call.order_bys && !call.order_bys->orders.empty()))) {
    ThrowPlanError(fmt::format("{} is no aggregate function", name));
  }
  if (!known) CheckWhenBound(name, call.children);
  const bool* ignores_nulls = IgnoresNulls(call);
  if (ignores_nulls != nullptr && *ignores_nulls) FilterNulls(name, call);
  call.schema.clear();
  call.function_name = name;
  if (entry->transform != nullptr) {
    if (ExpressionPtr replaced = entry->transform(call)) expression = std::move(replaced);
  } else if (entry->kind == FunctionKind::kScalar && FindSignature(name) != nullptr) {
    expression = CoercedCall(name, entry->engine, std::move(call.children));
  } else {
    call.function_name = entry->engine;
  }
  if (entry->result != LogicalTypeId::INVALID) {
    expression = CastTo(LogicalType(entry->result), std::move(expression));
  }
}

}  // namespace influxdb3::query::sql
