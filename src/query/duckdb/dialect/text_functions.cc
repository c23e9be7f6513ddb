// String, hash and conditional functions: the part of the function table.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr FunctionKind kScalar = FunctionKind::kScalar;

ExpressionPtr Int(int64_t value) {
  return Literal(Value::BIGINT(value));
}
ExpressionPtr ToText(ExpressionPtr value) {
  return CastTo(LogicalType::VARCHAR, std::move(value));
}
ExpressionPtr ToBinary(ExpressionPtr value) {
  return Call("iox_to_binary", std::move(value));
}

ExpressionPtr Coalesce(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  return Operator(ExpressionType::OPERATOR_COALESCE, std::move(call.children[0]),
                  std::move(call.children[1]));
}

ExpressionPtr CoalesceAny(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1000);
  return duckdb::make_uniq<duckdb::OperatorExpression>(ExpressionType::OPERATOR_COALESCE,
                                                       std::move(call.children));
}

ExpressionPtr IfNotNull(FunctionCall& call) {
  CheckArgumentCount(call, 3, 3);
  return Case(Operator(ExpressionType::OPERATOR_IS_NOT_NULL, std::move(call.children[0])),
              std::move(call.children[1]), std::move(call.children[2]));
}

/// lpad and rpad fill with blanks unless told otherwise.
ExpressionPtr Pad(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  ExpressionPtr fill = call.children.size() == 3 ? std::move(call.children[2]) : Literal(" ");
  return Call("iox_" + call.function_name, ToText(std::move(call.children[0])),
              CastTo(LogicalType::BIGINT, std::move(call.children[1])), std::move(fill));
}

ExpressionPtr Character(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Call("chr", CastTo(LogicalType::INTEGER, std::move(call.children[0])));
}

ExpressionPtr Length(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Call("length", ToText(std::move(call.children[0])));
}

/// Functions that take whatever they are given as text; some have arguments of other kinds behind.
struct TextCall {
  const char* name;
  const char* engine;
  size_t texts;
  size_t least;
  size_t most;
};
constexpr TextCall kTextCalls[] = {{"find_in_set", "iox_find_in_set", 2, 2, 2},
                                   {"left", "left", 1, 2, 2},
                                   {"overlay", "iox_overlay", 2, 3, 4},
                                   {"reverse", "reverse", 1, 1, 1},
                                   {"right", "right", 1, 2, 2},
                                   {"split_part", "iox_split_part", 2, 3, 3},
                                   {"substr_index", "iox_substr_index", 2, 3, 3},
                                   {"substring_index", "iox_substr_index", 2, 3, 3},
                                   {"translate", "translate", 3, 3, 3}};

ExpressionPtr WithTextArguments(FunctionCall& call) {
  for (const TextCall& text_call : kTextCalls) {
    if (call.function_name != text_call.name) continue;
    CheckArgumentCount(call, text_call.least, text_call.most);
    for (size_t i = 0; i < text_call.texts; ++i) {
      call.children[i] = ToText(std::move(call.children[i]));
    }
    return CallList(text_call.engine, std::move(call.children));
  }
  return nullptr;
}

/// Both as text: DuckDB's function of the name also searches lists and maps.
ExpressionPtr Contains(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  return Call("contains", ToText(std::move(call.children[0])), ToText(std::move(call.children[1])));
}

ExpressionPtr HexText(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Call("lower", Call("to_hex", std::move(call.children[0])));
}

ExpressionPtr Sha(FunctionCall& call) {
  CheckArgumentCount(call, 1, 1);
  return Call("iox_digest", ToBinary(std::move(call.children[0])),
              Literal(call.function_name.c_str()));
}

ExpressionPtr Digest(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  return Call("iox_digest", ToBinary(std::move(call.children[0])), std::move(call.children[1]));
}

const std::string& RequireText(const FunctionCall& call, size_t index) {
  const std::string* text = LiteralText(*call.children[index]);
  if (text == nullptr) {
    ThrowUnsupported(fmt::format("{} with a computed argument {}", call.function_name, index + 1));
  }
  return *text;
}

