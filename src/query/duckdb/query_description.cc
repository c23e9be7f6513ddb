#include "query/duckdb/query_description.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type.h>

#include "duckdb/main/prepared_statement.hpp"

#include "query/duckdb/duckdb_result_stream.h"
#include "query/duckdb/explain_result.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using util::Result;
using util::Status;

using SchemaPointer = std::shared_ptr<arrow::Schema>;

std::unique_ptr<DuckDbResultStream> StreamFor(std::unique_ptr<duckdb::Connection> connection,
                                              std::vector<sql::ResultColumn> columns) {
  return std::make_unique<DuckDbResultStream>(std::move(connection), std::move(columns),
                                              [](DuckDbResultStream::End) {});
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.size() <= 6 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Parameter names with the types the planner found for them; unknown ones are missing.
struct Parameters {
  std::vector<std::string> names;
  std::map<std::string, LogicalType> types;

  void Sort() {
    if (!std::all_of(names.begin(), names.end(), IsNumber)) return;
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return std::stoul(a) < std::stoul(b);
    });
  }
};

using Connection = std::unique_ptr<duckdb::Connection>;

/// Plans the statement with its parameters open. Fills in their types, and `schema` unless it hangs
/// on their values.
Status PlanOpen(Connection connection, sql::RewrittenQuery query, Parameters* parameters,
                SchemaPointer* schema) {
  auto prepared = connection->Prepare(std::move(query.statement));
  if (prepared->HasError()) return sql::TranslateError(prepared->GetErrorObject());
  bool all_known = true;
  for (const auto& [identifier, type] : prepared->GetExpectedParameterTypes()) {
    const bool known = type.id() != LogicalTypeId::UNKNOWN && type.id() != LogicalTypeId::SQLNULL &&
                       type.id() != LogicalTypeId::INVALID && type.id() != LogicalTypeId::ANY;
    all_known = all_known && known;
    const size_t index = std::stoul(identifier.substr(1));
    if (known && index < query.parameters.size()) {
      parameters->types[query.parameters[index]] = type;
    }
  }
  if (!all_known || prepared->ColumnCount() == 0) return Status::Ok();
  const duckdb::vector<LogicalType> types = prepared->GetTypes();
  const duckdb::vector<duckdb::string> names = prepared->GetNames();
  prepared.reset();
  const auto stream = StreamFor(std::move(connection), std::move(query.columns));
  RETURN_IF_ERROR(stream->Describe(types, names));
  *schema = stream->schema();
  return Status::Ok();
}

Result<SchemaPointer> SchemaOf(Connection connection, sql::RewrittenQuery query) {
  if (query.kind != sql::StatementKind::kSelect) return ExplainSchema();
  const auto stream = StreamFor(std::move(connection), std::move(query.columns));
  RETURN_IF_ERROR(stream->Start(std::move(query.statement), false));
  return stream->schema();
}

Result<SchemaPointer> SchemaOf(Connection connection, const Parameters& parameters) {
  duckdb::vector<LogicalType> types;
  duckdb::vector<duckdb::string> names;
  for (const std::string& name : parameters.names) {
    const auto found = parameters.types.find(name);
    types.push_back(found == parameters.types.end() ? LogicalType::VARCHAR : found->second);
    names.push_back(name);
  }
  const auto stream = StreamFor(std::move(connection), {});
  RETURN_IF_ERROR(stream->Describe(types, names));
  return stream->schema();
}

Result<SchemaPointer> SchemaOfBound(const QueryRequest& bound, const DescriptionTools& tools) {
  sql::RewriteOptions options;
  options.numbered_placeholders = bound.numbered_placeholders;
  ASSIGN_OR_RETURN(Connection connection, tools.connect());
  ASSIGN_OR_RETURN(sql::RewrittenQuery query, tools.rewrite(bound, options, connection.get()));
  return SchemaOf(std::move(connection), std::move(query));
}

/// Plans the statement with values in the place of its parameters: NULLs, or, where it cannot be
/// planned with NULLs, the first kind of value that it takes.
Result<SchemaPointer> SchemaWithValues(const QueryRequest& request, const DescriptionTools& tools,
                                       Parameters* parameters) {
  const std::pair<ParameterValue, LogicalType> kinds[] = {{ParameterValue(), LogicalType::SQLNULL},
                                                          {int64_t{1}, LogicalType::BIGINT},
                                                          {std::string("1"), LogicalType::VARCHAR},
                                                          {1.0, LogicalType::DOUBLE},
                                                          {true, LogicalType::BOOLEAN}};
  Status first_error;
  for (const auto& [value, type] : kinds) {
    QueryRequest bound = request;
    for (const std::string& name : parameters->names) {
      const auto known = parameters->types.find(name);
      const bool typed = known != parameters->types.end() && type.id() != LogicalTypeId::SQLNULL;
      const auto* same = std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& kind) {
        return typed && kind.second == known->second;
      });
      bound.parameters[name] = same == std::end(kinds) ? value : same->first;
    }
    const Result<SchemaPointer> schema = SchemaOfBound(bound, tools);
    if (schema.ok()) {
      for (const std::string& name : parameters->names) {
        if (type.id() != LogicalTypeId::SQLNULL) parameters->types.emplace(name, type);
      }
      return schema;
    }
    if (first_error.ok()) first_error = schema.status();
  }
  return first_error;
}

}  // namespace

Result<QueryDescription> DescribeQuery(const QueryRequest& request, const DescriptionTools& tools) {
  sql::RewriteOptions options;
  options.numbered_placeholders = request.numbered_placeholders;
  options.keep_unbound = true;
  ASSIGN_OR_RETURN(Connection connection, tools.connect());
  ASSIGN_OR_RETURN(sql::RewrittenQuery open, tools.rewrite(request, options, connection.get()));
  Parameters parameters;
  for (const std::string& name : open.parameters) {
    if (request.parameters.count(name) == 0) parameters.names.push_back(name);
  }
  parameters.Sort();

  QueryDescription description;
  if (parameters.names.empty()) {
    description.parameters = arrow::schema(arrow::FieldVector());
    open.statement->named_param_map.clear();
    ASSIGN_OR_RETURN(description.schema, SchemaOf(std::move(connection), std::move(open)));
    return description;
  }
  if (open.kind == sql::StatementKind::kSelect) {
    // A statement that cannot be planned without values may be sound all the same; whether it is
    // shows below.
    const Status planned =
        PlanOpen(std::move(connection), std::move(open), &parameters, &description.schema);
    if (!planned.ok()) description.schema = nullptr;
  }
  if (description.schema == nullptr) {
    ASSIGN_OR_RETURN(description.schema, SchemaWithValues(request, tools, &parameters));
  }
  ASSIGN_OR_RETURN(connection, tools.connect());
  ASSIGN_OR_RETURN(description.parameters, SchemaOf(std::move(connection), parameters));
  return description;
}

}  // namespace influxdb3::query
