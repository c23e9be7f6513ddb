#include "query/duckdb/duckdb_result_stream.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <utility>

#include "duckdb/common/arrow/arrow_appender.hpp"
#include "duckdb/common/arrow/arrow_converter.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/main/stream_query_result.hpp"

#include "model/column_type.h"
#include "query/duckdb/dialect/interval_literal.h"
#include "query/duckdb/result_types.h"

namespace influxdb3::query {
namespace {

using duckdb::LogicalType;
using util::Result;
using util::Status;
using util::StatusCode;

constexpr duckdb::idx_t kBatchRowsMax = 8192;

Status FromArrow(const arrow::Status& status) {
  return status.ok() ? Status::Ok() : Status::Internal("Arrow error: " + status.message());
}

}  // namespace

DuckDbResultStream::DuckDbResultStream(std::unique_ptr<duckdb::Connection> connection,
                                       std::vector<sql::ResultColumn> columns, EndCallback on_end)
    : connection_(std::move(connection)),
      columns_(std::move(columns)),
      on_end_(std::move(on_end)) {}

DuckDbResultStream::~DuckDbResultStream() {
  // A query nobody fetches from any more must not run on.
  if (!exhausted_) connection_->Interrupt();
  planned_.reset();
  result_.reset();
  Finish(End::kCancel);
}

void DuckDbResultStream::Finish(End end) {
  if (!on_end_) return;
  std::exchange(on_end_, nullptr)(end);
}

Status DuckDbResultStream::FailWith(const duckdb::ErrorData& error) {
  exhausted_ = true;
  // Frees what the query holds at once; its reader may keep the stream for a while.
  planned_.reset();
  result_.reset();
  if (expired_.load()) {
    Finish(End::kCancel);
    return Status(StatusCode::kDeadlineExceeded,
                  "the query was stopped because it ran longer than the time limit");
  }
  if (cancelled_->load()) {
    Finish(End::kCancel);
    return Status(StatusCode::kCancelled, "the query was cancelled");
  }
  Finish(End::kFail);
  return sql::TranslateError(error);
}

Status DuckDbResultStream::Start(duckdb::unique_ptr<duckdb::SQLStatement> statement,
                                 bool wait_for_rows) {
  // The engine forgets an interrupt that comes before the query.
  if (cancelled_->load()) return FailWith(duckdb::ErrorData());
  try {
    planned_ = connection_->PendingQuery(std::move(statement),
                                         duckdb::QueryResultOutputType::ALLOW_STREAMING);
    if (planned_->HasError()) return FailWith(duckdb::ErrorData(planned_->GetErrorObject()));
    RETURN_IF_ERROR(MakeSchema(planned_->types, planned_->names));
  } catch (const std::exception& exception) {
    return FailWith(duckdb::ErrorData(exception));
  }
  return wait_for_rows ? Execute() : Status::Ok();
}

Status DuckDbResultStream::Execute() {
  if (expired_.load() || cancelled_->load()) return FailWith(duckdb::ErrorData());
  try {
    result_ = planned_->Execute();
    planned_.reset();
    if (result_->HasError()) return FailWith(duckdb::ErrorData(result_->GetErrorObject()));
  } catch (const std::exception& exception) {
    return FailWith(duckdb::ErrorData(exception));
  }
  ASSIGN_OR_RETURN(first_batch_, FetchBatch());
  return Status::Ok();
}

Status DuckDbResultStream::Describe(const duckdb::vector<LogicalType>& types,
                                    const duckdb::vector<duckdb::string>& names) {
  try {
    return MakeSchema(types, names);
  } catch (const std::exception& exception) {
    return FailWith(duckdb::ErrorData(exception));
  }
}

Status DuckDbResultStream::MakeSchema(const duckdb::vector<LogicalType>& types,
                                      duckdb::vector<duckdb::string> names) {
  client_properties_ = connection_->context->GetClientProperties();
  for (const LogicalType& type : types) types_.push_back(ClientType(type));
  ArrowSchema c_schema;
  for (size_t i = 0; i < columns_.size() && i < names.size(); ++i) names[i] = columns_[i].name;
  duckdb::ArrowConverter::ToArrowSchema(&c_schema, types_, names, client_properties_);
  auto imported = arrow::ImportSchema(&c_schema);
  if (!imported.ok()) return FromArrow(imported.status());
  std::vector<std::shared_ptr<arrow::Field>> fields = (*imported)->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (sql::IsNanoInterval(types_[i])) {
      has_nano_intervals_ = true;
    } else if (auto own_type = OwnArrowType(types_[i])) {
      fields[i] = fields[i]->WithType(own_type);
    }
    if (i >= columns_.size()) continue;
    fields[i] = fields[i]->WithNullable(columns_[i].nullable);
    if (columns_[i].iox_type.empty()) continue;
    fields[i] = fields[i]->WithMetadata(
        arrow::key_value_metadata({std::string(model::kIoxColumnTypeKey)}, {columns_[i].iox_type}));
  }
  engine_schema_ = arrow::schema(fields);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (sql::IsNanoInterval(types_[i])) fields[i] = fields[i]->WithType(OwnArrowType(types_[i]));
  }
  schema_ = arrow::schema(std::move(fields));
  return Status::Ok();
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> DuckDbResultStream::ImportBatch(
    ArrowArray* c_array) const {
  ARROW_ASSIGN_OR_RAISE(auto batch, arrow::ImportRecordBatch(c_array, engine_schema_));
  if (!has_nano_intervals_) return batch;
  std::vector<std::shared_ptr<arrow::Array>> columns = batch->columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!sql::IsNanoInterval(types_[i])) continue;
    ARROW_ASSIGN_OR_RAISE(columns[i], NanoIntervalsFromStructs(*columns[i]));
  }
  return arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
}

