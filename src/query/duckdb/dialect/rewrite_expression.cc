// Expressions: columns, literals, parameters, casts.
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/common/types/timestamp.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/arrow_type_text.h"
#include "query/duckdb/dialect/coerced_calls.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/dialect/literal_text.h"
#include "query/duckdb/dialect/naming_rules.h"
#include "query/duckdb/dialect/number_text.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/timestamp_text.h"

namespace influxdb3::query::sql {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ParsedExpression;
using duckdb::Value;
using util::Result;
using util::Status;

Value ToReferenceValue(const Value& value) {
  switch (value.type().id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER: return Value::BIGINT(value.GetValue<int64_t>());
    case LogicalTypeId::DECIMAL: return Value::DOUBLE(ParseNumber(value.ToString()));
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT: {
      uint64_t number = 0;
      const std::string text = value.ToString();
      if (ParseUnsigned(text, &number)) return Value::UBIGINT(number);
      return Value::DOUBLE(ParseNumber(text));
    }
    default: return value;
  }
}

[[noreturn]] void ThrowTooManyColumns(const std::vector<OutputColumn>& columns) {
  std::string names;
  for (const OutputColumn& column : columns) {
    names += (names.empty() ? "" : ", ") +
             (column.display.empty() ? column.name : column.display + "." + column.name);
  }
  ThrowPlanError("Too many columns! The subquery should only return one column: " + names);
}

/// `x NOT IN (SELECT …)` keeps the rows where it is NULL.
void KeepNullsOfNotIn(ParsedExpression& negation) {
  ExpressionPtr& child = negation.Cast<duckdb::OperatorExpression>().children[0];
  if (child->GetExpressionClass() != ExpressionClass::SUBQUERY) return;
  const auto& subquery = child->Cast<duckdb::SubqueryExpression>();
  if (subquery.subquery_type != duckdb::SubqueryType::ANY ||
      subquery.comparison_type != ExpressionType::COMPARE_EQUAL || ListOfAny(subquery) != nullptr) {
    return;
  }
  child =
      Operator(ExpressionType::OPERATOR_COALESCE, std::move(child), Literal(Value::BOOLEAN(false)));
}

}  // namespace

Value TimestampLiteral(const std::string& text) {
  Result<int64_t> nanos = ParseTimestamp(text);
  if (!nanos.ok()) {
    throw SqlError(Status(nanos.status().code(),
                          "Optimizer rule 'simplify_expressions' failed\n"
                          "caused by\n" +
                              nanos.status().message()));
  }
  return Value::TIMESTAMPNS(duckdb::timestamp_ns_t(*nanos));
}

void Rewriter::RewriteChildren(ParsedExpression& expression, const ExpressionContext& context) {
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](ExpressionPtr& child) { Rewrite(child, context); });
}

void Rewriter::Rewrite(ExpressionPtr& expression, const ExpressionContext& context) {
  const std::string alias = expression->GetAlias();
  if (keep_unbound_) InferOpenTypes(*expression, context);
  if (!RewriteInterval(expression)) {
    switch (expression->GetExpressionClass()) {
      case ExpressionClass::COLUMN_REF: RewriteColumn(expression, context); break;
      case ExpressionClass::CONSTANT: RewriteConstant(expression); break;
      case ExpressionClass::PARAMETER: RewriteParameter(expression); break;
      case ExpressionClass::CAST: RewriteCast(expression, context); break;
      case ExpressionClass::FUNCTION: RewriteCall(expression, context); break;
      case ExpressionClass::WINDOW: RewriteWindow(expression, context); break;
      case ExpressionClass::COMPARISON: RewriteComparison(expression, context); break;
      case ExpressionClass::BETWEEN: RewriteBetween(expression, context); break;
      case ExpressionClass::SUBQUERY: RewriteSubquery(expression, context); break;
      case ExpressionClass::OPERATOR:
        if (expression->type == ExpressionType::COMPARE_IN ||
            expression->type == ExpressionType::COMPARE_NOT_IN) {
          RewriteIn(expression, context);
        } else {
          if (expression->type == ExpressionType::OPERATOR_NOT) CheckNot(*expression, context);
          RewriteChildren(*expression, context);
          if (expression->type == ExpressionType::OPERATOR_NOT) KeepNullsOfNotIn(*expression);
          if (expression->type == ExpressionType::GROUPING_FUNCTION) {
            expression = CastTo(LogicalType::INTEGER, std::move(expression));
          }
        }
        break;
      case ExpressionClass::CONJUNCTION: RewriteConjunction(*expression, context); break;
      case ExpressionClass::CASE:
        RewriteChildren(*expression, context);
        expression = CoercedCase(expression->Cast<duckdb::CaseExpression>());
        break;
      case ExpressionClass::STAR: ThrowPlanError("Wildcard is not allowed here");
      case ExpressionClass::LAMBDA: ThrowUnsupported("lambda functions");
      case ExpressionClass::COLLATE: ThrowUnsupported("COLLATE");
      default: ThrowUnsupported("this kind of expression");
    }
  }
  // Members of a structure literal carry their names as aliases.
  expression->SetAlias(alias);
}

