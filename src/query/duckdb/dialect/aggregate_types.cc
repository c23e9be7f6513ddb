// What types the aggregates take: the reference's refusals, where the types of the arguments are
// known before DuckDB plans the query, and else when it does. To DuckDB tags are plain text, so
// only before are they dictionaries.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalType;
using Types = std::vector<std::string>;

constexpr const char* kCheckFunction = "iox_aggregate_argument";

const Types kIntegerTypes = {"Int8",  "Int16",  "Int32",  "Int64",
                             "UInt8", "UInt16", "UInt32", "UInt64"};
const Types kNumberTypes = {"Int8",   "Int16",  "Int32",  "Int64",   "UInt8",
                            "UInt16", "UInt32", "UInt64", "Float32", "Float64"};

enum class Signature {
  kSum,
  kAverage,
  kExtreme,
  kNumeric,
  kIntegers,
  kNumbers,
  kBoolean,
  kFloatPair,
  kNumberPair,
  kAny,
  kAnyPair,
  kPercentile,
  kEstimate,
  kWeighted
};

struct Taker {
  const char* name;
  const char* shown;
  Signature signature;
};

constexpr Taker kTakers[] = {
    {"sum", "sum", Signature::kSum},
    {"avg", "avg", Signature::kAverage},
    {"mean", "avg", Signature::kAverage},
    {"min", "min", Signature::kExtreme},
    {"max", "max", Signature::kExtreme},
    {"median", "median", Signature::kNumeric},
    {"stddev", "stddev", Signature::kNumeric},
    {"stddev_samp", "stddev", Signature::kNumeric},
    {"stddev_pop", "stddev_pop", Signature::kNumeric},
    {"var", "var", Signature::kNumeric},
    {"var_samp", "var", Signature::kNumeric},
    {"var_sample", "var", Signature::kNumeric},
    {"var_pop", "var_pop", Signature::kNumeric},
    {"var_population", "var_pop", Signature::kNumeric},
    {"bit_and", "bit_and", Signature::kIntegers},
    {"bit_or", "bit_or", Signature::kIntegers},
    {"bit_xor", "bit_xor", Signature::kIntegers},
    {"approx_median", "approx_median", Signature::kNumbers},
    {"bool_and", "bool_and", Signature::kBoolean},
    {"bool_or", "bool_or", Signature::kBoolean},
    {"corr", "corr", Signature::kFloatPair},
    {"covar", "covar_samp", Signature::kNumberPair},
    {"covar_samp", "covar_samp", Signature::kNumberPair},
    {"covar_pop", "covar_pop", Signature::kNumberPair},
    {"regr_avgx", "regr_avgx", Signature::kNumberPair},
    {"regr_avgy", "regr_avgy", Signature::kNumberPair},
    {"regr_count", "regr_count", Signature::kNumberPair},
    {"regr_intercept", "regr_intercept", Signature::kNumberPair},
    {"regr_r2", "regr_r2", Signature::kNumberPair},
    {"regr_slope", "regr_slope", Signature::kNumberPair},
    {"regr_sxx", "regr_sxx", Signature::kNumberPair},
    {"regr_sxy", "regr_sxy", Signature::kNumberPair},
    {"regr_syy", "regr_syy", Signature::kNumberPair},
    {"array_agg", "array_agg", Signature::kAny},
    {"approx_distinct", "approx_distinct", Signature::kAny},
    {"first_value", "first_value", Signature::kAny},
    {"last_value", "last_value", Signature::kAny},
    {"nth_value", "nth_value", Signature::kAnyPair},
    {"percentile_cont", "percentile_cont", Signature::kPercentile},
    {"quantile_cont", "percentile_cont", Signature::kPercentile},
    {"approx_percentile_cont", "approx_percentile_cont", Signature::kEstimate},
    {"approx_percentile_cont_with_weight", "approx_percentile_cont_with_weight",
     Signature::kWeighted},
};

const Taker* FindTaker(const std::string& name) {
  const auto* found = std::find_if(std::begin(kTakers), std::end(kTakers),
                                   [&](const Taker& taker) { return name == taker.name; });
  return found == std::end(kTakers) ? nullptr : found;
}

bool IsInteger(const std::string& type) {
  return std::find(kIntegerTypes.begin(), kIntegerTypes.end(), type) != kIntegerTypes.end();
}
bool IsNumber(const std::string& type) {
  return IsInteger(type) || type.rfind("Float", 0) == 0 || type.rfind("Decimal", 0) == 0;
}

