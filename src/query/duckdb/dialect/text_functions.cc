// String, regular expression, hash and conditional functions: the part of the function table.
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

ExpressionPtr RegexLike(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  return CallList("regexp_matches", std::move(call.children));
}

/// `$1` and `${1}` of the reference are `\1` here.
std::string Replacement(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size()) {
      const bool braced = text[i + 1] == '{';
      const size_t digit = i + (braced ? 2 : 1);
      if (digit < text.size() && text[digit] >= '0' && text[digit] <= '9') {
        result += '\\';
        result += text[digit];
        i = braced && digit + 1 < text.size() && text[digit + 1] == '}' ? digit + 1 : digit;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

ExpressionPtr RegexReplace(FunctionCall& call) {
  CheckArgumentCount(call, 3, 4);
  if (const std::string* text = LiteralText(*call.children[2])) {
    call.children[2] = Literal(Replacement(*text).c_str());
  }
  return CallList("regexp_replace", std::move(call.children));
}

size_t CountGroups(const std::string& pattern) {
  size_t count = 0;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      in_class = true;
    } else if (pattern[i] == ']') {
      in_class = false;
    } else if (pattern[i] == '(' && !in_class) {
      const bool special = i + 1 < pattern.size() && pattern[i + 1] == '?';
      const bool named =
          special && (pattern.compare(i, 4, "(?P<") == 0 ||
                      (pattern.compare(i, 3, "(?<") == 0 && pattern.compare(i, 4, "(?<=") != 0 &&
                       pattern.compare(i, 4, "(?<!") != 0));
      if (!special || named) ++count;
    }
  }
  return count;
}

/// The capture groups of the first match as a list, or the whole match; NULL when none.
ExpressionPtr RegexMatch(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  const std::string pattern = RequireText(call, 1);
  const std::string flags = call.children.size() == 3 ? RequireText(call, 2) : std::string();
  const std::string prefixed = flags.empty() ? pattern : fmt::format("(?{}){}", flags, pattern);
  const size_t groups = CountGroups(pattern);
  duckdb::vector<ExpressionPtr> members;
  for (size_t group = groups == 0 ? 0 : 1; group <= groups; ++group) {
    members.push_back(Call("regexp_extract", call.children[0]->Copy(), Literal(prefixed.c_str()),
                           Literal(Value::INTEGER(static_cast<int32_t>(group)))));
  }
  ExpressionPtr matches =
      Call("regexp_matches", std::move(call.children[0]), Literal(prefixed.c_str()));
  return Case(std::move(matches), CallList("list_value", std::move(members)),
              Literal(Value(LogicalType::SQLNULL)));
}

ExpressionPtr RegexCount(FunctionCall& call) {
  CheckArgumentCount(call, 2, 4);
  return Call("len",
              Call("regexp_extract_all", std::move(call.children[0]), std::move(call.children[1])));
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
  for (const char* name :
       {"ascii", "concat", "concat_ws", "contains", "ends_with", "left", "lower", "ltrim", "md5",
        "reverse", "right", "rtrim", "split_part", "starts_with", "translate", "trim", "upper"}) {
    table.push_back(Mapped(name, name));
  }
  for (const char* name :
       {"find_in_set", "initcap", "overlay", "repeat", "replace", "substr_index", "substr"}) {
    table.push_back({name, kScalar, std::string("iox_") + name});
  }
  const LogicalTypeId integer = LogicalTypeId::INTEGER;
  for (const char* name : {"character_length", "char_length", "length"}) {
    table.push_back(Mapped(name, "length", integer));
  }
  for (const char* name : {"strpos", "instr", "position"}) {
    table.push_back(Mapped(name, "strpos", integer));
  }
  table.push_back(Mapped("bit_length", "bit_length", integer));
  table.push_back(Mapped("octet_length", "strlen", integer));
  table.push_back(Mapped("levenshtein", "levenshtein", integer));
  table.push_back(Mapped("btrim", "trim"));
  table.push_back(Mapped("substring", "iox_substr"));
  table.push_back(Mapped("substring_index", "iox_substr_index"));
  table.push_back(Mapped("uuid", "uuid", LogicalTypeId::VARCHAR));
  table.push_back(Built("binary", BinaryLiteral));
  table.push_back(Built("chr", Character));
  table.push_back(Built("coalesce", CoalesceAny));
  table.push_back(Built("decode", Decode));
  table.push_back(Built("encode", Encode));
  table.push_back(Built("ifnull", Coalesce));
  table.push_back(Built("lpad", Pad));
  table.push_back(Built("nvl", Coalesce));
  table.push_back(Built("nvl2", IfNotNull));
  table.push_back(Built("regexp_count", RegexCount));
  table.push_back(Built("regexp_like", RegexLike));
  table.push_back(Built("regexp_match", RegexMatch));
  table.push_back(Built("regexp_replace", RegexReplace));
  table.push_back(Built("rpad", Pad));
  table.push_back(Built("digest", Digest));
  for (const char* name : {"sha224", "sha256", "sha384", "sha512"}) {
    table.push_back(Built(name, Sha));
  }
  table.push_back(Built("to_hex", HexText));
  return table;
}

}  // namespace influxdb3::query::sql
