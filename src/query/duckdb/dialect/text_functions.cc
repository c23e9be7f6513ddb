// String, hash and conditional functions: the part of the function table.
#include <string>
#include <utility>

#include "query/duckdb/dialect/function_registry.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::LogicalTypeId;

constexpr FunctionKind kScalar = FunctionKind::kScalar;

ExpressionPtr BinaryLiteral(FunctionCall& call) {
  return Call("unhex", std::move(call.children[0]));
}

}  // namespace

std::vector<FunctionEntry> TextFunctions() {
  std::vector<FunctionEntry> table;
  for (const char* name : {"ascii", "coalesce", "concat", "concat_ws", "contains", "ends_with",
                           "left", "md5", "nvl2", "right", "starts_with"}) {
    table.push_back({name, kScalar, name});
  }
  for (const char* name :
       {"btrim",       "chr",    "decode",       "digest", "encode",    "find_in_set", "initcap",
        "levenshtein", "lower",  "lpad",         "ltrim",  "overlay",   "repeat",      "replace",
        "reverse",     "rpad",   "rtrim",        "sha224", "sha256",    "sha384",      "sha512",
        "split_part",  "substr", "substr_index", "to_hex", "translate", "upper"}) {
    table.push_back({name, kScalar, std::string("iox_") + name});
  }
  const auto renamed = [&](const char* name, const char* engine) {
    table.push_back({name, kScalar, engine});
  };
  renamed("ifnull", "coalesce");
  renamed("nvl", "coalesce");
  renamed("substring", "iox_substr");
  renamed("substring_index", "iox_substr_index");
  renamed("trim", "iox_btrim");
  const auto counted = [&](const char* name, const char* engine) {
    table.push_back({name, kScalar, engine, LogicalTypeId::INTEGER});
  };
  for (const char* name : {"character_length", "char_length", "length"}) counted(name, "length");
  for (const char* name : {"strpos", "instr", "position"}) counted(name, "strpos");
  counted("bit_length", "bit_length");
  counted("octet_length", "strlen");
  table.push_back({"uuid", kScalar, "uuid", LogicalTypeId::VARCHAR});
  table.push_back({"binary", kScalar, "", LogicalTypeId::INVALID, BinaryLiteral});
  return table;
}

}  // namespace influxdb3::query::sql
