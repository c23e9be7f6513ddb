#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/flight/server.h>

#include "query/query_engine.h"
#include "server/flight/flight_sql_command.h"
#include "server/flight/metadata_tables.h"
#include "server/flight/prepared_statement.h"
#include "util/result.h"

namespace influxdb3::server::flight {

/// Where a Flight SQL command is to be answered.
struct CommandContext {
  std::string database;
  std::string base_table_type = "BASE TABLE";  ///< what ordinary tables are called
};

/// Answers Flight SQL commands. Statuses carry the text that clients must see. Thread-safe.
class FlightSql {
 public:
  explicit FlightSql(query::QueryEngine* queries);

  /// The columns of the answer.
  util::Result<std::shared_ptr<arrow::Schema>> SchemaOf(const Command& command,
                                                        const CommandContext& context);

  /// The answer: either rows, or the statements that give them one after the other.
  struct Answer {
    std::shared_ptr<arrow::RecordBatch> rows;
    std::vector<query::QueryRequest> requests;
  };
  util::Result<Answer> AnswerTo(const Command& command, const CommandContext& context);

  /// The serialised reply to ActionCreatePreparedStatementRequest.
  util::Result<std::string> CreatePreparedStatement(const Command& command,
                                                    const std::string& database);
  util::Status ClosePreparedStatement(const Command& command);
  /// Binds the values that the client sends; the serialised reply.
  util::Result<std::string> Bind(const Command& command, const std::string& database,
                                 arrow::flight::FlightMessageReader* values);

 private:
  using BatchPointer = std::shared_ptr<arrow::RecordBatch>;

  util::Status CheckDatabase(const std::string& database);
  util::Result<query::QueryDescription> Describe(const query::QueryRequest& request);
  /// The statement with the values that are bound to it, wherever they are.
  util::Result<PreparedStatement> FindStatement(const std::string& handle) const;
  util::Result<std::vector<ListedTable>> ListTables(const Command& command,
                                                    const CommandContext& context);

  query::QueryEngine* const queries_;
  BoundValues bound_values_;
};

}  // namespace influxdb3::server::flight
