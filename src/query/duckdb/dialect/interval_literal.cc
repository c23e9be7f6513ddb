#include "query/duckdb/dialect/interval_literal.h"

#include <cctype>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;
using util::Result;
using util::Status;

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr const char* kNanoIntervalAlias = "INTERVAL_NS";

struct Unit {
  std::string_view name;
  int32_t months;
  int32_t days;
  int64_t nanos;
};

constexpr Unit kUnits[] = {
    {"century", 1200, 0, 0},
    {"c", 1200, 0, 0},
    {"decade", 120, 0, 0},
    {"year", 12, 0, 0},
    {"yr", 12, 0, 0},
    {"y", 12, 0, 0},
    {"month", 1, 0, 0},
    {"mon", 1, 0, 0},
    {"week", 0, 7, 0},
    {"w", 0, 7, 0},
    {"day", 0, 1, 0},
    {"d", 0, 1, 0},
    {"hour", 0, 0, 3600 * kNanosPerSecond},
    {"hr", 0, 0, 3600 * kNanosPerSecond},
    {"h", 0, 0, 3600 * kNanosPerSecond},
    {"minute", 0, 0, 60 * kNanosPerSecond},
    {"min", 0, 0, 60 * kNanosPerSecond},
    {"m", 0, 0, 60 * kNanosPerSecond},
    {"second", 0, 0, kNanosPerSecond},
    {"sec", 0, 0, kNanosPerSecond},
    {"s", 0, 0, kNanosPerSecond},
    {"millisecond", 0, 0, 1'000'000},
    {"ms", 0, 0, 1'000'000},
    {"msec", 0, 0, 1'000'000},
    {"microsecond", 0, 0, 1'000},
    {"us", 0, 0, 1'000},
    {"usec", 0, 0, 1'000},
    {"nanosecond", 0, 0, 1},
    {"nanosec", 0, 0, 1},
    {"ns", 0, 0, 1},
    {"nsec", 0, 0, 1},
};

const Unit* FindUnit(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name == "centuries") name = "century";
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const Unit& unit : kUnits) {
      if (unit.name == name) return &unit;
    }
    if (name.size() < 3 || name.back() != 's') return nullptr;
    name.pop_back();
  }
  return nullptr;
}

/// Fractions flow down as the reference does it: of a month into days of 30, of a day into time.
void AddAmount(double amount, const std::string& digits, const Unit& unit, IntervalParts* parts) {
  const bool whole = digits.find('.') == std::string::npos && digits.find('e') == std::string::npos;
  if (whole) {
    const int64_t count = std::strtoll(digits.c_str(), nullptr, 10);
    parts->months += static_cast<int32_t>(count * unit.months);
    parts->days += static_cast<int32_t>(count * unit.days);
    parts->nanos += count * unit.nanos;
    return;
  }
  const double months = amount * unit.months;
  const double whole_months = std::trunc(months);
  const double days = amount * unit.days + (months - whole_months) * 30;
  const double whole_days = std::trunc(days);
  parts->months += static_cast<int32_t>(whole_months);
  parts->days += static_cast<int32_t>(whole_days);
  parts->nanos +=
      std::llround((days - whole_days) * 86400e9 + amount * static_cast<double>(unit.nanos));
}

/// Reads `[-]h:m[:s[.f]]`.
std::optional<int64_t> ParseClock(const std::string& text) {
  const bool negative = !text.empty() && text[0] == '-';
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  char extra = 0;
  const char* digits = text.c_str() + (negative ? 1 : 0);
  const int count = std::sscanf(digits, "%d:%d:%lf%c", &hours, &minutes, &seconds, &extra);
  if (count != 2 && count != 3) return std::nullopt;
  const int64_t nanos = (hours * 3600LL + minutes * 60LL) * kNanosPerSecond +
                        std::llround(seconds * static_cast<double>(kNanosPerSecond));
  return negative ? -nanos : nanos;
}

Status Invalid(const std::string& text) {
  return Status::Internal(fmt::format(
      "Arrow error: Parser error: Invalid input syntax for type interval: \"{}\"", text));
}

const duckdb::LogicalType& NanoInterval() {
  static const auto& type = *[] {
    auto* built = new duckdb::LogicalType(
        duckdb::LogicalType::STRUCT({{"months", duckdb::LogicalType::INTEGER},
                                     {"days", duckdb::LogicalType::INTEGER},
                                     {"nanos", duckdb::LogicalType::BIGINT}}));
    built->SetAlias(kNanoIntervalAlias);
    return built;
  }();
  return type;
}

