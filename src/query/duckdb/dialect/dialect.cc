#include "query/duckdb/dialect/dialect.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/select_statement.hpp"

#include "query/duckdb/dialect/expression_builder.h"
#include "query/duckdb/dialect/function_support.h"
#include "query/duckdb/dialect/gap_fill.h"
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

Status ParserError(const std::string& text) {
  return Status::InvalidArgument(fmt::format("SQL error: ParserError(\"{}\")", text));
}

/// Names the token DuckDB's parser stumbled over, in the reference's words.
Status TranslateParserError(const duckdb::ErrorData& error, const std::vector<Token>& tokens,
                            const GrammarText& text) {
  const auto& extra = error.ExtraInfo();
  const auto position = extra.find("position");
  const bool at_end = error.RawMessage().find("at end of input") != std::string::npos;
  size_t index = tokens.size() - 1;
  if (position != extra.end() && !at_end) {
    const size_t offset = std::stoul(position->second);
    const auto after =
        std::upper_bound(text.token_offsets.begin(), text.token_offsets.end(), offset);
    index =
        static_cast<size_t>(std::max<std::ptrdiff_t>(0, after - text.token_offsets.begin() - 1));
    // A token's text starts behind the blank that parts it from the one before.
    if (index + 1 < text.token_offsets.size() && text.token_offsets[index + 1] + 1 == offset)
      ++index;
  } else if (error.RawMessage().find("without selection list") == std::string::npos && !at_end) {
    return ParserError(error.RawMessage());
  }
  const Token& token = tokens[std::min(index, tokens.size() - 1)];
  if (token.kind != TokenKind::kEnd) {
    return ParserError("Expected: end of statement, found: " + DescribeToken(token));
  }
  int open = 0;
  for (const Token& each : tokens) open += each.IsSymbol("(") ? 1 : each.IsSymbol(")") ? -1 : 0;
  const Token& last = tokens[tokens.size() >= 2 ? tokens.size() - 2 : 0];
  const bool wants_table = last.IsWord("from") || last.IsWord("join") || last.IsWord("as");
  const bool complete = last.kind != TokenKind::kSymbol && last.kind != TokenKind::kWord;
  const char* expected = wants_table ? "identifier" : open > 0 && complete ? ")" : "an expression";
  return ParserError(fmt::format("Expected: {}, found: EOF", expected));
}

Result<duckdb::unique_ptr<duckdb::SelectStatement>> ParseQuery(const std::vector<Token>& tokens,
                                                               GrammarText* text) {
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
    return ParserError("Expected: an SQL statement, found: " + DescribeToken(tokens[0]));
  }
  return duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(
      std::move(parser.statements[0]));
}

Result<RewrittenQuery> RewriteTokens(const std::vector<Token>& tokens, const Parameters& parameters,
                                     TableResolver& resolver, StatementKind kind, bool keep_unbound,
                                     std::vector<OutputColumn>* columns) {
  GrammarText text;
  RewrittenQuery result;
  result.kind = kind;
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
  for (const OutputColumn& column : *columns)
    result.columns.push_back({column.name, column.iox_type});
  return result;
}

Result<RewrittenQuery> RewriteText(const std::string& sql, TableResolver& resolver) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(sql));
  std::vector<OutputColumn> columns;
  return RewriteTokens(tokens, {}, resolver, StatementKind::kSelect, false, &columns);
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

Result<RewrittenQuery> RewriteStatement(const std::string& sql, const Parameters& parameters,
                                        TableResolver& resolver, const RewriteOptions& options) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(sql));
  if (options.numbered_placeholders) NumberPlaceholders(&tokens);
  ASSIGN_OR_RETURN(const Statement statement, ClassifyStatement(std::move(tokens)));
  switch (statement.form) {
    case Statement::Form::kQuery:
    case Statement::Form::kDescribeQuery: {
      std::vector<OutputColumn> columns;
      ASSIGN_OR_RETURN(RewrittenQuery result,
                       RewriteTokens(statement.query, parameters, resolver, statement.kind,
                                     options.keep_unbound, &columns));
      if (statement.form == Statement::Form::kQuery) return result;
      return DescribeQuery(std::move(result), columns);
    }
    case Statement::Form::kShowTables: return RewriteText(ShowTablesSql(), resolver);
    case Statement::Form::kSettings:
      return RewriteText(SettingsSql(statement.setting, statement.verbose), resolver);
    case Statement::Form::kShowFunctions:
      return RewriteText(FunctionsSql(statement.pattern), resolver);
    case Statement::Form::kShowAllColumns: {
      ASSIGN_OR_RETURN(const std::string text, AllColumnsSql(statement.table, resolver));
      return RewriteText(text, resolver);
    }
    case Statement::Form::kShowCreate: {
      ASSIGN_OR_RETURN(const std::string text, ShowCreateSql(statement.table, resolver));
      return RewriteText(text, resolver);
    }
    case Statement::Form::kDescribeTable:
    case Statement::Form::kShowColumns: {
      ASSIGN_OR_RETURN(
          const std::string text,
          ColumnsSql(statement.table, statement.form == Statement::Form::kShowColumns, resolver));
      return RewriteText(text, resolver);
    }
  }
  return Status::Internal("unknown form of statement");
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
