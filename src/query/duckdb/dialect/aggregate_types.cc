// What types the aggregates take: the reference's refusals, where the type of an argument is known
// before DuckDB plans the query. To DuckDB tags are plain text, so only here are they dictionaries.
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

constexpr std::string_view kIntegerTypes = "Int8/Int16/Int32/Int64/UInt8/UInt16/UInt32/UInt64";

enum class Signature { kAny, kSum, kAverage, kNumeric, kIntegers, kNumbers, kBoolean, kFloatPair };

struct Taker {
  const char* name;
  const char* shown;
  Signature signature;
};

constexpr Taker kTakers[] = {
    {"sum", "sum", Signature::kSum},
    {"avg", "avg", Signature::kAverage},
    {"mean", "avg", Signature::kAverage},
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
    {"covar", "covar_samp", Signature::kFloatPair},
    {"covar_samp", "covar_samp", Signature::kFloatPair},
    {"covar_pop", "covar_pop", Signature::kFloatPair},
};

bool IsInteger(const std::string& type) {
  return type.rfind("Int", 0) == 0 ? type.rfind("Interval", 0) != 0 : type.rfind("UInt", 0) == 0;
}
bool IsNumber(const std::string& type) {
  return IsInteger(type) || type.rfind("Float", 0) == 0 || type.rfind("Decimal", 0) == 0;
}

bool Accepts(Signature signature, const std::string& type) {
  if (type.empty()) return true;
  switch (signature) {
    case Signature::kSum: return IsNumber(type) || type.rfind("Duration", 0) == 0;
    case Signature::kAverage: return IsNumber(type) || type.rfind("Duration", 0) == 0;
    case Signature::kIntegers: return IsInteger(type) || type == "Null";
    case Signature::kBoolean: return type == "Boolean";
    case Signature::kNumeric:
    case Signature::kNumbers:
    case Signature::kFloatPair: return IsNumber(type) || type == "Null";
    case Signature::kAny: break;
  }
  return true;
}

std::string_view WithoutDictionary(std::string_view type) {
  return type == "Dictionary(Int32, Utf8)" ? "Utf8" : type;
}

/// The kind of a type, as some of the messages have it.
std::string NativeType(const std::string& type) {
  if (WithoutDictionary(type) == "Utf8") return "String";
  if (type == "Timestamp(ns)") return "Timestamp(Nanosecond, None)";
  return type;
}

std::string CommaList(std::string_view slashed) {
  std::string text(slashed);
  for (size_t at = 0; (at = text.find('/', at)) != std::string::npos;) text.replace(at, 1, ", ");
  return text;
}

std::string Reason(const Taker& taker, const std::string& types, const std::string& type) {
  const auto coercion = [&](const std::string& signature) {
    return fmt::format(
        "Failed to coerce arguments to satisfy a call to '{}' function: coercion from {} to the "
        "signature {} failed",
        taker.shown, types, signature);
  };
  const auto user_defined = [&](const std::string& inner) {
    return fmt::format("Execution error: Function '{}' user-defined coercion failed with \"{}\"",
                       taker.shown, inner);
  };
  switch (taker.signature) {
    case Signature::kSum:
      return user_defined(
          fmt::format("Execution error: Sum not supported for {}", WithoutDictionary(type)));
    case Signature::kAverage:
      return user_defined(
          fmt::format("Error during planning: Avg does not support inputs of type {}.",
                      WithoutDictionary(type)));
    case Signature::kNumeric:
      return fmt::format("Function '{}' expects NativeType::Numeric but received NativeType::{}",
                         taker.shown, NativeType(type));
    case Signature::kIntegers:
      return coercion(fmt::format("Uniform(1, [{}])", CommaList(kIntegerTypes)));
    case Signature::kNumbers:
      return coercion(fmt::format("Uniform(1, [{}, Float32, Float64])", CommaList(kIntegerTypes)));
    case Signature::kBoolean: return coercion("Uniform(1, [Boolean])");
    default: return coercion("Exact([Float64, Float64])");
  }
}

std::string Candidate(Signature signature) {
  switch (signature) {
    case Signature::kNumeric: return "Numeric(1)";
    case Signature::kIntegers: return std::string(kIntegerTypes);
    case Signature::kNumbers: return fmt::format("{}/Float32/Float64", kIntegerTypes);
    case Signature::kBoolean: return "Boolean";
    case Signature::kFloatPair: return "y: Float64, x: Float64";
    default: return "UserDefined";
  }
}

}  // namespace

void RefuseAggregates(const duckdb::ParsedExpression& where) {
  if (!HasAggregate(where)) return;
  ThrowPlanError(
      "Aggregate functions are not allowed in the WHERE clause. Consider using HAVING instead");
}

void Rewriter::CheckAggregateTypes(const std::string& name,
                                   const duckdb::vector<ExpressionPtr>& arguments,
                                   const ExpressionContext& context) const {
  for (const Taker& taker : kTakers) {
    if (name != taker.name) continue;
    const std::string* refused = nullptr;
    std::string types;
    std::vector<std::string> known;
    for (const ExpressionPtr& argument : arguments) known.push_back(KnownType(*argument, context));
    for (const std::string& type : known) {
      if (type.empty()) return;
      types += (types.empty() ? "" : ", ") + type;
      if (refused == nullptr && !Accepts(taker.signature, type)) refused = &type;
    }
    if (refused == nullptr) return;
    ThrowPlanError(fmt::format(
        "{} No function matches the given name and argument types '{}({})'. You might need to add "
        "explicit type casts.\n\tCandidate functions:\n\t{}({})",
        Reason(taker, types, *refused), taker.shown, types, taker.shown,
        Candidate(taker.signature)));
  }
}

}  // namespace influxdb3::query::sql
