#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "duckdb.hpp"

#include "query/duckdb/dialect/dialect.h"
#include "query/query_engine.h"

struct ArrowArray;

namespace arrow {
template <class T>
class Result;
}

namespace influxdb3::query {

/// A statement running in a connection of its own, fetched as Arrow batches.
class DuckDbResultStream : public ResultStream {
 public:
  /// What ends with the stream: the query's log entry, permit and deadline. Called once.
  enum class End { kSuccess, kFail, kCancel };
  using EndCallback = std::function<void(End)>;

  /// `connection` must have no other query running. `columns` as in sql::RewrittenQuery.
  DuckDbResultStream(std::unique_ptr<duckdb::Connection> connection,
                     std::vector<sql::ResultColumn> columns, EndCallback on_end);
  ~DuckDbResultStream() override;

  /// Runs the statement up to its first rows, so that errors show before any of them left; only
  /// plans it when it need not wait for rows.
  util::Status Start(duckdb::unique_ptr<duckdb::SQLStatement> statement, bool wait_for_rows);

  /// Makes schema() show columns of these types, without a statement.
  util::Status Describe(const duckdb::vector<duckdb::LogicalType>& types,
                        const duckdb::vector<duckdb::string>& names);

  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  util::Result<std::shared_ptr<arrow::RecordBatch>> Next() override;
  void Cancel() override;
  /// What Cancel does, as a function that may outlive the stream.
  std::function<void()> Canceller() const;
  /// As Cancel, but the error will say that the time limit was reached.
  void Expire();

 private:
  util::Status MakeSchema(const duckdb::vector<duckdb::LogicalType>& types,
                          duckdb::vector<duckdb::string> names);
  /// Runs the planned statement up to its first rows and takes them.
  util::Status Execute();
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> ImportBatch(ArrowArray* c_array) const;
  /// The next batch from the engine; null at the end.
  util::Result<std::shared_ptr<arrow::RecordBatch>> FetchBatch();
  void ConvertToClientTypes(duckdb::DataChunk* chunk) const;
  util::Status FailWith(const duckdb::ErrorData& error);
  void Finish(End end);

  std::unique_ptr<duckdb::Connection> connection_;
  std::vector<sql::ResultColumn> columns_;
  EndCallback on_end_;
  duckdb::unique_ptr<duckdb::PendingQueryResult> planned_;  ///< until it is executed
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  duckdb::ClientProperties client_properties_;
  duckdb::vector<duckdb::LogicalType> types_;  ///< of the batches, after unifying timestamps
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::Schema> engine_schema_;  ///< of what the engine exports
  bool has_nano_intervals_ = false;               ///< schema_ and engine_schema_ differ
  std::shared_ptr<arrow::RecordBatch> first_batch_;
  bool first_taken_ = false;
  bool exhausted_ = false;
  const std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  std::atomic<bool> expired_{false};
};

}  // namespace influxdb3::query
