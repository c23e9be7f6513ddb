// What arguments the scalar functions take, and the reference's words for others.
#include "query/duckdb/dialect/signatures.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace influxdb3::query::sql {
namespace {

using Kind = SignatureKind;
using Texts = std::vector<std::string>;

constexpr const char* kVariadicTypes = "Utf8View/Utf8/LargeUtf8";

Texts Split(std::string_view text, char separator) {
  Texts parts;
  if (text.empty()) return parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::vector<Texts> Alternatives(const Signature& signature) {
  std::vector<Texts> alternatives;
  for (const std::string& one : Split(signature.types, ';')) {
    alternatives.push_back(Split(one, ','));
  }
  return alternatives;
}

size_t CountOf(const Signature& signature) {
  return static_cast<size_t>(signature.types[0] - '0');
}

Texts UniformTypes(const Signature& signature) {
  const std::string_view text = signature.types;
  return Split(text.substr(text.find(':') + 1), '/');
}

std::string_view WithoutDictionary(std::string_view type) {
  return type == "Dictionary(Int32, Utf8)" ? "Utf8" : type;
}

bool IsOneOf(std::string_view type, std::string_view blank_separated) {
  for (const std::string& one : Split(blank_separated, ' ')) {
    if (one == type) return true;
  }
  return false;
}

bool IsInteger(std::string_view type) {
  return IsOneOf(type, "Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64");
}
bool IsDecimal(std::string_view type) {
  return type.rfind("Decimal", 0) == 0;
}
bool IsNumber(std::string_view type) {
  return IsInteger(type) || IsDecimal(type) || IsOneOf(type, "Float16 Float32 Float64");
}
bool IsText(std::string_view type) {
  return IsOneOf(WithoutDictionary(type), "Utf8 LargeUtf8 Utf8View");
}
bool IsBinary(std::string_view type) {
  return IsOneOf(type, "Binary LargeBinary BinaryView");
}

/// Whether the reference converts by itself.
bool Converts(const std::string& from, const std::string& to) {
  if (from == to || to == "Utf8" || to == "LargeUtf8") return true;
  if (to == "Utf8View") return IsOneOf(from, "Utf8 LargeUtf8 Null");
  if (to == "Boolean") return false;
  if (from == "Null") return true;
  static constexpr std::pair<const char*, const char*> kFrom[] = {
      {"Int16", "Int8 UInt8"},
      {"Int32", "Int8 Int16 UInt8 UInt16"},
      {"Int64", "Int8 Int16 Int32 UInt8 UInt16 UInt32"},
      {"UInt16", "UInt8"},
      {"UInt32", "UInt8 UInt16"},
      {"UInt64", "UInt8 UInt16 UInt32"}};
  for (const auto& [type, sources] : kFrom) {
    if (to == type) return IsOneOf(from, sources);
  }
  if (to == "Float32") return IsInteger(from);
  return to == "Float64" && IsNumber(from);
}

bool ConvertAll(const Texts& from, const Texts& to) {
  return from.size() == to.size() && std::equal(from.begin(), from.end(), to.begin(), Converts);
}

/// The alternative whose types are the arguments', else the first they convert to.
bool ChooseAlternative(const std::vector<Texts>& alternatives, const Texts& arguments,
                       Texts* targets) {
  const Texts* chosen = nullptr;
  for (const Texts& one : alternatives) {
    if (one == arguments) chosen = &one;
  }
  for (size_t i = 0; chosen == nullptr && i < alternatives.size(); ++i) {
    if (ConvertAll(arguments, alternatives[i])) chosen = &alternatives[i];
  }
  if (chosen != nullptr) *targets = *chosen;
  return chosen != nullptr;
}

std::vector<Texts> UniformAlternatives(const Signature& signature) {
  std::vector<Texts> alternatives;
  for (const std::string& type : UniformTypes(signature)) {
    alternatives.emplace_back(CountOf(signature), type);
  }
  return alternatives;
}

std::string NativeType(const std::string& type) {
  if (IsText(type)) return "String";
  if (IsBinary(type)) return "Binary";
  if (type.rfind("Timestamp(ns, ", 0) == 0) {
    return fmt::format("Timestamp(Nanosecond, Some({}))", type.substr(14, type.size() - 15));
  }
  static constexpr std::pair<const char*, const char*> kNames[] = {
      {"Timestamp(ns)", "Timestamp(Nanosecond, None)"},
      {"Timestamp(µs)", "Timestamp(Microsecond, None)"},
      {"Timestamp(ms)", "Timestamp(Millisecond, None)"},
      {"Timestamp(s)", "Timestamp(Second, None)"},
      {"Duration(ns)", "Duration(Nanosecond)"},
      {"Time64(ns)", "Time(Nanosecond)"},
      {"Date32", "Date"}};
  for (const auto& [text, native] : kNames) {
    if (type == text) return native;
  }
  if (IsDecimal(type)) return "Decimal" + type.substr(type.find('('));
  return type;
}

// Classes of types: s text, i whole number, b text or bytes, c and B bytes, d decimal, f number.
std::string ClassText(char letter) {
  switch (letter) {
    case 's': return "Native(LogicalType(Native(String), String))";
    case 'i': return "Native(LogicalType(Native(Int64), Int64))";
    case 'd': return "Decimal";
    case 'f': return "Float";
    default: return "Native(LogicalType(Native(Binary), Binary))";
  }
}

std::string ClassCandidate(char letter) {
  // The reference leaves out the last parenthesis where it speaks of implicit conversions.
  const std::string text = "Coercion(TypeSignatureClass::" + ClassText(letter);
  const char* implicit = nullptr;
  switch (letter) {
    case 'i': implicit = "[Integer], default_type=Int64"; break;
    case 'f': implicit = "[Numeric], default_type=Float64"; break;
    case 'b':
      implicit = "[Native(LogicalType(Native(String), String))], default_type=String";
      break;
    case 'c':
      implicit = "[Native(LogicalType(Native(Binary), Binary))], default_type=Binary";
      break;
    default: return text + ")";
  }
  return fmt::format("{}, implicit_coercion=ImplicitCoercion({})", text, implicit);
}

/// What a type becomes in a class; empty when it is none of it.
std::string InClass(char letter, const std::string& type) {
  const bool null = type == "Null";
  switch (letter) {
    case 's': return IsText(type) || null ? "Utf8" : "";
    case 'i': return IsInteger(type) || null ? "Int64" : "";
    case 'b': return IsBinary(type) ? type : IsText(type) || null ? "Utf8" : "";
    case 'd': return IsDecimal(type) ? type : "";
    case 'f':
      if (IsOneOf(type, "Float32 Float64")) return type;
      return IsNumber(type) || null ? "Float64" : "";
    default: return IsBinary(type) ? type : null ? "Binary" : "";
  }
}

std::string ExpectsCount(const Signature& signature, size_t count, const Texts& arguments) {
  return fmt::format("Function '{}' expects {} arguments but received {}", signature.shown, count,
                     arguments.size());
}

std::string MatchClasses(const Signature& signature, const Texts& arguments, Texts* targets) {
  std::string errors;
  const std::vector<Texts> alternatives = Alternatives(signature);
  const bool single = alternatives.size() == 1;
  for (const Texts& classes : alternatives) {
    std::string error;
    Texts converted;
    if (classes.size() != arguments.size()) {
      error = (single ? "" : "Error during planning: ") +
              ExpectsCount(signature, classes.size(), arguments);
    }
    for (size_t i = 0; error.empty() && i < classes.size(); ++i) {
      converted.push_back(InClass(classes[i][0], arguments[i]));
      if (!converted.back().empty()) continue;
      error = fmt::format(
          "Internal error: Expect TypeSignatureClass::{} but received NativeType::{}, DataType: "
          "{}{}",
          ClassText(classes[i][0]), NativeType(arguments[i]), arguments[i], kBugReport);
    }
    if (error.empty()) {
      *targets = std::move(converted);
      return {};
    }
    errors += (errors.empty() ? "" : ",") + error;
  }
  if (single) return errors;
  return fmt::format("Internal error: Function '{}' failed to match any signature, errors: {}{}",
                     signature.shown, errors, kBugReport);
}

std::string UserDefined(const Signature& signature, const std::string& reason) {
  return fmt::format("Execution error: Function '{}' user-defined coercion failed with \"{}\"",
                     signature.shown, reason);
}

std::string MatchSubstring(const Signature& signature, const Texts& arguments, Texts* targets) {
  const auto refuse = [&](const char* which, const char* what, const std::string& type) {
    return UserDefined(signature,
                       fmt::format("Error during planning: The {} argument of the substr function "
                                   "can only be {}, but got {}.",
                                   which, what, type));
  };
  if (arguments.size() != 2 && arguments.size() != 3) {
    return UserDefined(signature,
                       fmt::format("Error during planning: The substr function requires 2 or 3 "
                                   "arguments, but got {}.",
                                   arguments.size()));
  }
  if (!IsText(arguments[0]) && arguments[0] != "Null") {
    return refuse("first", "a string", arguments[0]);
  }
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (IsInteger(arguments[i]) || arguments[i] == "Null") continue;
    return refuse(i == 1 ? "second" : "third", "an integer", arguments[i]);
  }
  *targets = {"Utf8", "Int64", "Int64"};
  targets->resize(arguments.size());
  return {};
}

std::string MatchEncoding(const Signature& signature, const Texts& arguments, Texts* targets) {
  if (arguments.size() != 2) {
    const bool encodes = std::string_view(signature.name) == "encode";
    return UserDefined(
        signature,
        encodes
            ? fmt::format("Execution error: encode function requires 2 arguments, got {}",
                          arguments.size())
            : fmt::format("Error during planning: decode expects to get 2 arguments, but got {}",
                          arguments.size()));
  }
  if (!IsText(arguments[1])) {
    return UserDefined(signature, "Error during planning: 2nd argument should be Utf8");
  }
  if (!IsText(arguments[0]) && !IsBinary(arguments[0]) && arguments[0] != "Null") {
    return UserDefined(signature,
                       fmt::format("Error during planning: 1st argument should be Utf8 or Binary "
                                   "or Null, got {}",
                                   arguments[0]));
  }
  *targets = {IsBinary(arguments[0]) ? arguments[0] : "Utf8", "Utf8"};
  return {};
}

std::string CheckCommonCount(const Signature& signature, size_t count) {
  const std::string_view name = signature.name;
  if (name == "nvl2") {
    if (count == 3) return {};
    return UserDefined(
        signature,
        fmt::format("Execution error: nvl2 function requires 3 arguments, got {}", count));
  }
  if (count > 0) return {};
  if (name == "coalesce") {
    return UserDefined(signature, "Execution error: coalesce must have at least one argument");
  }
  return UserDefined(signature, fmt::format("Error during planning: {} was called without any "
                                            "arguments. It requires at least 1.",
                                            name));
}

std::string SignatureText(const Signature& signature) {
  if (signature.kind == Kind::kUniform) {
    return fmt::format("Uniform({}, [{}])", CountOf(signature),
                       fmt::join(UniformTypes(signature), ", "));
  }
  Texts exact;
  for (const Texts& types : Alternatives(signature)) {
    exact.push_back(fmt::format("Exact([{}])", fmt::join(types, ", ")));
  }
  if (exact.empty()) return "Exact([])";
  return fmt::format("OneOf([{}])", fmt::join(exact, ", "));
}

Texts Candidates(const Signature& signature) {
  switch (signature.kind) {
    case Kind::kUniform: {
      const Texts types(CountOf(signature),
                        fmt::format("{}", fmt::join(UniformTypes(signature), "/")));
      return {fmt::format("{}", fmt::join(types, ", "))};
    }
    case Kind::kNumeric: return {"Numeric(1)"};
    case Kind::kVariadic: return {fmt::format("{}, ..", kVariadicTypes)};
    case Kind::kAny: return {fmt::format("{}", fmt::join(Texts(CountOf(signature), "Any"), ", "))};
    case Kind::kNullary: return {"NullAry()"};
    case Kind::kSubstring: return {"str, start_pos, length"};
    case Kind::kComparable: return {"Comparable(2)"};
    case Kind::kEncoding:
    case Kind::kCommon: return {"UserDefined"};
    default: break;
  }
  Texts candidates;
  for (Texts& types : Alternatives(signature)) {
    if (signature.kind == Kind::kClasses) {
      for (std::string& type : types) type = ClassCandidate(type[0]);
    }
    candidates.push_back(fmt::format("{}", fmt::join(types, ", ")));
  }
  if (candidates.empty()) candidates.emplace_back();
  return candidates;
}

std::string CoercionFailed(const Signature& signature, const Texts& arguments) {
  return fmt::format(
      "Failed to coerce arguments to satisfy a call to '{}' function: coercion from {} to the "
      "signature {} failed",
      signature.shown, fmt::join(arguments, ", "), SignatureText(signature));
}

}  // namespace

