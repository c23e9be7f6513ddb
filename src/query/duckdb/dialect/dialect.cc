#include "query/duckdb/dialect/dialect.h"

#include <exception>
#include <string>
#include <utility>

#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/clause_forms.h"
#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/gap_fill.h"
#include "query/duckdb/dialect/parser_error.h"
#include "query/duckdb/dialect/refused_statements.h"
#include "query/duckdb/dialect/rewriter.h"
#include "query/duckdb/dialect/show_statements.h"
#include "query/duckdb/dialect/sort_keys.h"
#include "query/duckdb/dialect/sql_error.h"
#include "query/duckdb/dialect/statement.h"
#include "util/clock.h"

namespace influxdb3::query::sql {
namespace {

using util::Result;
using util::Status;

using Parameters = std::map<std::string, ParameterValue>;

Result<duckdb::unique_ptr<duckdb::SelectStatement>> ParseQuery(const std::vector<Token>& written,
                                                               GrammarText* text) {
  const std::vector<Token> tokens = WriteClauseForms(written);
  ASSIGN_OR_RETURN(*text, WriteForGrammar(tokens));
  duckdb::ParserOptions options;
  options.max_expression_depth = kExpressionDepthMax;
  options.preserve_identifier_case = false;
  duckdb::Parser parser(options);
  try {
    parser.ParseQuery(text->sql);
  } catch (const std::exception& exception) {
    const duckdb::ErrorData error(exception);
    if (IsNestingError(error.RawMessage())) return NestingError();
    return TranslateParserError(error, tokens, *text);
  }
  if (parser.statements.size() != 1 ||
      parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
    return UnexpectedToken("an SQL statement", tokens[0]);
  }
  return duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(
      std::move(parser.statements[0]));
}

Result<RewrittenQuery> RewriteTokens(const std::vector<Token>& tokens, const Parameters& parameters,
                                     TableResolver& resolver, bool keep_unbound,
                                     std::vector<OutputColumn>* columns) {
  GrammarText text;
  RewrittenQuery result;
  ASSIGN_OR_RETURN(result.statement, ParseQuery(tokens, &text));
  std::vector<const ParameterValue*> values;
  for (const std::string& name : text.parameters) {
    const auto found = parameters.find(name);
    values.push_back(found == parameters.end() ? nullptr : &found->second);
  }
  result.parameters = text.parameters;
  Rewriter rewriter(resolver, std::move(values), std::move(text), util::Clock::System().NowNs());
  if (keep_unbound) rewriter.KeepUnboundParameters();
  *columns = rewriter.RewriteQuery(result.statement->node);
  if (!keep_unbound) result.statement->named_param_map.clear();
  for (const OutputColumn& column : *columns) {
    result.columns.push_back({column.name, column.iox_type, column.nullable});
  }
  return result;
}

Result<RewrittenQuery> RewriteText(const std::string& sql, TableResolver& resolver) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(sql));
  std::vector<OutputColumn> columns;
  return RewriteTokens(tokens, {}, resolver, false, &columns);
}

void NumberPlaceholders(std::vector<Token>* tokens) {
  size_t count = 0;
  for (Token& token : *tokens) {
    if (!token.IsSymbol("?")) continue;
    token.kind = TokenKind::kParameter;
    token.value = std::to_string(++count);
    token.text = "$" + token.value;
  }
}

/// What a SHOW or DESCRIBE of a table reads.
Result<std::string> TextOf(const Statement& statement, TableResolver& resolver) {
  switch (statement.form) {
    case Statement::Form::kShowTables: return ShowTablesSql();
    case Statement::Form::kSettings: return SettingsSql(statement.setting, statement.verbose);
    case Statement::Form::kShowFunctions: return FunctionsSql(statement.pattern);
    case Statement::Form::kShowAllColumns: return AllColumnsSql(statement.table, resolver);
    case Statement::Form::kShowCreate: return ShowCreateSql(statement.table, resolver);
    case Statement::Form::kDescribeTable: return ColumnsSql(statement.table, false, resolver);
    case Statement::Form::kShowColumns: return ColumnsSql(statement.table, true, resolver);
    default: return Status::Internal("not a form of SHOW");
  }
}

Result<RewrittenQuery> RewriteForm(const Statement& statement, const Parameters& parameters,
                                   TableResolver& resolver, bool keep_unbound) {
  if (statement.form != Statement::Form::kQuery &&
      statement.form != Statement::Form::kDescribeQuery) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(statement, resolver));
    return RewriteText(text, resolver);
  }
  std::vector<OutputColumn> columns;
  ASSIGN_OR_RETURN(RewrittenQuery query,
                   RewriteTokens(statement.query, parameters, resolver, keep_unbound, &columns));
  if (statement.form == Statement::Form::kQuery) return query;
  return DescribeQuery(std::move(query), columns);
}

Result<RewrittenQuery> RewriteStatement(const std::string& sql, const Parameters& parameters,
                                        TableResolver& resolver, const RewriteOptions& options) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(sql));
  if (options.numbered_placeholders) NumberPlaceholders(&tokens);
  ASSIGN_OR_RETURN(const Statement statement, ClassifyStatement(std::move(tokens), resolver));
  ASSIGN_OR_RETURN(RewrittenQuery result,
                   RewriteForm(statement, parameters, resolver, options.keep_unbound));
  result.kind = statement.kind;
  return result;
}

}  // namespace

Result<RewrittenQuery> RewriteSql(const std::string& sql, const Parameters& parameters,
                                  TableResolver& resolver, const RewriteOptions& options) {
  try {
    return RewriteStatement(sql, parameters, resolver, options);
  } catch (const SqlError& error) {
    return error.status();
  } catch (const std::exception& exception) {
    return TranslateError(duckdb::ErrorData(exception));
  }
}

void RegisterDialect(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "influxdb3");
  RegisterCasts(loader);
  RegisterCharacters(loader);
  RegisterCoercedCalls(loader);
  RegisterArithmetic(loader);
  RegisterBitShifts(loader);
  RegisterDigests(loader);
  RegisterEncodings(loader);
  RegisterLists(loader);
  RegisterListShapes(loader);
  RegisterMath(loader);
  RegisterMembers(loader);
  RegisterNullIf(loader);
  RegisterRegexPlaces(loader);
  RegisterRowChanges(loader);
  RegisterWeightedPercentile(loader);
  RegisterText(loader);
  RegisterTimeBins(loader);
  RegisterWallClockBins(loader);
  RegisterGapFill(loader);
  RegisterEpochFunctions(loader);
  RegisterToChar(loader);
  RegisterTimeParts(loader);
  RegisterTimeSeries(loader);
  RegisterTimeTexts(loader);
  RegisterTimeConversions(loader);
  RegisterTimeZones(loader);
  RegisterAggregates(loader);
  RegisterAggregateChecks(loader);
  RegisterApproxDistinct(loader);
  RegisterPercentiles(loader);
  RegisterSortKeys(duckdb::DBConfig::GetConfig(database));
}

}  // namespace influxdb3::query::sql
