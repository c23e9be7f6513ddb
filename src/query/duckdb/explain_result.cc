#include "query/duckdb/explain_result.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

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

/// Empty for a row that is not shown: the plan before it was optimised.
std::string_view PlanType(std::string_view engine_key) {
  if (engine_key == "logical_opt") return "logical_plan";
  if (engine_key == "physical_plan") return "physical_plan";
  if (engine_key == "analyzed_plan") return "Plan with Metrics";
  return {};
}

bool IsShown(std::string_view type, sql::StatementKind kind) {
  switch (kind) {
    case sql::StatementKind::kExplainTree: return type == "physical_plan";
    case sql::StatementKind::kExplainPgJson:
    case sql::StatementKind::kExplainGraphviz: return type == "logical_plan";
    default: return !type.empty();
  }
}

/// A node of the engine's plan with the names that PostgreSQL's have.
nlohmann::json PgNode(const nlohmann::json& node) {
  nlohmann::json made = nlohmann::json::object();
  made["Node Type"] = node.value("name", "");
  if (const auto details = node.find("extra_info"); details != node.end()) {
    for (const auto& [name, value] : details->items()) {
      if (!name.empty() && name.rfind("__", 0) != 0) made[name] = value;
    }
  }
  made["Plans"] = nlohmann::json::array();
  if (const auto children = node.find("children"); children != node.end()) {
    for (const nlohmann::json& child : *children) made["Plans"].push_back(PgNode(child));
  }
  return made;
}

/// The engine's plan in JSON as PostgreSQL's tools read it. The depth of plans is bounded.
std::string PgJson(std::string_view plan) {
  const auto parsed = nlohmann::json::parse(plan, nullptr, false);
  nlohmann::json made = nlohmann::json::array();
  if (parsed.is_array()) {
    for (const nlohmann::json& root : parsed) made.push_back({{"Plan", PgNode(root)}});
  }
  return made.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

arrow::Status AppendPlans(const arrow::RecordBatch& batch, sql::StatementKind kind,
                          arrow::StringBuilder* types, arrow::StringBuilder* plans) {
  const auto& keys = static_cast<const arrow::StringArray&>(*batch.column(0));
  const auto& values = static_cast<const arrow::StringArray&>(*batch.column(1));
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    const std::string_view type = PlanType(keys.GetView(row));
    if (!IsShown(type, kind)) continue;
    ARROW_RETURN_NOT_OK(types->Append(type));
    if (kind == sql::StatementKind::kExplainPgJson) {
      ARROW_RETURN_NOT_OK(plans->Append(PgJson(values.GetView(row))));
    } else {
      ARROW_RETURN_NOT_OK(plans->Append(values.GetView(row)));
    }
  }
  return arrow::Status::OK();
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> FinishPlans(arrow::StringBuilder* types,
                                                               arrow::StringBuilder* plans) {
  ARROW_ASSIGN_OR_RAISE(auto type_array, types->Finish());
  ARROW_ASSIGN_OR_RAISE(auto plan_array, plans->Finish());
  std::shared_ptr<arrow::Schema> schema = ExplainSchema();
  const int64_t row_count = type_array->length();
  return arrow::RecordBatch::Make(std::move(schema), row_count,
                                  {std::move(type_array), std::move(plan_array)});
}

}  // namespace

duckdb::unique_ptr<duckdb::SQLStatement> MakeExplainStatement(sql::RewrittenQuery query) {
  const auto type = query.kind == sql::StatementKind::kExplainAnalyze
                        ? duckdb::ExplainType::EXPLAIN_ANALYZE
                        : duckdb::ExplainType::EXPLAIN_STANDARD;
  const auto format = query.kind == sql::StatementKind::kExplainPgJson ? duckdb::ExplainFormat::JSON
                      : query.kind == sql::StatementKind::kExplainGraphviz
                          ? duckdb::ExplainFormat::GRAPHVIZ
                          : duckdb::ExplainFormat::DEFAULT;
  return duckdb::make_uniq<duckdb::ExplainStatement>(std::move(query.statement), type, format);
}

std::shared_ptr<arrow::Schema> ExplainSchema() {
  return arrow::schema({arrow::field("plan_type", arrow::utf8(), false),
                        arrow::field("plan", arrow::utf8(), false)});
}

Result<std::unique_ptr<ResultStream>> MakeExplainResult(ResultStream* engine_rows,
                                                        sql::StatementKind kind) {
  arrow::StringBuilder types;
  arrow::StringBuilder plans;
  while (true) {
    ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> batch, engine_rows->Next());
    if (batch == nullptr) break;
    const arrow::Status status = AppendPlans(*batch, kind, &types, &plans);
    if (!status.ok()) return Status::Internal(status.message());
  }
  auto batch = FinishPlans(&types, &plans);
  if (!batch.ok()) return Status::Internal(batch.status().message());
  return std::unique_ptr<ResultStream>(std::make_unique<SingleBatchStream>(*std::move(batch)));
}

}  // namespace influxdb3::query