std::string MatchSignature(const Signature& signature, const Texts& arguments, Texts* targets) {
  const Kind kind = signature.kind;
  const bool takes_none = kind == Kind::kNullary || kind == Kind::kSubstring ||
                          kind == Kind::kEncoding || kind == Kind::kCommon ||
                          (kind == Kind::kExact && *signature.types == '\0');
  if (arguments.empty() && !takes_none) {
    return fmt::format("'{}' does not support zero arguments", signature.shown);
  }
  switch (kind) {
    case Kind::kUniform:
      if (ChooseAlternative(UniformAlternatives(signature), arguments, targets)) return {};
      return CoercionFailed(signature, arguments);
    case Kind::kExact:
      if (arguments.empty() && takes_none) return {};
      if (ChooseAlternative(Alternatives(signature), arguments, targets)) return {};
      return CoercionFailed(signature, arguments);
    case Kind::kNumeric:
      if (arguments.size() != 1) return ExpectsCount(signature, 1, arguments);
      if (!IsNumber(arguments[0]) && arguments[0] != "Null") {
        return fmt::format("Function '{}' expects NativeType::Numeric but received NativeType::{}",
                           signature.shown, NativeType(arguments[0]));
      }
      *targets = {arguments[0] == "Null" ? "Float64" : arguments[0]};
      return {};
    case Kind::kClasses: return MatchClasses(signature, arguments, targets);
    case Kind::kVariadic: targets->assign(arguments.size(), "Utf8"); return {};
    case Kind::kAny:
      *targets = arguments;
      if (arguments.size() == CountOf(signature)) return {};
      targets->clear();
      return fmt::format("The function '{}' expected {} arguments but received {}", signature.shown,
                         CountOf(signature), arguments.size());
    case Kind::kNullary:
      if (arguments.empty()) return {};
      return fmt::format("The function '{}' expected zero argument but received {}",
                         signature.shown, arguments.size());
    case Kind::kSubstring: return MatchSubstring(signature, arguments, targets);
    case Kind::kEncoding: return MatchEncoding(signature, arguments, targets);
    case Kind::kComparable:
      *targets = arguments;
      if (arguments.size() == 2) return {};
      targets->clear();
      return ExpectsCount(signature, 2, arguments);
    case Kind::kCommon: *targets = arguments; return CheckCommonCount(signature, arguments.size());
  }
  return {};
}

std::string NoMatchText(const Signature& signature, const Texts& arguments,
                        const std::string& reason) {
  std::string candidates;
  for (const std::string& types : Candidates(signature)) {
    candidates += fmt::format("\n\t{}({})", signature.shown, types);
  }
  return fmt::format(
      "{} No function matches the given name and argument types '{}({})'. You might need to add "
      "explicit type casts.\n\tCandidate functions:{}",
      reason, signature.shown, fmt::join(arguments, ", "), candidates);
}

}  // namespace influxdb3::query::sql