/// `INTERVAL '1' HOUR`: the grammar makes it `to_hours(trunc('1'::DOUBLE)::BIGINT)`.
bool IntervalFromCall(const duckdb::FunctionExpression& call, IntervalParts* parts) {
  if (call.function_name.rfind("to_", 0) != 0 || call.children.size() != 1) return false;
  const Unit* unit = FindUnit(call.function_name.substr(3));
  if (unit == nullptr) return false;
  const ParsedExpression* inner = call.children[0].get();
  bool generated = false;
  while (true) {
    if (inner->GetExpressionClass() == ExpressionClass::CAST) {
      inner = inner->Cast<duckdb::CastExpression>().child.get();
      generated = true;
    } else if (inner->GetExpressionClass() == ExpressionClass::FUNCTION &&
               inner->Cast<duckdb::FunctionExpression>().function_name == "trunc") {
      inner = inner->Cast<duckdb::FunctionExpression>().children[0].get();
    } else {
      break;
    }
  }
  const Value* value = LiteralValue(*inner);
  if (!generated || value == nullptr) return false;
  const std::string digits = value->ToString();
  AddAmount(ParseNumber(digits), digits, *unit, parts);
  return true;
}

}  // namespace

Result<IntervalParts> ParseInterval(const std::string& text) {
  IntervalParts parts;
  bool any = false;
  size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
  };
  for (skip_blanks(); at < text.size(); skip_blanks()) {
    const size_t start = at;
    while (at < text.size() &&
           (std::isdigit(static_cast<unsigned char>(text[at])) || text[at] == '.' ||
            text[at] == ':' || ((text[at] == '-' || text[at] == '+') && at == start))) {
      ++at;
    }
    std::string digits = text.substr(start, at - start);
    if (digits.find(':') != std::string::npos) {
      const std::optional<int64_t> nanos = ParseClock(digits);
      if (!nanos.has_value()) return Invalid(text);
      parts.nanos += *nanos;
      any = true;
      continue;
    }
    if (digits.empty() || digits == "-" || digits == "+" || digits == ".") return Invalid(text);
    if (digits[0] == '+') digits.erase(0, 1);
    skip_blanks();
    const size_t word = at;
    while (at < text.size() && !std::isspace(static_cast<unsigned char>(text[at])) &&
           !std::isdigit(static_cast<unsigned char>(text[at])) && text[at] != '-') {
      ++at;
    }
    const std::string name = text.substr(word, at - word);
    const Unit* unit = name.empty() ? FindUnit("second") : FindUnit(name);
    if (unit == nullptr) return Invalid(text);
    AddAmount(ParseNumber(digits), digits, *unit, &parts);
    any = true;
  }
  if (!any) return Invalid(text);
  return parts;
}

bool IntervalFromSql(const ParsedExpression& expression, IntervalParts* parts) {
  if (expression.GetExpressionClass() == ExpressionClass::FUNCTION) {
    return IntervalFromCall(expression.Cast<duckdb::FunctionExpression>(), parts);
  }
  if (expression.GetExpressionClass() != ExpressionClass::CAST) return false;
  const auto& cast = expression.Cast<duckdb::CastExpression>();
  const std::string* text = LiteralText(*cast.child);
  if (text == nullptr || cast.cast_type.id() != LogicalTypeId::INTERVAL) return false;
  Result<IntervalParts> parsed = ParseInterval(*text);
  if (!parsed.ok()) throw SqlError(parsed.status());
  *parts = *parsed;
  return true;
}

duckdb::LogicalType NanoIntervalType() {
  return NanoInterval();
}

bool IsNanoInterval(const duckdb::LogicalType& type) {
  return type.id() == LogicalTypeId::STRUCT && type.HasAlias() &&
         type.GetAlias() == kNanoIntervalAlias;
}

Value IntervalValue(const IntervalParts& parts) {
  if (parts.nanos % 1000 == 0) return Value::INTERVAL(parts.months, parts.days, parts.nanos / 1000);
  return Value::STRUCT(
      NanoIntervalType(),
      {Value::INTEGER(parts.months), Value::INTEGER(parts.days), Value::BIGINT(parts.nanos)});
}

IntervalParts IntervalFromValue(const Value& value) {
  IntervalParts parts;
  if (IsNanoInterval(value.type())) {
    const auto& members = duckdb::StructValue::GetChildren(value);
    parts.months = members[0].GetValue<int32_t>();
    parts.days = members[1].GetValue<int32_t>();
    parts.nanos = members[2].GetValue<int64_t>();
    return parts;
  }
  const duckdb::interval_t interval = value.GetValue<duckdb::interval_t>();
  parts.months = interval.months;
  parts.days = interval.days;
  parts.nanos = interval.micros * 1000;
  return parts;
}

}  // namespace influxdb3::query::sql
