// DuckDB's errors in the reference's words.
#include <charconv>
#include <regex>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/dialect.h"
#include "query/duckdb/dialect/function_registry.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ErrorData;
using duckdb::ExceptionType;
using util::Status;
using util::StatusCode;

constexpr const char* kStatusKey = "influxdb3_status";

/// The statuses our own functions throw come back unchanged.
bool FromOwnFunction(const ErrorData& error, Status* status) {
  const auto& extra = error.ExtraInfo();
  const auto found = extra.find(kStatusKey);
  if (found == extra.end()) return false;
  int code = static_cast<int>(StatusCode::kInternal);
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), code);
  *status = Status(static_cast<StatusCode>(code), error.RawMessage());
  return true;
}

Status PlanError(const std::string& text) {
  return Status::InvalidArgument("Error during planning: " + text);
}

/// DuckDB's type names as they stand in its messages.
std::string TypeText(const std::string& name) {
  static constexpr std::pair<const char*, const char*> kTypes[] = {
      {"TIMESTAMP_NS", "Timestamp(ns)"},
      {"TIMESTAMP", "Timestamp(µs)"},
      {"TIMESTAMP_MS", "Timestamp(ms)"},
      {"TIMESTAMP_S", "Timestamp(s)"},
      {"TIME_NS", "Time64(ns)"},
      {"TINYINT", "Int8"},
      {"SMALLINT", "Int16"},
      {"UTINYINT", "UInt8"},
      {"USMALLINT", "UInt16"},
      {"UINTEGER", "UInt32"},
      {"FLOAT", "Float32"},
      {"BLOB", "Binary"},
      {"BIGINT", "Int64"},
      {"INTEGER_LITERAL", "Int64"},
      {"INTEGER", "Int32"},
      {"UBIGINT", "UInt64"},
      {"DOUBLE", "Float64"},
      {"VARCHAR", "Utf8"},
      {"STRING_LITERAL", "Utf8"},
      {"BOOLEAN", "Boolean"},
      {"DATE", "Date32"},
      {"INTERVAL", "Interval(MonthDayNano)"}};
  for (const auto& [from, to] : kTypes) {
    if (name == from) return to;
  }
  return name;
}

/// DuckDB shows where in its own text an error lies; users never wrote that text.
std::string WithoutExcerpt(const std::string& text) {
  std::string kept = text.substr(0, text.find("\nLINE "));
  while (!kept.empty() && (kept.back() == '\n' || kept.back() == ' ')) kept.pop_back();
  return kept;
}

Status TranslateBinderError(const std::string& whole_text) {
  // Matching recurses with each character, and names in a message may be of any length.
  constexpr size_t kMatchedBytes = 2048;
  const std::string text = whole_text.substr(0, kMatchedBytes);
  std::smatch match;
  static const std::regex kLike(
      "No function matches the given name and argument types '!?~~\\*?\\(([A-Z_]+), "
      "([A-Z_]+)\\)'[^]*");
  if (std::regex_match(text, match, kLike)) {
    return Status::InvalidArgument(
        fmt::format("type_coercion\ncaused by\nError during planning: There isn't a common type to "
                    "coerce {} and {} in LIKE expression",
                    TypeText(match[1]), TypeText(match[2])));
  }
  static const std::regex kCompare(
      "Cannot compare values of type ([A-Z_0-9a-z(), ]+) and (?:values of )?type "
      "([A-Z_0-9a-z(), ]+?)( -|$)[^]*");
  if (std::regex_match(text, match, kCompare)) {
    return Status::InvalidArgument(
        fmt::format("type_coercion\ncaused by\nError during planning: Cannot infer common argument "
                    "type for comparison operation {} = {}",
                    TypeText(match[1]), TypeText(match[2])));
  }
  static const std::regex kNoMatch(
      "No function matches the given name and argument types '(\\w+)\\(([^)]*)\\)'[^]*");
  if (std::regex_match(text, match, kNoMatch)) {
    std::string name = match[1];
    if (name.rfind("iox_", 0) == 0) name = name.substr(4);
    return PlanError(fmt::format(
        "Failed to coerce arguments to satisfy a call to '{}' function: coercion from [{}] to the "
        "signature failed No function matches the given name and argument types '{}({})'. You "
        "might "
        "need to add explicit type casts.",
        name, TypeText(match[2]), name, TypeText(match[2])));
  }
  static const std::regex kField("Could not find key \"([^\"]*)\" in struct[^]*");
  if (std::regex_match(text, match, kField)) {
    return PlanError(fmt::format("Field {} not found in struct", match[1].str()));
  }
  if (text.rfind("UNNEST() can only be applied to lists", 0) == 0) {
    return PlanError("unnest() can only be applied to array, struct and null");
  }
  if (text.rfind("UNNEST() requires", 0) == 0) {
    return PlanError("unnest() requires exactly one argument");
  }
  return PlanError(WithoutExcerpt(text));
}

