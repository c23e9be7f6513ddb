#include "server/flight/flight_sql.h"

#include <utility>

#include <arrow/array.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/key_value_metadata.h>

#include "server/flight/flight_status.h"
#include "server/flight/parameter_binding.h"
#include "server/flight/sql_info.h"
#include "server/flight/xdbc_types.h"
#include "server/uuid.h"

namespace influxdb3::server::flight {

namespace fl = arrow::flight;
using query::QueryRequest;
using util::Result;
using util::Status;

namespace {

constexpr size_t kBoundRowsMax = 1000;
constexpr size_t kHandleBytesMax = size_t{1} << 20;
constexpr size_t kStatementsRememberedMax = 10'000;
constexpr size_t kValuesRememberedBytesMax = size_t{64} << 20;

Status FromArrow(const arrow::Status& status) {
  return status.ok() ? Status::Ok() : Status::Internal("Arrow error: " + status.message());
}

Result<std::string> Serialise(const arrow::Schema& schema) {
  const auto bytes = arrow::ipc::SerializeSchema(schema);
  if (!bytes.ok()) return FromArrow(bytes.status());
  return (*bytes)->ToString();
}

/// The JDBC driver puts milliseconds into values of whatever unit is announced.
std::shared_ptr<arrow::Schema> AnnouncedParameters(const arrow::Schema& parameters) {
  arrow::FieldVector fields = parameters.fields();
  for (auto& field : fields) {
    if (field->type()->id() != arrow::Type::TIMESTAMP) continue;
    field = field->WithType(arrow::timestamp(arrow::TimeUnit::MILLI));
  }
  return arrow::schema(std::move(fields));
}

QueryRequest RequestFor(const std::string& database, const std::string& sql) {
  QueryRequest request;
  request.database = database;
  request.sql = sql;
  request.query_type = "flightsql";
  return request;
}

QueryRequest RequestFor(const std::string& database, const PreparedStatement& statement,
                        const ParameterRow& row) {
  QueryRequest request = RequestFor(database, statement.query);
  request.numbered_placeholders = true;
  request.parameters = row;
  return request;
}

std::string Quoted(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

/// All values that the client sends, within limits.
Result<std::vector<ParameterRow>> ReadRows(fl::FlightMessageReader* values,
                                           const std::vector<std::string>& parameters) {
  std::vector<ParameterRow> rows;
  while (true) {
    const auto chunk = values->Next();
    if (!chunk.ok()) return Status::InvalidArgument(chunk.status().message());
    if (chunk->data == nullptr) return rows;
    if (rows.size() + static_cast<size_t>(chunk->data->num_rows()) > kBoundRowsMax) {
      return Status::InvalidArgument("more than " + std::to_string(kBoundRowsMax) +
                                     " rows of values are bound at once");
    }
    ASSIGN_OR_RETURN(std::vector<ParameterRow> more, BindRows(*chunk->data, parameters));
    for (ParameterRow& row : more) rows.push_back(std::move(row));
  }
}

/// Appends the tables of a batch of information_schema.tables that the command asks for.
void AppendTables(const arrow::RecordBatch& batch, const Command& command,
                  const CommandContext& context, std::vector<ListedTable>* tables) {
  const auto text = [&batch](int column, int64_t row) {
    return static_cast<const arrow::StringArray&>(*batch.column(column)).GetString(row);
  };
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    ListedTable table{text(0, row), text(1, row), text(2, row), ""};
    if (table.type == "BASE TABLE") table.type = context.base_table_type;
    if (IsListed(command, table)) tables->push_back(std::move(table));
  }
}

}  // namespace

FlightSql::FlightSql(query::QueryEngine* queries)
    : queries_(queries), bound_values_(kStatementsRememberedMax, kValuesRememberedBytesMax) {}

Result<query::QueryDescription> FlightSql::Describe(const QueryRequest& request) {
  Result<query::QueryDescription> description = queries_->DescribeSql(request);
  if (!description.ok()) return ToQueryError(description.status(), QueryPhase::kDescribe);
  return description;
}

Status FlightSql::CheckDatabase(const std::string& database) {
  return queries_->DescribeSql(RequestFor(database, "SELECT 1")).status();
}

Result<PreparedStatement> FlightSql::FindStatement(const std::string& handle) const {
  ASSIGN_OR_RETURN(PreparedStatement statement, PreparedStatement::FromHandle(handle));
  if (statement.rows.empty()) statement.rows = bound_values_.Get(statement.id);
  return statement;
}

Result<std::shared_ptr<arrow::Schema>> FlightSql::SchemaOf(const Command& command,
                                                           const CommandContext& context) {
  QueryRequest request;
  switch (command.kind) {
    case CommandKind::kStatementQuery: request = RequestFor(context.database, command.query); break;
    case CommandKind::kPreparedStatementQuery: {
      ASSIGN_OR_RETURN(const PreparedStatement statement, FindStatement(command.handle));
      const ParameterRow row = statement.rows.empty() ? ParameterRow() : statement.rows.front();
      request = RequestFor(context.database, statement, row);
      break;
    }
    case CommandKind::kCreatePreparedStatement:
    case CommandKind::kClosePreparedStatement:
      return Status::InvalidArgument(
          "Error while planning query: Protocol error. Method GetFlightInfo does not expect an "
          "action");
    default: {
      RETURN_IF_ERROR(CheckDatabase(context.database));
      if (command.kind == CommandKind::kGetSqlInfo) return SqlInfoSchema();
      if (command.kind == CommandKind::kGetXdbcTypeInfo) return XdbcTypeSchema();
      return MetadataSchema(command);
    }
  }
  ASSIGN_OR_RETURN(const query::QueryDescription description, Describe(request));
  return description.schema;
}

Result<std::vector<ListedTable>> FlightSql::ListTables(const Command& command,
                                                       const CommandContext& context) {
  const std::string sql =
      "SELECT table_schema, table_name, table_type FROM information_schema.tables";
  ASSIGN_OR_RETURN(const auto stream, queries_->ExecuteSql(RequestFor(context.database, sql)));
  std::vector<ListedTable> tables;
  while (true) {
    ASSIGN_OR_RETURN(const BatchPointer batch, stream->Next());
    if (batch == nullptr) break;
    AppendTables(*batch, command, context, &tables);
  }
  if (!command.include_schema) return tables;
  std::vector<ListedTable> described;
  for (ListedTable& table : tables) {
    const std::string all = "SELECT * FROM " + Quoted(table.schema) + "." + Quoted(table.name);
    const Result<query::QueryDescription> description =
        queries_->DescribeSql(RequestFor(context.database, all));
    // A table may be dropped while they are listed.
    if (!description.ok()) continue;
    ASSIGN_OR_RETURN(table.columns_bytes, Serialise(*description->schema));
    described.push_back(std::move(table));
  }
  return described;
}

Result<FlightSql::Answer> FlightSql::AnswerTo(const Command& command,
                                              const CommandContext& context) {
  Answer answer;
  arrow::Result<BatchPointer> rows = arrow::Status::Invalid("no rows");
  switch (command.kind) {
    case CommandKind::kStatementQuery:
      answer.requests.push_back(RequestFor(context.database, command.query));
      return answer;
    case CommandKind::kPreparedStatementQuery: {
      ASSIGN_OR_RETURN(PreparedStatement statement, FindStatement(command.handle));
      if (statement.rows.empty()) statement.rows.emplace_back();
      for (const ParameterRow& row : statement.rows) {
        answer.requests.push_back(RequestFor(context.database, statement, row));
      }
      return answer;
    }
    case CommandKind::kCreatePreparedStatement:
    case CommandKind::kClosePreparedStatement:
      return Status::InvalidArgument(
          "Error while planning query: Protocol error. Method DoGet does not expect an action");
    case CommandKind::kGetSqlInfo: rows = SqlInfoRows(command.infos); break;
    case CommandKind::kGetXdbcTypeInfo: rows = XdbcTypeRows(command.data_type); break;
    default: {
      std::vector<ListedTable> tables;
      if (command.kind == CommandKind::kGetTables) {
        ASSIGN_OR_RETURN(tables, ListTables(command, context));
      }
      rows = MetadataRows(command, std::move(tables), context.base_table_type);
    }
  }
  RETURN_IF_ERROR(CheckDatabase(context.database));
  if (!rows.ok()) return FromArrow(rows.status());
  answer.rows = std::move(rows).ValueUnsafe();
  return answer;
}

Result<std::string> FlightSql::CreatePreparedStatement(const Command& command,
                                                       const std::string& database) {
  PreparedStatement statement;
  statement.query = command.query;
  statement.id = RandomUuid();
  ASSIGN_OR_RETURN(const query::QueryDescription description,
                   Describe(RequestFor(database, statement, {})));
  ASSIGN_OR_RETURN(const std::string dataset, Serialise(*description.schema));
  ASSIGN_OR_RETURN(const std::string parameters,
                   Serialise(*AnnouncedParameters(*description.parameters)));
  return MakeCreatePreparedStatementResult(statement.ToHandle(), dataset, parameters);
}

Status FlightSql::ClosePreparedStatement(const Command& command) {
  ASSIGN_OR_RETURN(const PreparedStatement statement,
                   PreparedStatement::FromHandle(command.handle));
  bound_values_.Remove(statement.id);
  return Status::Ok();
}

Result<std::string> FlightSql::Bind(const Command& command, const std::string& database,
                                    fl::FlightMessageReader* values) {
  if (command.kind != CommandKind::kPreparedStatementQuery) {
    return Status::InvalidArgument(
        "Error while planning query: Protocol error. Method DoPut does not expect this command");
  }
  ASSIGN_OR_RETURN(PreparedStatement statement, PreparedStatement::FromHandle(command.handle));
  ASSIGN_OR_RETURN(const query::QueryDescription description,
                   Describe(RequestFor(database, statement, {})));
  ASSIGN_OR_RETURN(statement.rows, ReadRows(values, description.parameters->field_names()));
  std::string handle = statement.ToHandle();
  if (handle.size() > kHandleBytesMax) {
    return Status::InvalidArgument("the bound values take more than " +
                                   std::to_string(kHandleBytesMax) + " bytes");
  }
  if (!statement.id.empty()) {
    bound_values_.Put(statement.id, std::move(statement.rows), handle.size());
  }
  return MakeDoPutPreparedStatementResult(handle);
}

}  // namespace influxdb3::server::flight
