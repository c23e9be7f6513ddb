// Mathematical functions: the part of the function table.
#include <string>

#include "query/duckdb/dialect/function_registry.h"

namespace influxdb3::query::sql {

std::vector<FunctionEntry> MathFunctions() {
  std::vector<FunctionEntry> table;
  for (const char* name : {"isnan", "pi", "random", "greatest", "least"}) {
    table.push_back({name, FunctionKind::kScalar, name});
  }
  for (const char* name :
       {"abs",     "acos",  "acosh",  "asin", "asinh",   "atan", "atan2", "atanh",     "cbrt",
        "ceil",    "cos",   "cosh",   "cot",  "degrees", "exp",  "floor", "factorial", "gcd",
        "iszero",  "lcm",   "ln",     "log",  "log10",   "log2", "nanvl", "nullif",    "power",
        "radians", "round", "signum", "sin",  "sinh",    "sqrt", "tan",   "tanh",      "trunc"}) {
    table.push_back({name, FunctionKind::kScalar, std::string("iox_") + name});
  }
  table.push_back({"pow", FunctionKind::kScalar, "iox_power"});
  return table;
}

}  // namespace influxdb3::query::sql