/// Why a value could not be cast.
std::string CastErrorText(const std::string& whole_text) {
  constexpr size_t kMatchedBytes = 2048;
  std::string text = WithoutExcerpt(whole_text).substr(0, kMatchedBytes);
  text = text.substr(0, text.find(" when casting from source column "));
  std::smatch match;
  static const std::regex kRange(
      "Type [A-Z0-9]+ with value ([^ ]+) can't be cast because the value is out of range for the "
      "destination type (U?)INT([0-9]+)");
  if (std::regex_match(text, match, kRange)) {
    return fmt::format("Can't cast value {} to type {}Int{}", match[1].str(), match[2].str(),
                       match[3].str());
  }
  static const std::regex kClock(
      "(?:invalid )?(date|time) field (?:value out of range|format): \"([^\"]*)\"[^]*");
  if (std::regex_match(text, match, kClock)) {
    return fmt::format("Cannot cast string '{}' to value of {} type", match[2].str(),
                       match[1].str() == "date" ? "Date32" : "Time64(ns)");
  }
  static const std::regex kBoolean("Could not convert string '([^']*)' to BOOL");
  if (std::regex_match(text, match, kBoolean)) {
    return fmt::format("Cannot cast value '{}' to value of Boolean type", match[1].str());
  }
  return text;
}

/// As it stands between double quotes.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '"': escaped += "\\\""; break;
      case '\\': escaped += "\\\\"; break;
      case '\n': escaped += "\\n"; break;
      case '\r': escaped += "\\r"; break;
      case '\t': escaped += "\\t"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

/// `12345` for a decimal with one place: `12345.0`.
std::string WithPlaces(const std::string& number, size_t places) {
  const size_t point = number.find('.');
  if (point == std::string::npos) {
    return places == 0 ? number : fmt::format("{}.{}", number, std::string(places, '0'));
  }
  return fmt::format("{:.{}f}", ParseNumber(number), places);
}

/// What is said of a number too large for a decimal type; false when the text says something else.
bool DecimalErrorText(const std::string& text, std::string* said) {
  std::smatch match;
  static const std::regex kDecimal(
      "Could not (?:cast value|convert string) \"?([^\"]*?)\"? to DECIMAL\\(([0-9]+),([0-9]+)\\)");
  if (!std::regex_match(text, match, kDecimal)) return false;
  const std::string value = match[1];
  double number = 0;
  if (!ParseFloat(value, &number)) {
    *said = fmt::format("Cast error: Cannot cast string '{}' to value of Decimal128(38, 10) type",
                        value);
    return true;
  }
  const auto width = static_cast<size_t>(std::stoul(match[2]));
  const auto places = static_cast<size_t>(std::stoul(match[3]));
  std::string bound(width, '9');
  if (places > 0) bound.insert(width - places, width == places ? "0." : ".");
  const bool small = number < 0;
  *said = fmt::format(
      "Invalid argument error: {} is too {} to store in a Decimal128 of precision {}. {} is {}{}",
      WithPlaces(value, places), small ? "small" : "large", width, small ? "Min" : "Max",
      small ? "-" : "", bound);
  return true;
}

/// A type by the name DuckDB's messages have for it.
std::string ArrowTypeOf(const std::string& name) {
  if (name.size() > 2 && name.substr(name.size() - 2) == "[]") {
    return fmt::format("List({})", ArrowTypeOf(name.substr(0, name.size() - 2)));
  }
  return TypeText(name);
}

