#include "query/duckdb/dialect/time_signatures.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "query/duckdb/dialect/arrow_type_text.h"

namespace influxdb3::query::sql {
namespace {

using util::Status;

/// A type as signatures spell it, and as lists of candidates do.
struct Spelling {
  std::string full;
  std::string brief;
};
using Form = std::vector<Spelling>;

struct Unit {
  const char* full;
  const char* brief;
};
constexpr Unit kUnits[] = {
    {"Nanosecond", "ns"}, {"Microsecond", "µs"}, {"Millisecond", "ms"}, {"Second", "s"}};

Spelling Same(const char* text) {
  return {text, text};
}

Spelling Timestamp(const Unit& unit, bool zoned) {
  return {fmt::format("Timestamp({}, {})", unit.full, zoned ? "Some(\"+TZ\")" : "None"),
          fmt::format("Timestamp({}{})", unit.brief, zoned ? ", \"+TZ\"" : "")};
}

std::vector<Form> DateBinForms() {
  std::vector<Form> forms;
  for (const Unit& unit : kUnits) {
    for (const bool origin : {true, false}) {
      for (const char* interval : {"Interval(MonthDayNano)", "Interval(DayTime)"}) {
        for (const bool zoned : {false, true}) {
          forms.push_back({Same(interval), Timestamp(unit, zoned)});
          if (origin) forms.back().push_back(Timestamp(kUnits[0], zoned));
        }
      }
    }
  }
  return forms;
}

std::vector<Form> DateTruncForms() {
  std::vector<Form> forms;
  for (const Unit& unit : kUnits) {
    for (const bool zoned : {false, true}) {
      for (const char* text : {"Utf8", "Utf8View"}) {
        forms.push_back({Same(text), Timestamp(unit, zoned)});
      }
    }
  }
  return forms;
}

std::vector<Form> ToCharForms() {
  std::vector<Spelling> types = {Same("Date32"),
                                 Same("Date64"),
                                 {"Time64(Nanosecond)", "Time64(ns)"},
                                 {"Time64(Microsecond)", "Time64(µs)"},
                                 {"Time32(Millisecond)", "Time32(ms)"},
                                 {"Time32(Second)", "Time32(s)"}};
  for (const Unit& unit : kUnits) {
    types.push_back(Timestamp(unit, true));
    types.push_back(Timestamp(unit, false));
  }
  for (const Unit& unit : kUnits) {
    types.push_back(
        {fmt::format("Duration({})", unit.full), fmt::format("Duration({})", unit.brief)});
  }
  std::vector<Form> forms;
  for (const Spelling& type : types) forms.push_back({type, Same("Utf8")});
  return forms;
}

/// How a function's signature and its candidates read.
Spelling SignatureOf(const std::string& function) {
  if (function == "make_date") {
    const std::string each = "Int32/Int64/UInt32/UInt64/Utf8/Utf8View";
    return {"Uniform(3, [Int32, Int64, UInt32, UInt64, Utf8, Utf8View])",
            fmt::format("\n\tmake_date({0}, {0}, {0})", each)};
  }
  const std::vector<Form> forms =
      function == "date_bin"     ? DateBinForms()
      : function == "date_trunc" ? DateTruncForms()
      : function == "to_char"    ? ToCharForms()
                              : std::vector<Form>{{Same("Int64"), Same("Utf8")}, {Same("Int64")}};
  Spelling signature;
  for (const Form& form : forms) {
    std::string full;
    std::string brief;
    for (const Spelling& type : form) {
      full += (full.empty() ? "" : ", ") + type.full;
      brief += (brief.empty() ? "" : ", ") + type.brief;
    }
    signature.full += fmt::format("{}Exact([{}])", signature.full.empty() ? "" : ", ", full);
    signature.brief += fmt::format("\n\t{}({})", function, brief);
  }
  signature.full = fmt::format("OneOf([{}])", signature.full);
  return signature;
}

[[noreturn]] void ThrowNoMatch(const std::string& function, const BoundArguments& arguments,
                               const std::string& reason, const std::string& candidates) {
  ThrowFromFunction(Status::InvalidArgument(
      fmt::format("Error during planning: {} No function matches the given name and argument types "
                  "'{}({})'. You might need to add explicit type casts.\n\tCandidate functions:{}",
                  reason, function, ArgumentTypes(arguments), candidates)));
}

}  // namespace

std::string ArgumentTypes(const BoundArguments& arguments) {
  std::string text;
  for (const auto& argument : arguments) {
    text += (text.empty() ? "" : ", ") + ArrowTypeText(argument->return_type);
  }
  return text;
}

void ThrowNoSignature(const std::string& function, const BoundArguments& arguments) {
  const Spelling signature = SignatureOf(function);
  if (arguments.empty()) {
    ThrowNoMatch(function, arguments, fmt::format("'{}' does not support zero arguments", function),
                 signature.brief);
  }
  ThrowNoMatch(
      function, arguments,
      fmt::format("Failed to coerce arguments to satisfy a call to '{}' function: coercion "
                  "from {} to the signature {} failed",
                  function, ArgumentTypes(arguments), signature.full),
      signature.brief);
}

void ThrowNoCoercion(const std::string& function, const BoundArguments& arguments,
                     const std::string& reason) {
  ThrowNoMatch(
      function, arguments,
      fmt::format("Execution error: Function '{}' user-defined coercion failed with \"{}\"",
                  function, reason),
      fmt::format("\n\t{}(UserDefined)", function));
}

void ThrowUnsupportedType(const std::string& function, const duckdb::LogicalType& type) {
  ThrowFromFunction(Status::Internal(fmt::format(
      "Execution error: Unsupported data type {} for function {}", ArrowTypeText(type), function)));
}

}  // namespace influxdb3::query::sql