void DuckDbResultStream::ConvertToClientTypes(duckdb::DataChunk* chunk) const {
  for (size_t i = 0; i < types_.size(); ++i) {
    if (chunk->data[i].GetType() == types_[i]) continue;
    duckdb::Vector converted(types_[i], chunk->size());
    duckdb::VectorOperations::DefaultCast(chunk->data[i], converted, chunk->size());
    chunk->data[i].ReferenceAndSetType(converted);
  }
}

Result<std::shared_ptr<arrow::RecordBatch>> DuckDbResultStream::FetchBatch() {
  std::shared_ptr<arrow::RecordBatch> none;
  if (exhausted_) return none;
  if (expired_.load() || cancelled_->load()) return FailWith(duckdb::ErrorData());
  try {
    duckdb::unordered_map<duckdb::idx_t, const duckdb::shared_ptr<duckdb::ArrowTypeExtensionData>>
        extensions;
    duckdb::ArrowAppender appender(types_, STANDARD_VECTOR_SIZE, client_properties_, extensions);
    while (appender.RowCount() < kBatchRowsMax) {
      duckdb::unique_ptr<duckdb::DataChunk> chunk = result_->Fetch();
      if (result_->HasError()) return FailWith(duckdb::ErrorData(result_->GetErrorObject()));
      if (!chunk || chunk->size() == 0) {
        exhausted_ = true;
        break;
      }
      ConvertToClientTypes(chunk.get());
      appender.Append(*chunk, 0, chunk->size(), chunk->size());
      // Small answers and the first rows of large ones leave at once.
      if (first_batch_ == nullptr && !first_taken_) break;
    }
    if (appender.RowCount() == 0) return none;
    ArrowArray c_array = appender.Finalize();
    auto batch = ImportBatch(&c_array);
    if (!batch.ok()) {
      Finish(End::kFail);
      return FromArrow(batch.status());
    }
    return std::move(batch).ValueUnsafe();
  } catch (const std::exception& exception) {
    return FailWith(duckdb::ErrorData(exception));
  }
}

Result<std::shared_ptr<arrow::RecordBatch>> DuckDbResultStream::Next() {
  std::shared_ptr<arrow::RecordBatch> batch;
  if (planned_ != nullptr) RETURN_IF_ERROR(Execute());
  if (!first_taken_) {
    first_taken_ = true;
    batch = std::move(first_batch_);
  } else {
    ASSIGN_OR_RETURN(batch, FetchBatch());
  }
  if (batch == nullptr && exhausted_) Finish(End::kSuccess);
  return batch;
}

void DuckDbResultStream::Cancel() {
  cancelled_->store(true);
  connection_->Interrupt();
}

std::function<void()> DuckDbResultStream::Canceller() const {
  duckdb::weak_ptr<duckdb::ClientContext> weak_context(connection_->context);
  return [weak_context, cancelled = cancelled_]() {
    cancelled->store(true);
    if (const auto context = weak_context.lock()) context->Interrupt();
  };
}

void DuckDbResultStream::Expire() {
  expired_.store(true);
  connection_->Interrupt();
}

}  // namespace influxdb3::query