bool Rewriter::RewriteInterval(ExpressionPtr& expression) {
  IntervalParts parts;
  if (!IntervalFromSql(*expression, &parts)) return false;
  expression = Literal(IntervalValue(parts));
  return true;
}

void Rewriter::RewriteColumn(ExpressionPtr& expression, const ExpressionContext& context) {
  const auto& column = expression->Cast<duckdb::ColumnRefExpression>();
  const std::vector<std::string> parts(column.column_names.begin(), column.column_names.end());
  const auto use_alias = [&] {
    if (context.items == nullptr || parts.size() != 1) return false;
    for (const SelectItem& item : *context.items) {
      if (!item.aliased || item.name != parts[0]) continue;
      expression = item.expression->Copy();
      return true;
    }
    return false;
  };
  if (context.alias_use == AliasUse::kBeforeColumns && use_alias()) return;
  ResolvedColumn found;
  if (!context.scope->TryResolve(parts, &found)) {
    if (context.alias_use == AliasUse::kAfterColumns && use_alias()) return;
    if (parts.size() == 1 && parts[0].rfind("current_", 0) == 0 &&
        FindFunction(parts[0]) != nullptr) {
      expression = Call(parts[0]);
      RewriteCall(expression, context);
      return;
    }
    context.scope->Resolve(parts);  // throws
  }
  // A column merged by USING is the left side's, also where only the right side has a row.
  if (found.relation->engine_alias.empty()) {
    expression = duckdb::make_uniq<duckdb::ColumnRefExpression>(found.column->engine_name);
  } else {
    expression = duckdb::make_uniq<duckdb::ColumnRefExpression>(found.column->engine_name,
                                                                found.relation->engine_alias);
  }
  for (const std::string& field : found.field_path) {
    expression =
        Operator(ExpressionType::ARRAY_EXTRACT, std::move(expression), Literal(field.c_str()));
  }
}

void Rewriter::RewriteConstant(ExpressionPtr& expression) {
  auto& constant = expression->Cast<duckdb::ConstantExpression>();
  constant.value = ToReferenceValue(constant.value);
}

void Rewriter::RewriteParameter(ExpressionPtr& expression) const {
  const std::string& identifier = expression->Cast<duckdb::ParameterExpression>().identifier;
  const size_t index = std::stoul(identifier.substr(1));
  if (!keep_unbound_) {
    ThrowPlanError(
        fmt::format("No value found for placeholder with name ${}", text_.parameters[index]));
  }
  const auto type = open_types_.find(index);
  if (type != open_types_.end()) expression = CastTo(type->second, std::move(expression));
}