/// Whether the argument at a place may have the type; its kind is another question.
bool Accepts(Signature signature, const std::string& type, size_t place) {
  switch (signature) {
    case Signature::kSum: return IsNumber(type);
    case Signature::kAverage: return IsNumber(type) || type.rfind("Duration", 0) == 0;
    case Signature::kIntegers: return IsInteger(type) || type == "Null";
    case Signature::kBoolean: return type == "Boolean";
    case Signature::kEstimate:
      return type == "Null" || (place == 2 ? IsInteger(type) : IsNumber(type));
    case Signature::kWeighted:
      return type == "Null" || (place == 3 ? IsInteger(type) : IsNumber(type));
    case Signature::kExtreme:
    case Signature::kAny:
    case Signature::kAnyPair: return true;
    default: return IsNumber(type) || type == "Null";
  }
}

/// The least and the most arguments.
std::pair<size_t, size_t> Counts(Signature signature) {
  switch (signature) {
    case Signature::kFloatPair:
    case Signature::kNumberPair:
    case Signature::kAnyPair:
    case Signature::kPercentile: return {2, 2};
    case Signature::kEstimate: return {2, 3};
    case Signature::kWeighted: return {3, 4};
    default: return {1, 1};
  }
}

std::string_view WithoutDictionary(std::string_view type) {
  return type == "Dictionary(Int32, Utf8)" ? "Utf8" : type;
}

/// The kind of a type, as some of the messages have it.
std::string NativeType(const std::string& type) {
  if (WithoutDictionary(type) == "Utf8") return "String";
  if (type == "Timestamp(ns)") return "Timestamp(Nanosecond, None)";
  if (type == "Date32") return "Date";
  if (type == "Time64(ns)") return "Time(Nanosecond)";
  if (type == "Duration(ns)") return "Duration(Nanosecond)";
  return type;
}

/// The argument lists that a percentile takes.
std::vector<Types> PercentileForms(Signature signature) {
  std::vector<Types> forms;
  for (const std::string& type : kNumberTypes) {
    Types form = {type, "Float64"};
    if (signature == Signature::kWeighted) form.insert(form.begin(), type);
    forms.push_back(form);
    if (signature == Signature::kPercentile) continue;
    for (const std::string& size : kIntegerTypes) {
      forms.push_back(form);
      forms.back().push_back(size);
    }
  }
  return forms;
}

std::string SignatureText(Signature signature) {
  switch (signature) {
    case Signature::kIntegers:
      return fmt::format("Uniform(1, [{}])", fmt::join(kIntegerTypes, ", "));
    case Signature::kNumbers: return fmt::format("Uniform(1, [{}])", fmt::join(kNumberTypes, ", "));
    case Signature::kNumberPair:
      return fmt::format("Uniform(2, [{}])", fmt::join(kNumberTypes, ", "));
    case Signature::kBoolean: return "Uniform(1, [Boolean])";
    case Signature::kFloatPair: return "Exact([Float64, Float64])";
    default: break;
  }
  std::string text;
  for (const Types& form : PercentileForms(signature)) {
    text += fmt::format("{}Exact([{}])", text.empty() ? "" : ", ", fmt::join(form, ", "));
  }
  return "OneOf([" + text + "])";
}

std::string Reason(const Taker& taker, const Types& types, const std::string* refused) {
  const auto user_defined = [&](const std::string& inner) {
    return fmt::format("Execution error: Function '{}' user-defined coercion failed with \"{}\"",
                       taker.shown, inner);
  };
  const size_t wanted = Counts(taker.signature).first;
  switch (taker.signature) {
    case Signature::kSum:
    case Signature::kAverage:
      if (types.size() != 1) {
        return user_defined(fmt::format("Execution error: {} function requires 1 argument, got {}",
                                        taker.shown, types.size()));
      }
      return user_defined(
          taker.signature == Signature::kSum
              ? fmt::format("Execution error: Sum not supported for {}",
                            WithoutDictionary(*refused))
              : fmt::format("Error during planning: Avg does not support inputs of type {}.",
                            WithoutDictionary(*refused)));
    case Signature::kExtreme:
      return user_defined(
          fmt::format("Execution error: min/max was called with {} arguments. It requires only 1.",
                      types.size()));
    default: break;
  }
  if (types.empty()) return fmt::format("'{}' does not support zero arguments", taker.shown);
  switch (taker.signature) {
    case Signature::kNumeric:
      if (types.size() != 1) {
        return fmt::format("Function '{}' expects 1 arguments but received {}", taker.shown,
                           types.size());
      }
      return fmt::format("Function '{}' expects NativeType::Numeric but received NativeType::{}",
                         taker.shown, NativeType(*refused));
    case Signature::kAny:
    case Signature::kAnyPair:
      return fmt::format("The function '{}' expected {} arguments but received {}", taker.shown,
                         wanted, types.size());
    default:
      return fmt::format(
          "Failed to coerce arguments to satisfy a call to '{}' function: coercion from {} to the "
          "signature {} failed",
          taker.shown, fmt::join(types, ", "), SignatureText(taker.signature));
  }
}