Status TranslateCastError(const std::string& whole_text) {
  const std::string text = CastErrorText(whole_text);
  std::smatch match;
  static const std::regex kMissing("Unimplemented type for cast \\(([^()]+) -> ([^()]+)\\)");
  if (std::regex_match(text, match, kMissing)) {
    return Status::Unsupported(
        fmt::format("This feature is not implemented: Unsupported CAST from {} to {}",
                    ArrowTypeOf(match[1]), ArrowTypeOf(match[2])));
  }
  std::string said;
  if (DecimalErrorText(text, &said)) return Status::Internal("Arrow error: " + said);
  return Status::Internal("Arrow error: Cast error: " + text);
}

}  // namespace

bool IsNestingError(const std::string& message) {
  // The last one is the full stack of the generated parser.
  for (const char* start : {"Max expression depth", "Maximum tree depth", "memory exhausted"}) {
    if (message.rfind(start, 0) == 0) return true;
  }
  return false;
}

Status NestingError() {
  return Status::InvalidArgument(
      fmt::format("SQL error: RecursionLimitExceeded: The query nests expressions or subqueries "
                  "more than {} levels deep. Simplify the query.",
                  kExpressionDepthMax));
}

void ThrowFromFunction(const util::Status& status) {
  throw duckdb::InvalidInputException(
      duckdb::unordered_map<duckdb::string, duckdb::string>{
          {kStatusKey, std::to_string(static_cast<int>(status.code()))}},
      status.message());
}

Status ParserError(const std::string& text) {
  return Status::InvalidArgument(fmt::format("SQL error: ParserError(\"{}\")", Escaped(text)));
}

Status TokenizerError(const std::string& text) {
  return Status::InvalidArgument(fmt::format("SQL error: TokenizerError(\"{}\")", Escaped(text)));
}

Status TranslateError(const ErrorData& error) {
  Status own;
  if (FromOwnFunction(error, &own)) return own;
  const std::string& text = error.RawMessage();
  switch (error.Type()) {
    case ExceptionType::INTERRUPT: return Status(StatusCode::kCancelled, "Query was cancelled");
    case ExceptionType::OUT_OF_MEMORY:
      return Status(StatusCode::kResourceExhausted, "Resources exhausted: " + text);
    case ExceptionType::DIVIDE_BY_ZERO:
      return Status::Internal("Arrow error: Divide by zero error");
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX: return ParserError(text);
    case ExceptionType::BINDER:
      if (IsNestingError(text)) return NestingError();
      return TranslateBinderError(text);
    case ExceptionType::CATALOG:
    case ExceptionType::EXPRESSION:
    case ExceptionType::PARAMETER_NOT_RESOLVED:
    case ExceptionType::PARAMETER_NOT_ALLOWED: return TranslateBinderError(text);
    case ExceptionType::NOT_IMPLEMENTED:
      return Status::Unsupported("This feature is not implemented: " + text);
    case ExceptionType::CONVERSION:
    case ExceptionType::MISMATCH_TYPE: return TranslateCastError(text);
    case ExceptionType::OUT_OF_RANGE:
      return Status::Internal("Arrow error: Arithmetic overflow: " + text);
    case ExceptionType::IO: return Status::Io(text);
    case ExceptionType::INVALID_INPUT:
      if (text.rfind("Argument for ntile", 0) == 0) {
        return Status::Internal("Execution error: NTILE requires a positive integer");
      }
      if (text.rfind("More than one row returned by a subquery", 0) == 0) {
        return Status::Internal("Execution error: More than one row returned by a scalar subquery");
      }
      if (text.rfind("Map keys can not be NULL", 0) == 0) {
        return Status::Internal("Execution error: map key cannot be null");
      }
      if (text.rfind("The map key list does not align", 0) == 0) {
        return Status::Internal(
            "Execution error: map requires key and value lists to have the same length");
      }
      return Status::Internal("Execution error: " + text);
    default: return Status::Internal("Execution error: " + text);
  }
}

}  // namespace influxdb3::query::sql
