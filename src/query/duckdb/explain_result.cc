#include "query/duckdb/explain_result.h"

#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <string>
#include <utility>

#include "duckdb/parser/statement/explain_statement.hpp"

namespace influxdb3::query {
namespace {

using util::Result;
using util::Status;

/// A result that is complete before it is fetched.
class SingleBatchStream : public ResultStream {
 public:
  explicit SingleBatchStream(std::shared_ptr<arrow::RecordBatch> batch)
      : schema_(batch->schema()), batch_(std::move(batch)) {}
  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    return std::exchange(batch_, nullptr);
  }
  void Cancel() override {}

 private:
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::RecordBatch> batch_;
};

std::string PlanType(const std::string& engine_key) {
  return engine_key == "analyzed_plan" ? "Plan with Metrics" : engine_key;
}

}  // namespace

Result<std::unique_ptr<ResultStream>> ExplainQuery(duckdb::Connection* connection,
                                                   sql::RewrittenQuery query) {
  const auto type = query.kind == sql::StatementKind::kExplainAnalyze
                        ? duckdb::ExplainType::EXPLAIN_ANALYZE
                        : duckdb::ExplainType::EXPLAIN_STANDARD;
  const auto result = connection->Query(
      duckdb::make_uniq<duckdb::ExplainStatement>(std::move(query.statement), type));
  if (result->HasError()) return sql::TranslateError(result->GetErrorObject());
  arrow::StringBuilder types;
  arrow::StringBuilder plans;
  for (duckdb::idx_t row = 0; row < result->RowCount(); ++row) {
    arrow::Status status = types.Append(PlanType(result->GetValue(0, row).ToString()));
    if (status.ok()) status = plans.Append(result->GetValue(1, row).ToString());
    if (!status.ok()) return Status::Internal(status.message());
  }
  auto type_array = types.Finish();
  auto plan_array = plans.Finish();
  if (!type_array.ok() || !plan_array.ok()) return Status::Internal("the plan cannot be shown");
  auto schema = arrow::schema({arrow::field("plan_type", arrow::utf8(), false),
                               arrow::field("plan", arrow::utf8(), false)});
  auto batch = arrow::RecordBatch::Make(std::move(schema), (*type_array)->length(),
                                        {*type_array, *plan_array});
  return std::unique_ptr<ResultStream>(std::make_unique<SingleBatchStream>(std::move(batch)));
}

}  // namespace influxdb3::query