ExpressionPtr Encode(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  const std::string method = RequireText(call, 1);
  ExpressionPtr bytes = ToBinary(std::move(call.children[0]));
  if (method == "hex") return Call("lower", Call("hex", std::move(bytes)));
  if (method == "base64") return Call("rtrim", Call("to_base64", std::move(bytes)), Literal("="));
  ThrowPlanError(
      fmt::format("There is no built-in encoding named '{}', currently supported "
                  "encodings are: base64, hex",
                  method));
}

ExpressionPtr Decode(FunctionCall& call) {
  CheckArgumentCount(call, 2, 2);
  const std::string method = RequireText(call, 1);
  ExpressionPtr text = ToText(std::move(call.children[0]));
  if (method == "hex") return Call("unhex", std::move(text));
  if (method == "base64") {
    // DuckDB wants the padding the reference leaves out.
    ExpressionPtr bare = Call("rtrim", std::move(text), Literal("="));
    ExpressionPtr length = Call("length", bare->Copy());
    ExpressionPtr missing =
        Call("iox_modulo",
             Call("iox_subtract", Int(4), Call("iox_modulo", std::move(length), Int(4))), Int(4));
    ExpressionPtr padding = Call("repeat", Literal("="), std::move(missing));
    return Call("from_base64", Call("concat", std::move(bare), std::move(padding)));
  }
  ThrowPlanError(
      fmt::format("There is no built-in encoding named '{}', currently supported "
                  "encodings are: base64, hex",
                  method));
}

ExpressionPtr BinaryLiteral(FunctionCall& call) {
  return Call("unhex", std::move(call.children[0]));
}

FunctionEntry Mapped(const char* name, const char* engine,
                     LogicalTypeId result = LogicalTypeId::INVALID) {
  return {name, kScalar, engine, result};
}
FunctionEntry Built(const char* name, CallTransform transform) {
  return {name, kScalar, "", LogicalTypeId::INVALID, transform};
}

}  // namespace

std::vector<FunctionEntry> TextFunctions() {
  std::vector<FunctionEntry> table;
  for (const char* name : {"ascii", "concat", "concat_ws", "ends_with", "lower", "ltrim", "md5",
                           "rtrim", "starts_with", "trim", "upper"}) {
    table.push_back(Mapped(name, name));
  }
  for (const char* name : {"initcap", "repeat", "replace", "substr"}) {
    table.push_back({name, kScalar, std::string("iox_") + name});
  }
  const LogicalTypeId integer = LogicalTypeId::INTEGER;
  for (const char* name : {"character_length", "char_length", "length"}) {
    table.push_back({name, kScalar, "", integer, Length});
  }
  for (const char* name : {"strpos", "instr", "position"}) {
    table.push_back(Mapped(name, "strpos", integer));
  }
  table.push_back(Mapped("bit_length", "bit_length", integer));
  table.push_back(Mapped("octet_length", "strlen", integer));
  table.push_back(Mapped("levenshtein", "levenshtein", integer));
  table.push_back(Mapped("btrim", "trim"));
  table.push_back(Mapped("substring", "iox_substr"));
  for (const TextCall& text_call : kTextCalls) {
    table.push_back(Built(text_call.name, WithTextArguments));
  }
  table.push_back(Mapped("uuid", "uuid", LogicalTypeId::VARCHAR));
  table.push_back(Built("contains", Contains));
  table.push_back(Built("binary", BinaryLiteral));
  table.push_back(Built("chr", Character));
  table.push_back(Built("coalesce", CoalesceAny));
  table.push_back(Built("decode", Decode));
  table.push_back(Built("encode", Encode));
  table.push_back(Built("ifnull", Coalesce));
  table.push_back(Built("lpad", Pad));
  table.push_back(Built("nvl", Coalesce));
  table.push_back(Built("nvl2", IfNotNull));
  table.push_back(Built("rpad", Pad));
  table.push_back(Built("digest", Digest));
  for (const char* name : {"sha224", "sha256", "sha384", "sha512"}) {
    table.push_back(Built(name, Sha));
  }
  table.push_back(Built("to_hex", HexText));
  return table;
}

}  // namespace influxdb3::query::sql
