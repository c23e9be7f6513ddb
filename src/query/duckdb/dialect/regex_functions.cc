// Regular expression functions: the part of the function table and what calls turn into.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/regex_text.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

const std::string& RequireText(const FunctionCall& call, size_t index) {
  const std::string* text = LiteralText(*call.children[index]);
  if (text == nullptr) {
    ThrowUnsupported(fmt::format("{} with a computed argument {}", call.function_name, index + 1));
  }
  return *text;
}

/// The flags at `index`, of those both engines have. `global` is what `g` does, if it may stand
/// there.
std::string ReadFlags(const FunctionCall& call, size_t index, bool* global) {
  if (call.children.size() <= index) return {};
  std::string kept;
  for (char flag : RequireText(call, index)) {
    if (flag == 'g') {
      if (global == nullptr) {
        ThrowPlanError(
            fmt::format("{}() does not support the \"global\" option", call.function_name));
      }
      *global = true;
    } else if (std::string_view("imsU").find(flag) != std::string_view::npos) {
      kept += flag;
    } else {
      ThrowPlanError(fmt::format("{}() does not support the flag '{}'", call.function_name, flag));
    }
  }
  return kept;
}

/// The pattern at `index` with the flags; columns of patterns keep RE2's meaning.
ExpressionPtr TakePattern(FunctionCall& call, size_t index, const std::string& flags) {
  ExpressionPtr pattern = std::move(call.children[index]);
  if (const std::string* text = LiteralText(*pattern)) {
    return Literal(EnginePattern(*text, flags).c_str());
  }
  if (flags.empty()) return pattern;
  return Call("||", Literal(("(?" + flags + ")").c_str()), std::move(pattern));
}

ExpressionPtr ToText(ExpressionPtr value) {
  return CastTo(LogicalType::VARCHAR, std::move(value));
}

ExpressionPtr Like(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  const std::string flags = ReadFlags(call, 2, nullptr);
  ExpressionPtr pattern = TakePattern(call, 1, flags);
  return Call("regexp_matches", std::move(call.children[0]), std::move(pattern));
}

ExpressionPtr Replace(FunctionCall& call) {
  CheckArgumentCount(call, 3, 4);
  bool global = false;
  const std::string flags = ReadFlags(call, 3, &global);
  const std::string* pattern_text = LiteralText(*call.children[1]);
  if (const std::string* text = LiteralText(*call.children[2])) {
    call.children[2] =
        Literal(EngineReplacement(*text, pattern_text ? *pattern_text : std::string()).c_str());
  }
  ExpressionPtr pattern = TakePattern(call, 1, flags);
  return Call("regexp_replace", ToText(std::move(call.children[0])), std::move(pattern),
              std::move(call.children[2]), Literal(global ? "g" : ""));
}

/// The capture groups of the first match as a list, or the whole match; NULL when none.
ExpressionPtr Match(FunctionCall& call) {
  CheckArgumentCount(call, 2, 3);
  const std::string flags = ReadFlags(call, 2, nullptr);
  const std::string& pattern = RequireText(call, 1);
  const std::string engine_pattern = EnginePattern(pattern, flags);
  const size_t groups = CaptureGroupCount(pattern);
  call.children[0] = ToText(std::move(call.children[0]));
  duckdb::vector<ExpressionPtr> members;
  for (size_t group = groups == 0 ? 0 : 1; group <= groups; ++group) {
    members.push_back(Call("regexp_extract", call.children[0]->Copy(),
                           Literal(engine_pattern.c_str()),
                           Literal(Value::INTEGER(static_cast<int32_t>(group)))));
  }
  ExpressionPtr matches =
      Call("regexp_matches", std::move(call.children[0]), Literal(engine_pattern.c_str()));
  return Case(std::move(matches), CallList("list_value", std::move(members)),
              Literal(Value(LogicalType::SQLNULL)));
}

/// Counts from a character on. Without text, without a pattern and of an empty one there are none.
ExpressionPtr Count(FunctionCall& call) {
  CheckArgumentCount(call, 2, 4);
  const std::string flags = ReadFlags(call, 3, nullptr);
  ExpressionPtr text = ToText(std::move(call.children[0]));
  if (call.children.size() > 2) {
    const Value* start = LiteralValue(*call.children[2]);
    if (start != nullptr && !start->IsNull() && start->type().IsNumeric() &&
        start->GetValue<double>() < 1) {
      throw SqlError(util::Status::Internal(
          "Arrow error: Compute error: regexp_count() requires start to be 1 based"));
    }
    text = Call("iox_substr", std::move(text), std::move(call.children[2]));
  }
  const std::string* literal = LiteralText(*call.children[1]);
  ExpressionPtr none = Literal(Value::BIGINT(0));
  if (literal != nullptr && literal->empty()) return none;
  // An empty pattern from a column becomes NULL, which counts nothing.
  if (literal == nullptr) {
    call.children[1] = Call("nullif", std::move(call.children[1]), Literal(""));
  }
  ExpressionPtr pattern = TakePattern(call, 1, flags);
  return Operator(ExpressionType::OPERATOR_COALESCE,
                  Call("len", Call("regexp_extract_all", std::move(text), std::move(pattern))),
                  std::move(none));
}

/// Which character a match begins at: from one on, the nth one, a group of it.
ExpressionPtr Place(FunctionCall& call) {
  CheckArgumentCount(call, 2, 6);
  duckdb::vector<ExpressionPtr> arguments;
  const Value defaults[] = {Value(),          Value(),   Value::BIGINT(1),
                            Value::BIGINT(1), Value(""), Value::BIGINT(0)};
  for (size_t i = 0; i < 6; ++i) {
    arguments.push_back(i < call.children.size() ? std::move(call.children[i])
                                                 : Literal(defaults[i]));
  }
  return CallList("iox_regexp_instr", std::move(arguments));
}

}  // namespace

std::vector<FunctionEntry> RegexFunctions() {
  const std::pair<const char*, CallTransform> built[] = {{"regexp_count", Count},
                                                         {"regexp_instr", Place},
                                                         {"regexp_like", Like},
                                                         {"regexp_match", Match},
                                                         {"regexp_replace", Replace}};
  std::vector<FunctionEntry> table;
  for (const auto& [name, transform] : built) {
    table.push_back({name, FunctionKind::kScalar, "", LogicalTypeId::INVALID, transform});
  }
  return table;
}

}  // namespace influxdb3::query::sql