namespace {

LogicalType TypeFromText(const std::string& written) {
  const std::string text = duckdb::StringUtil::Upper(written);
  if (text.size() > 2 && text.substr(text.size() - 2) == "[]") {
    return LogicalType::LIST(TypeFromText(written.substr(0, written.size() - 2)));
  }
  const std::string name = text.substr(0, text.find('('));
  static constexpr std::pair<std::string_view, LogicalTypeId> kTypes[] = {
      {"BIGINT", LogicalTypeId::BIGINT},     {"INTEGER", LogicalTypeId::INTEGER},
      {"INT", LogicalTypeId::INTEGER},       {"SMALLINT", LogicalTypeId::SMALLINT},
      {"TINYINT", LogicalTypeId::TINYINT},   {"UBIGINT", LogicalTypeId::UBIGINT},
      {"UINTEGER", LogicalTypeId::UINTEGER}, {"USMALLINT", LogicalTypeId::USMALLINT},
      {"UTINYINT", LogicalTypeId::UTINYINT}, {"VARCHAR", LogicalTypeId::VARCHAR},
      {"TEXT", LogicalTypeId::VARCHAR},      {"STRING", LogicalTypeId::VARCHAR},
      {"CHAR", LogicalTypeId::VARCHAR},      {"BPCHAR", LogicalTypeId::VARCHAR},
      {"FLOAT", LogicalTypeId::FLOAT},       {"REAL", LogicalTypeId::FLOAT},
      {"DOUBLE", LogicalTypeId::DOUBLE},     {"BOOLEAN", LogicalTypeId::BOOLEAN},
      {"BOOL", LogicalTypeId::BOOLEAN},      {"DATE", LogicalTypeId::DATE},
      {"TIME", LogicalTypeId::TIME_NS},      {"BYTEA", LogicalTypeId::BLOB},
      {"BLOB", LogicalTypeId::BLOB},         {"INTERVAL", LogicalTypeId::INTERVAL}};
  for (const auto& [sql_name, id] : kTypes) {
    if (sql_name == name) return LogicalType(id);
  }
  int width = 38;
  int scale = 10;
  if (name == "DECIMAL" || name == "NUMERIC") {
    const int read = std::sscanf(text.c_str() + name.size(), "(%d, %d)", &width, &scale);
    if (read == 1) scale = 0;
    if (width < 1 || width > 38 || scale < 0 || scale > width) {
      ThrowPlanError(
          fmt::format("Decimal(precision = {}, scale = {}) should satisfy `0 < precision "
                      "<= 76`, and `scale <= precision`.",
                      width, scale));
    }
    return LogicalType::DECIMAL(static_cast<uint8_t>(width), static_cast<uint8_t>(scale));
  }
  if (text == "TIMESTAMP(0)") return LogicalType::TIMESTAMP_S;
  if (text == "TIMESTAMP(3)") return LogicalType::TIMESTAMP_MS;
  if (text == "TIMESTAMP(6)") return LogicalType::TIMESTAMP;
  // Sessions have no time zone, so a type with one is the same as a type without.
  if (name.rfind("TIMESTAMP", 0) == 0 || name == "DATETIME") return LogicalTypeId::TIMESTAMP_NS;
  ThrowUnsupported(fmt::format("Unsupported SQL type {}", written));
}

/// What the reference says about constants it cannot compute when it plans.
[[noreturn]] void ThrowAtPlanning(const Status& status) {
  throw SqlError(Status(status.code(), "Optimizer rule 'simplify_expressions' failed\ncaused by\n" +
                                           status.message()));
}

/// What the reference says about a text literal that no value of the type is written like.
[[noreturn]] void ThrowNoCast(const std::string& text, const LogicalType& type) {
  throw SqlError(Status::Internal(fmt::format(
      "Optimizer rule 'simplify_expressions' failed\ncaused by\nArrow error: Cast error: "
      "Cannot cast string '{}' to value of {} type",
      text, ArrowTypeText(type))));
}

/// What of a timestamp with a zone is cast to the type; nothing happens to other values.
const char* ZonedSource(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::VARCHAR: return "iox_shown";
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIME_NS: return "iox_clock";
    default: return "iox_without_zone";
  }
}

}  // namespace

LogicalType TypeFromSql(const LogicalType& parsed) {
  if (parsed.id() == LogicalTypeId::INTERVAL || parsed.id() == LogicalTypeId::BOOLEAN) {
    return parsed;
  }
  std::string text = parsed.ToString();
  text.erase(std::remove(text.begin(), text.end(), '"'), text.end());
  return TypeFromText(text);
}

void CheckTextLiteral(const std::string& text, const LogicalType& type) {
  int64_t number = 0;
  uint64_t unsigned_number = 0;
  bool fits = true;
  switch (type.id()) {
    case LogicalTypeId::DATE: fits = ParseDate(text).has_value(); break;
    case LogicalTypeId::TIME_NS: fits = ParseTimeOfDay(text).has_value(); break;
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_SEC:
      if (const Result<Moment> moment = ParseMoment(text); !moment.ok()) {
        ThrowAtPlanning(moment.status());
      }
      break;
    default:
      if (!type.IsIntegral()) break;
      fits = type.ToString()[0] == 'U' ? ParseUnsigned(text, &unsigned_number)
                                       : ParseInteger(text, &number);
  }
  if (!fits) ThrowNoCast(text, type);
}

