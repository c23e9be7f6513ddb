#include "query/duckdb/dialect/interval_literal.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "query/duckdb/dialect/civil_time.h"
#include "query/duckdb/dialect/sql_error.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;
using util::Result;
using util::Status;

constexpr const char* kNanoIntervalAlias = "INTERVAL_NS";

enum class Scale { kMonths, kMonth, kDays, kNanos };

struct Unit {
  std::string_view names[6];
  Scale scale;
  int64_t size;  ///< in months, days or nanoseconds
};

constexpr Unit kUnits[] = {
    {{"century", "centuries", "c"}, Scale::kMonths, 1200},
    {{"decade", "decades"}, Scale::kMonths, 120},
    {{"year", "years", "y", "yr", "yrs"}, Scale::kMonths, 12},
    {{"month", "months", "mon", "mons"}, Scale::kMonth, 1},
    {{"week", "weeks", "w"}, Scale::kDays, 7},
    {{"day", "days", "d"}, Scale::kDays, 1},
    {{"hour", "hours", "h", "hr", "hrs"}, Scale::kNanos, 3600 * kNanosPerSecond},
    {{"minute", "minutes", "m", "min", "mins"}, Scale::kNanos, 60 * kNanosPerSecond},
    {{"second", "seconds", "s", "sec", "secs"}, Scale::kNanos, kNanosPerSecond},
    {{"millisecond", "milliseconds", "ms", "msec", "msecs"}, Scale::kNanos, 1'000'000},
    {{"microsecond", "microseconds", "us", "usec", "usecs"}, Scale::kNanos, 1'000},
    {{"nanosecond", "nanoseconds"}, Scale::kNanos, 1}};

const Unit* FindUnit(std::string_view written) {
  const std::string name = duckdb::StringUtil::Lower(std::string(written));
  for (const Unit& unit : kUnits) {
    for (const std::string_view each : unit.names) {
      if (!each.empty() && each == name) return &unit;
    }
  }
  return nullptr;
}

/// An amount in 10^-15 of a unit behind the whole ones.
struct Amount {
  int64_t whole = 0;
  int64_t fraction = 0;
};
constexpr size_t kFractionDigits = 15;
constexpr int64_t kFractionOne = 1'000'000'000'000'000;

bool ReadDigits(std::string_view text, int64_t* number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *number);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

/// `5`, `-1.5` or `.5`.
bool ReadAmount(std::string_view text, Amount* amount) {
  const size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const bool negative = !whole.empty() && whole[0] == '-';
  if (dot == std::string_view::npos) return ReadDigits(whole, &amount->whole);
  if (!whole.empty() && whole != "-" && !ReadDigits(whole, &amount->whole)) return false;
  const std::string_view fraction = text.substr(dot + 1);
  if (fraction.empty() || fraction[0] == '-' || fraction.size() > kFractionDigits ||
      !ReadDigits(fraction, &amount->fraction)) {
    return false;
  }
  for (size_t i = fraction.size(); i < kFractionDigits; ++i) amount->fraction *= 10;
  if (negative) amount->fraction = -amount->fraction;
  return true;
}

Status Invalid(const std::string& text, const std::string& reason = {}) {
  return Status::Internal(fmt::format(
      "Arrow error: Parser error: Invalid input syntax for type interval: \"{}\"{}", text, reason));
}

/// What a fraction of a unit comes to, cut off.
int64_t Share(int64_t fraction, int64_t size) {
  return static_cast<int64_t>(Wide128{fraction} * size / kFractionOne);
}

Status AddTo(int32_t* part, Wide128 count, const std::string& what) {
  const Wide128 sum = count + *part;
  *part = static_cast<int32_t>(sum);
  if (sum == *part) return Status::Ok();
  return Status::Internal(
      fmt::format("Arrow error: {}: Unable to represent {} in a signed 32-bit integer",
                  what.ends_with(" days") || what.ends_with(" weeks") ? "Invalid argument error"
                                                                      : "Parser error",
                  what));
}

Status AddNanos(int64_t* nanos, int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    return Status::Internal(
        fmt::format("Arrow error: Arithmetic overflow: Overflow happened on: {} * {}", a, b));
  }
  if (__builtin_add_overflow(*nanos, product, nanos)) {
    return Status::Internal(
        fmt::format("Arrow error: Arithmetic overflow: Overflow happened on: {} + {}",
                    *nanos - product, product));
  }
  return Status::Ok();
}

/// Fractions flow down as the reference has it: of a year into months, of a month into days of 30
/// to it, of a week or a day into time; what is left below that is dropped.
Status AddAmount(const Amount& amount, const Unit& unit, IntervalParts* parts) {
  switch (unit.scale) {
    case Scale::kMonths:
      return AddTo(&parts->months,
                   Wide128{amount.whole} * unit.size + Share(amount.fraction, unit.size),
                   fmt::format("{} {} as months", amount.whole, unit.names[1]));
    case Scale::kMonth:
      RETURN_IF_ERROR(AddTo(&parts->months, amount.whole, fmt::format("{} months", amount.whole)));
      return AddTo(&parts->days, Share(amount.fraction, 30), "days");
    case Scale::kDays:
      RETURN_IF_ERROR(AddTo(&parts->days, Wide128{amount.whole} * unit.size,
                            fmt::format("{} {}", amount.whole, unit.names[1])));
      return AddNanos(&parts->nanos, Share(amount.fraction, unit.size * 86'400 * kNanosPerSecond),
                      1);
    case Scale::kNanos:
      RETURN_IF_ERROR(AddNanos(&parts->nanos, amount.whole, unit.size));
      return AddNanos(&parts->nanos, Share(amount.fraction, unit.size), 1);
  }
  return Status::Ok();
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

/// Words are split at every single blank, as the reference does it.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> Next() {
    if (done_) return std::nullopt;
    const size_t end = rest_.find_first_of(" \t\n\r\f\v");
    const std::string_view word = rest_.substr(0, end);
    done_ = end == std::string_view::npos;
    if (!done_) rest_.remove_prefix(end + 1);
    return word;
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

}  // namespace

Result<IntervalParts> ParseInterval(const std::string& text) {
  IntervalParts parts;
  std::vector<std::pair<const Unit*, std::string_view>> units;
  std::vector<Amount> amounts;
  Words words(text);
  while (const std::optional<std::string_view> word = words.Next()) {
    const size_t number_end = word->find_first_not_of("0123456789.-");
    std::string_view name = "second";
    if (number_end != std::string_view::npos) {
      name = word->substr(number_end);
    } else if (const std::optional<std::string_view> next = words.Next()) {
      name = *next;
    }
    amounts.emplace_back();
    units.emplace_back(FindUnit(name), name);
    if (units.back().first == nullptr ||
        !ReadAmount(word->substr(0, number_end), &amounts.back())) {
      return Invalid(text);
    }
  }
  for (size_t i = 0; i < units.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (units[k].first != units[i].first) continue;
      return Invalid(text, fmt::format(". Repeated type '{}'", units[i].second));
    }
  }
  for (size_t i = 0; i < units.size(); ++i) {
    RETURN_IF_ERROR(AddAmount(amounts[i], *units[i].first, &parts));
  }
  return parts;
}

bool IntervalFromSql(const ParsedExpression& expression, IntervalParts* parts) {
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