std::string Candidates(const Taker& taker) {
  const std::string integers = fmt::format("{}", fmt::join(kIntegerTypes, "/"));
  const std::string numbers = fmt::format("{}", fmt::join(kNumberTypes, "/"));
  const auto one = [&](const std::string& arguments) {
    return fmt::format("\n\t{}({})", taker.shown, arguments);
  };
  switch (taker.signature) {
    case Signature::kNumeric: return one("Numeric(1)");
    case Signature::kIntegers: return one(integers);
    case Signature::kNumbers: return one(numbers);
    case Signature::kNumberPair: return one(numbers + ", " + numbers);
    case Signature::kBoolean: return one("Boolean");
    case Signature::kFloatPair: return one("y: Float64, x: Float64");
    case Signature::kAny: return one("Any");
    case Signature::kAnyPair: return one("Any, Any");
    case Signature::kPercentile:
    case Signature::kEstimate:
    case Signature::kWeighted: break;
    default: return one("UserDefined");
  }
  std::string text;
  for (const Types& form : PercentileForms(taker.signature)) {
    text += one(fmt::format("{}", fmt::join(form, ", ")));
  }
  return text;
}

/// The reference's error for arguments of these types; empty when the function takes them.
std::string Refusal(const Taker& taker, const Types& types) {
  const auto [least, most] = Counts(taker.signature);
  const std::string* refused = nullptr;
  for (size_t i = 0; i < types.size() && refused == nullptr; ++i) {
    if (!Accepts(taker.signature, types[i], i)) refused = &types[i];
  }
  if (refused == nullptr && types.size() >= least && types.size() <= most) return {};
  return fmt::format(
      "{} No function matches the given name and argument types '{}({})'. You might need to add "
      "explicit type casts.\n\tCandidate functions:{}",
      Reason(taker, types, refused), taker.shown, fmt::join(types, ", "), Candidates(taker));
}

duckdb::unique_ptr<duckdb::Expression> CheckBound(duckdb::FunctionBindExpressionInput& input) {
  const duckdb::Value name =
      duckdb::ExpressionExecutor::EvaluateScalar(input.context, *input.children[0]);
  Types types;
  for (size_t i = 1; i < input.children.size(); ++i) {
    types.push_back(ArrowTypeText(input.children[i]->return_type));
  }
  const Taker* taker = FindTaker(name.ToString());
  const std::string refusal = taker == nullptr ? std::string() : Refusal(*taker, types);
  if (!refusal.empty()) {
    ThrowFromFunction(util::Status::InvalidArgument("Error during planning: " + refusal));
  }
  return std::move(input.children[1]);
}

}  // namespace

void RefuseAggregates(const duckdb::ParsedExpression& where) {
  if (!HasAggregate(where)) return;
  ThrowPlanError(
      "Aggregate functions are not allowed in the WHERE clause. Consider using HAVING instead");
}

bool Rewriter::CheckAggregateTypes(const std::string& name,
                                   const duckdb::vector<ExpressionPtr>& arguments,
                                   const ExpressionContext& context) const {
  const Taker* taker = FindTaker(name);
  if (taker == nullptr) return true;
  Types types;
  for (const ExpressionPtr& argument : arguments) types.push_back(KnownType(*argument, context));
  const bool known = std::find(types.begin(), types.end(), "") == types.end();
  if (!known && types.size() == Counts(taker->signature).first) return false;
  if (!known) return true;
  const std::string refusal = Refusal(*taker, types);
  if (!refusal.empty()) ThrowPlanError(refusal);
  return true;
}

void CheckWhenBound(const std::string& function, duckdb::vector<ExpressionPtr>& arguments) {
  duckdb::vector<ExpressionPtr> checked;
  checked.push_back(Literal(function.c_str()));
  for (const ExpressionPtr& argument : arguments) checked.push_back(argument->Copy());
  arguments[0] = CallList(kCheckFunction, std::move(checked));
}

void RegisterAggregateChecks(duckdb::ExtensionLoader& loader) {
  duckdb::ScalarFunction check(kCheckFunction, {LogicalType::VARCHAR, LogicalType::ANY},
                               LogicalType::ANY, nullptr);
  check.varargs = LogicalType::ANY;
  check.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  check.SetBindExpressionCallback(CheckBound);
  loader.RegisterFunction(check);
}

}  // namespace influxdb3::query::sql