void Rewriter::RewriteCast(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& cast = expression->Cast<duckdb::CastExpression>();
  const LogicalType type = TypeFromSql(cast.cast_type);
  const std::string source = KnownType(*cast.child, context);
  Rewrite(cast.child, context);
  const std::string* text = LiteralText(*cast.child);
  if (text != nullptr && !cast.try_cast) {
    if (type.id() == LogicalTypeId::TIMESTAMP_NS && !type.HasAlias()) {
      expression = Literal(TimestampLiteral(*text));
      return;
    }
    if (type.id() == LogicalTypeId::INTERVAL) {
      Result<IntervalParts> parts = ParseInterval(*text);
      if (!parts.ok()) throw SqlError(parts.status());
      expression = Literal(IntervalValue(*parts));
      return;
    }
    CheckTextLiteral(*text, type);
  }
  if (text == nullptr && MayHaveZone(source)) {
    cast.child = Call(ZonedSource(type), std::move(cast.child));
  }
  cast.cast_type = type.id() == LogicalTypeId::INTERVAL ? NanoIntervalType() : type;
  if (!cast.try_cast && type.id() != LogicalTypeId::INTERVAL) {
    expression = PlannedCast(type, std::move(cast.child));
  }
}

const OutputColumn* Rewriter::PlainColumn(const ParsedExpression& expression,
                                          const ExpressionContext& context) const {
  if (expression.GetExpressionClass() != ExpressionClass::COLUMN_REF) return nullptr;
  const auto& names = expression.Cast<duckdb::ColumnRefExpression>().column_names;
  ResolvedColumn found;
  if (!context.scope->TryResolve({names.begin(), names.end()}, &found)) return nullptr;
  return found.field_path.empty() ? found.column : nullptr;
}

std::string Rewriter::KnownType(const ParsedExpression& expression,
                                const ExpressionContext& context) const {
  if (const OutputColumn* column = PlainColumn(expression, context)) return column->arrow_type;
  IntervalParts interval;
  if (IntervalFromSql(expression, &interval)) return "Interval(MonthDayNano)";
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::CONSTANT:
      return ArrowTypeText(ToReferenceValue(*LiteralValue(expression)).type());
    case ExpressionClass::CAST:
      return ArrowTypeText(TypeFromSql(expression.Cast<duckdb::CastExpression>().cast_type));
    case ExpressionClass::COMPARISON:
    case ExpressionClass::CONJUNCTION:
    case ExpressionClass::BETWEEN: return "Boolean";
    case ExpressionClass::FUNCTION: {
      const auto& call = expression.Cast<duckdb::FunctionExpression>();
      const std::string& name = call.function_name;
      if (name == "now" || name == "to_timestamp") return "Timestamp(ns)";
      if (name == "to_timestamp_seconds") return "Timestamp(s)";
      if (name == "to_timestamp_millis") return "Timestamp(ms)";
      if (name == "make_date" || name == "to_date") return "Date32";
      if (name == "arrow_cast" && call.children.size() == 2) {
        const std::string* text = LiteralText(*call.children[1]);
        if (text != nullptr && !text->empty()) return ArrowTypeText(TypeFromArrowText(*text));
      }
      if ((name == "date_bin" || name == "date_trunc") && call.children.size() > 1 &&
          !MayHaveZone(KnownType(*call.children[1], context))) {
        return "Timestamp(ns)";
      }
      if (name == "count" || name == "count_star") return "Int64";
      return {};
    }
    default: return {};
  }
}

void Rewriter::RewriteSubquery(ExpressionPtr& expression, const ExpressionContext& context) {
  auto& subquery = expression->Cast<duckdb::SubqueryExpression>();
  if (subquery.child) Rewrite(subquery.child, context);
  RewriteOnce(subquery, context);
}

/// A sub-query is needed rewritten for its name and again for its value; doing it twice would
/// double the work with each level. The statement's text, of no use any more, notes that it was
/// done.
std::string Rewriter::RewriteOnce(const duckdb::SubqueryExpression& subquery,
                                  const ExpressionContext& context, bool* nullable) {
  constexpr char kDone = '\1';
  constexpr char kDoneNeverNull = '\2';
  duckdb::SelectStatement& statement = *subquery.subquery;
  std::string& done = statement.query;
  if (done.empty() || (done[0] != kDone && done[0] != kDoneNeverNull)) {
    const bool one_row = YieldsOneRow(*statement.node);
    const std::vector<OutputColumn> columns =
        RewriteNode(statement.node, context.scope, context.ctes);
    const bool counts = subquery.subquery_type == duckdb::SubqueryType::SCALAR ||
                        subquery.subquery_type == duckdb::SubqueryType::ANY;
    if (counts && columns.size() > 1) ThrowTooManyColumns(columns);
    const bool never_null = one_row && !columns.empty() && !columns[0].nullable;
    done = never_null ? kDoneNeverNull : kDone;
    if (!columns.empty()) done += columns[0].name;
  }
  if (nullable != nullptr) *nullable = done[0] == kDone;
  return done.substr(1);
}

}  // namespace influxdb3::query::sql
