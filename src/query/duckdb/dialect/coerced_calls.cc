// Calls whose arguments are checked against a signature and converted once their types are known.
#include "query/duckdb/dialect/coerced_calls.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/function/function_binder.hpp"
#include "duckdb/planner/expression/bound_case_expression.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_operator_expression.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/common_type.h"
#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/signatures.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::BoundCastExpression;
using duckdb::ClientContext;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using util::Status;

using BoundExpression = duckdb::unique_ptr<duckdb::Expression>;
using Types = std::vector<LogicalType>;

constexpr const char* kCall = "iox_coerced";
constexpr const char* kCase = "iox_case";
constexpr const char* kCast = "iox_cast";
/// The name of the function and the engine's come before the arguments.
constexpr size_t kNames = 2;

[[noreturn]] void Refuse(const std::string& text) {
  ThrowFromFunction(Status::InvalidArgument(text));
}

Types TypesOf(const BoundArguments& arguments, size_t from) {
  Types types;
  for (size_t i = from; i < arguments.size(); ++i) {
    const LogicalType& type = arguments[i]->return_type;
    // A parameter without a value may become anything.
    const bool open = type.id() == LogicalTypeId::UNKNOWN;
    types.push_back(open ? LogicalType(LogicalTypeId::SQLNULL) : type);
  }
  return types;
}

std::vector<std::string> TextsOf(const Types& types) {
  std::vector<std::string> texts;
  for (const LogicalType& type : types) texts.push_back(ArrowTypeText(type));
  return texts;
}

/// As text within another text's quotes.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string NoCommonType(const Signature& signature, const Types& types, const LogicalType& so_far,
                         const LogicalType& next) {
  const std::string name = signature.name;
  if (name == "nullif") {
    return fmt::format("For function 'nullif' {} and {} is not comparable", ArrowTypeText(types[0]),
                       ArrowTypeText(types[1]));
  }
  std::string reason = "Error during planning: Cannot find a common type for arguments";
  if (name == "coalesce") {
    reason = fmt::format(
        "Execution error: Fail to find the coerced type, errors: Some(Execution(\"Expect to get "
        "struct but got {}\"))",
        ArrowTypeText(types[0]));
  } else if (name == "nvl2") {
    reason = fmt::format("Internal error: Coercion from {} to {} failed.{}", ArrowTypeText(so_far),
                         ArrowTypeText(next), kBugReport);
  }
  return fmt::format("Execution error: Function '{}' user-defined coercion failed with \"{}\"",
                     name, Escaped(reason));
}

/// One type for all arguments.
Types CommonTypes(ClientContext& context, const Signature& signature, const Types& types) {
  const TextRule rule =
      std::string_view(signature.name) == "nvl2" ? TextRule::kWins : TextRule::kParsed;
  LogicalType common = types[0];
  for (const LogicalType& type : types) {
    const std::optional<LogicalType> wider = CommonType(context, common, type, rule);
    if (!wider) {
      Refuse("Error during planning: " +
             NoMatchText(signature, TextsOf(types), NoCommonType(signature, types, common, type)));
    }
    common = *wider;
  }
  return Types(types.size(), common);
}

Types Targets(ClientContext& context, const Signature& signature, const Types& types) {
  const std::vector<std::string> texts = TextsOf(types);
  std::vector<std::string> targets;
  const std::string reason = MatchSignature(signature, texts, &targets);
  if (!reason.empty()) {
    Refuse("Error during planning: " + NoMatchText(signature, texts, reason));
  }
  if (signature.kind == SignatureKind::kCommon || signature.kind == SignatureKind::kComparable) {
    return CommonTypes(context, signature, types);
  }
  Types converted;
  for (size_t i = 0; i < types.size(); ++i) {
    converted.push_back(targets[i] == texts[i] ? types[i] : TypeFromArrowText(targets[i]));
  }
  return converted;
}

/// The reference converts constants when it plans, and says so when that fails.
void CheckConstants(ClientContext& context, const BoundArguments& arguments, size_t from,
                    const Types& targets) {
  for (size_t i = 0; i < targets.size(); ++i) {
    const duckdb::Expression& argument = *arguments[from + i];
    if (argument.return_type == targets[i] || !argument.IsFoldable()) continue;
    try {
      const BoundExpression cast =
          BoundCastExpression::AddCastToType(context, argument.Copy(), targets[i]);
      duckdb::ExpressionExecutor::EvaluateScalar(context, *cast);
    } catch (const std::exception& exception) {
      const Status status = TranslateError(duckdb::ErrorData(exception));
      ThrowFromFunction(
          Status(status.code(),
                 "Optimizer rule 'simplify_expressions' failed\ncaused by\n" + status.message()));
    }
  }
}

/// DuckDB casts the arguments to these types.
void SetArgumentTypes(ScalarFunction& function, size_t names, const Types& targets) {
  function.arguments.assign(names, LogicalType::VARCHAR);
  function.arguments.insert(function.arguments.end(), targets.begin(), targets.end());
  function.varargs = LogicalType(LogicalTypeId::INVALID);
}

