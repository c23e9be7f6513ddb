// Mathematical functions: the part of the function table and what calls turn into.
#include <utility>

#include "query/duckdb/dialect/function_registry.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionType;
using duckdb::LogicalType;

constexpr FunctionKind kScalar = FunctionKind::kScalar;

ExpressionPtr IsZero(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Compare(ExpressionType::COMPARE_EQUAL, std::move(call.children[0]),
                 Literal(duckdb::Value::BIGINT(0)));
}

ExpressionPtr NanToOther(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  ExpressionPtr value = CastTo(LogicalType::DOUBLE, std::move(call.children[0]));
  ExpressionPtr condition = Call("isnan", value->Copy());
  return Case(std::move(condition), CastTo(LogicalType::DOUBLE, std::move(call.children[1])),
              std::move(value));
}

ExpressionPtr Logarithm(FunctionCall& call) {
  CheckArgumentCount(call, 1, 2);
  if (call.children.size() == 1) return Call("iox_log10", std::move(call.children[0]));
  return Call("iox_log", std::move(call.children[0]), std::move(call.children[1]));
}

FunctionEntry Same(const char* name) {
  return {name, kScalar, name};
}
FunctionEntry Renamed(const char* name, const char* engine) {
  return {name, kScalar, engine};
}
FunctionEntry Own(const char* name) {
  return {name, kScalar, std::string("iox_") + name};
}

}  // namespace

std::vector<FunctionEntry> MathFunctions() {
  std::vector<FunctionEntry> table;
  for (const char* name : {"abs", "atan", "asinh", "cbrt", "cos",      "cosh",    "degrees",
                           "exp", "gcd",  "isnan", "lcm",  "pi",       "radians", "random",
                           "sin", "sinh", "tan",   "tanh", "greatest", "least",   "nullif"}) {
    table.push_back(Same(name));
  }
  for (const char* name :
       {"acos", "acosh", "asin", "atan2", "atanh", "ceil", "cot", "factorial", "floor", "ln",
        "log10", "log2", "power", "round", "signum", "sqrt", "trunc"}) {
    table.push_back(Own(name));
  }
  table.push_back(Renamed("pow", "iox_power"));
  table.push_back({"iszero", kScalar, "", duckdb::LogicalTypeId::INVALID, IsZero});
  table.push_back({"nanvl", kScalar, "", duckdb::LogicalTypeId::INVALID, NanToOther});
  table.push_back({"log", kScalar, "", duckdb::LogicalTypeId::INVALID, Logarithm});
  return table;
}

}  // namespace influxdb3::query::sql