struct CallNames {
  std::string function;
  std::string engine;

  bool operator==(const CallNames& other) const {
    return function == other.function && engine == other.engine;
  }
};

std::string NameArgument(ClientContext& context, const duckdb::Expression& argument) {
  return ConstantArgument(context, argument, "a constant name").ToString();
}

duckdb::unique_ptr<duckdb::FunctionData> BindCall(ClientContext& context, ScalarFunction& function,
                                                  BoundArguments& arguments) {
  CallNames names{NameArgument(context, *arguments[0]), NameArgument(context, *arguments[1])};
  const Types types = TypesOf(arguments, kNames);
  if (names.function == "concat_ws" && types.size() == 1 &&
      types[0].id() != LogicalTypeId::SQLNULL) {
    ThrowFromFunction(Status::Internal(
        "Execution error: concat_ws was called with 1 arguments. It requires at least 2."));
  }
  const Types targets = Targets(context, *FindSignature(names.function), types);
  CheckConstants(context, arguments, kNames, targets);
  SetArgumentTypes(function, kNames, targets);
  return duckdb::make_uniq<BoundValue<CallNames>>(std::move(names));
}

/// Whether it is a constant, perhaps converted, of that value.
bool IsNumber(ClientContext& context, const duckdb::Expression& expression, double wanted) {
  if (!expression.IsFoldable()) return false;
  const duckdb::Value value = duckdb::ExpressionExecutor::EvaluateScalar(context, expression);
  return !value.IsNull() && value.DefaultCastAs(LogicalType::DOUBLE).GetValue<double>() == wanted;
}

BoundExpression NumberLike(const duckdb::Expression& expression, int64_t number) {
  return duckdb::make_uniq<duckdb::BoundConstantExpression>(
      duckdb::Value::BIGINT(number).DefaultCastAs(expression.return_type));
}

/// What the reference makes of some powers and logarithms of columns when it plans: NULL and NaN
/// are not looked at then. Null for all others.
BoundExpression SimplifiedPower(ClientContext& context, const std::string& name,
                                BoundArguments& arguments) {
  if (arguments.size() != 2 || arguments[0]->IsFoldable()) return nullptr;
  if (name == "power" || name == "pow") {
    if (IsNumber(context, *arguments[1], 0)) return NumberLike(*arguments[0], 1);
    if (IsNumber(context, *arguments[1], 1)) return std::move(arguments[0]);
  }
  if (name == "log") {
    if (IsNumber(context, *arguments[1], 1)) return NumberLike(*arguments[0], 0);
    if (arguments[0]->Equals(*arguments[1])) return NumberLike(*arguments[0], 1);
  }
  return nullptr;
}

BoundExpression NullOperator(ExpressionType kind, LogicalType type, BoundArguments arguments) {
  auto result = duckdb::make_uniq<duckdb::BoundOperatorExpression>(kind, std::move(type));
  result->children = std::move(arguments);
  return result;
}

BoundExpression ReplaceCall(duckdb::FunctionBindExpressionInput& input) {
  const CallNames& names = input.bind_data->Cast<BoundValue<CallNames>>().value;
  BoundArguments arguments(std::make_move_iterator(input.children.begin() + kNames),
                           std::make_move_iterator(input.children.end()));
  if (BoundExpression simple = SimplifiedPower(input.context, names.function, arguments))
    return simple;
  if (names.engine == "coalesce") {
    LogicalType type = arguments[0]->return_type;
    return NullOperator(ExpressionType::OPERATOR_COALESCE, std::move(type), std::move(arguments));
  }
  if (names.engine == "nvl2") {
    BoundArguments condition;
    condition.push_back(std::move(arguments[0]));
    return duckdb::make_uniq<duckdb::BoundCaseExpression>(
        NullOperator(ExpressionType::OPERATOR_IS_NOT_NULL, LogicalType::BOOLEAN,
                     std::move(condition)),
        std::move(arguments[1]), std::move(arguments[2]));
  }
  const bool decimal =
      !arguments.empty() && arguments.back()->return_type.id() == LogicalTypeId::DECIMAL;
  std::string engine = names.engine;
  if (decimal && engine == "iox_abs") engine = "abs";
  if (decimal && engine == "iox_log") engine = "iox_whole_log";
  duckdb::FunctionBinder binder(input.context);
  duckdb::ErrorData error;
  BoundExpression result =
      binder.BindScalarFunction(DEFAULT_SCHEMA, engine, std::move(arguments), error);
  if (!result) error.Throw();
  return result;
}

[[noreturn]] void ThrowCaseTypes(const Types& types, bool has_else) {
  std::vector<std::string> results;
  for (size_t i = 1; i + 1 < types.size(); i += 2) results.push_back(ArrowTypeText(types[i]));
  Refuse(
      fmt::format("type_coercion\ncaused by\nError during planning: Failed to coerce then ({}) "
                  "and else ({}) to common types in CASE WHEN expression",
                  fmt::join(results, ", "), has_else ? ArrowTypeText(types.back()) : "None"));
}

/// Condition, result, condition, result, …, result of ELSE.
duckdb::unique_ptr<duckdb::FunctionData> BindCase(ClientContext& context, ScalarFunction& function,
                                                  BoundArguments& arguments) {
  const bool has_else = NameArgument(context, *arguments[0]) == "else";
  const Types types = TypesOf(arguments, 1);
  LogicalType common = types[1];
  const auto widen = [&](const LogicalType& type) {
    const std::optional<LogicalType> wider = CommonType(context, common, type, TextRule::kWins);
    if (!wider) ThrowCaseTypes(types, has_else);
    common = *wider;
  };
  for (size_t i = 3; i + 1 < types.size(); i += 2) widen(types[i]);
  widen(types.back());
  Types targets(types.size(), common);
  for (size_t i = 0; i + 1 < types.size(); i += 2) {
    const LogicalTypeId id = types[i].id();
    if (types[i].IsTemporal() || types[i].IsNested() || id == LogicalTypeId::BLOB) {
      Refuse(
          fmt::format("type_coercion\ncaused by\nWHEN expressions in CASE couldn't be converted "
                      "to common type (Boolean)\ncaused by\nError during planning: Cannot "
                      "automatically convert {} to Boolean",
                      ArrowTypeText(types[i])));
    }
    targets[i] = LogicalType::BOOLEAN;
  }
  CheckConstants(context, arguments, 1, targets);
  SetArgumentTypes(function, 1, targets);
  return nullptr;
}

BoundExpression ReplaceCase(duckdb::FunctionBindExpressionInput& input) {
  auto& parts = input.children;
  auto result = duckdb::make_uniq<duckdb::BoundCaseExpression>(parts.back()->return_type);
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    duckdb::BoundCaseCheck check;
    check.when_expr = std::move(parts[i]);
    check.then_expr = std::move(parts[i + 1]);
    result->case_checks.push_back(std::move(check));
  }
  result->else_expr = std::move(parts.back());
  return result;
}

/// The value, and a NULL of the type it is cast to.
duckdb::unique_ptr<duckdb::FunctionData> BindCast(ClientContext& context, ScalarFunction& function,
                                                  BoundArguments& arguments) {
  const Types targets(2, arguments[1]->return_type);
  CheckConstants(context, arguments, 0, targets);
  SetArgumentTypes(function, 0, targets);
  return nullptr;
}

BoundExpression ReplaceCast(duckdb::FunctionBindExpressionInput& input) {
  return std::move(input.children[0]);
}

ScalarFunction Replaced(const char* name, size_t names, duckdb::bind_scalar_function_t bind,
                        duckdb::function_bind_expression_t replace) {
  const duckdb::vector<LogicalType> fixed(names, LogicalType::VARCHAR);
  ScalarFunction function(name, fixed, LogicalType::ANY, nullptr, bind);
  function.varargs = LogicalType::ANY;
  function.bind_expression = replace;
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  return function;
}

}  // namespace

ExpressionPtr CoercedCall(const std::string& name, const std::string& engine,
                          duckdb::vector<ExpressionPtr> arguments) {
  duckdb::vector<ExpressionPtr> all;
  all.push_back(Literal(name.c_str()));
  all.push_back(Literal(engine.c_str()));
  for (ExpressionPtr& argument : arguments) all.push_back(std::move(argument));
  return CallList(kCall, std::move(all));
}

ExpressionPtr CoercedCase(duckdb::CaseExpression& expression) {
  duckdb::vector<ExpressionPtr> all;
  const bool has_else = LiteralValue(*expression.else_expr) == nullptr ||
                        !LiteralValue(*expression.else_expr)->IsNull();
  all.push_back(Literal(has_else ? "else" : ""));
  for (duckdb::CaseCheck& check : expression.case_checks) {
    all.push_back(std::move(check.when_expr));
    all.push_back(std::move(check.then_expr));
  }
  all.push_back(std::move(expression.else_expr));
  return CallList(kCase, std::move(all));
}

ExpressionPtr PlannedCast(const LogicalType& type, ExpressionPtr value) {
  const duckdb::Value* constant = LiteralValue(*value);
  const bool negative = value->GetExpressionClass() == duckdb::ExpressionClass::FUNCTION &&
                        value->Cast<duckdb::FunctionExpression>().function_name == "iox_negate";
  // What is said of constants does not hold for columns: their casts stay DuckDB's own.
  if ((constant == nullptr || constant->IsNull()) && !negative) {
    return CastTo(type, std::move(value));
  }
  return Call(kCast, std::move(value), Literal(duckdb::Value(type)));
}

void RegisterCoercedCalls(duckdb::ExtensionLoader& loader) {
  loader.RegisterFunction(Replaced(kCall, kNames, BindCall, ReplaceCall));
  loader.RegisterFunction(Replaced(kCase, 1, BindCase, ReplaceCase));
  loader.RegisterFunction(Replaced(kCast, 0, BindCast, ReplaceCast));
}

}  // namespace influxdb3::query::sql
