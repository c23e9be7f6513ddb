#include "query/testing/engine_fixture.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <utility>

#include "wal/record.h"

namespace influxdb3::query::testing {
namespace {

constexpr int64_t kChunkNs = 600'000'000'000;

std::string CellText(const arrow::Array& column, int64_t row) {
  if (column.IsNull(row)) return "NULL";
  const auto scalar = column.GetScalar(row);
  if (!scalar.ok()) return scalar.status().ToString();
  return (*scalar)->ToString();
}

void AppendRows(const arrow::RecordBatch& batch, Answer* answer) {
  answer->batch_rows.push_back(batch.num_rows());
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    std::string line;
    for (int column = 0; column < batch.num_columns(); ++column) {
      if (column > 0) line += '|';
      line += CellText(*batch.column(column), row);
    }
    answer->rows.push_back(std::move(line));
  }
}

}  // namespace

Answer Drain(ResultStream* stream) {
  Answer answer;
  for (const auto& field : stream->schema()->fields()) {
    answer.names.push_back(field->name());
    answer.types.push_back(field->type()->ToString());
    std::string iox_type;
    if (field->metadata() != nullptr) {
      iox_type = field->metadata()->Get("iox::column::type").ValueOr("");
    }
    answer.iox_types.push_back(iox_type);
  }
  while (true) {
    const auto batch = stream->Next();
    if (!batch.ok()) {
      answer.status = batch.status();
      return answer;
    }
    if (*batch == nullptr) return answer;
    const arrow::Status valid = (*batch)->ValidateFull();
    EXPECT_TRUE(valid.ok()) << valid.ToString();
    AppendRows(**batch, &answer);
  }
}

EngineTest::EngineTest() : catalog_({1000, 1000, 1000, 1000}), buffer_(&catalog_, kChunkNs) {
  QueryOptions options;
  options.memory_bytes_max = size_t{256} << 20;
  Open(options);
}

void EngineTest::Open(const QueryOptions& options) {
  auto engine = QueryEngine::Open(options, &catalog_, &buffer_, &clock_);
  ASSERT_TRUE(engine.ok()) << engine.status().ToString();
  engine_ = std::move(engine).value();
}

void EngineTest::Apply(std::vector<model::CatalogOp> ops) {
  const util::Status status = catalog_.ApplyLogged(ops);
  ASSERT_TRUE(status.ok()) << status.ToString();
}

ingest::BuiltBatch EngineTest::Build(const std::string& database, const std::string& lines) {
  ingest::BatchRequest request;
  request.database = database;
  request.precision = ingest::Precision::kNanosecond;
  request.accept_partial = false;
  request.received_at_ns = kNowNs;
  request.body = std::make_shared<const std::string>(lines);
  const auto state = catalog_.state();
  ingest::BuiltBatch built = ingest::BuildBatch(request, *state, catalog_.limits());
  EXPECT_TRUE(built.status.ok()) << built.status.ToString();
  return built;
}

void EngineTest::Write(const std::string& database, const std::string& lines) {
  const ingest::BuiltBatch built = Build(database, lines);
  Apply(built.ops);
  buffer_.OnRecord(util::WalSeq(1), wal::Record{built.ops, built.batch}, false);
}

util::Result<std::unique_ptr<ResultStream>> EngineTest::Execute(
    const std::string& sql, const std::map<std::string, ParameterValue>& parameters) {
  QueryRequest request;
  request.database = database_;
  request.sql = sql;
  request.parameters = parameters;
  return engine_->ExecuteSql(request);
}

Answer EngineTest::Ask(const std::string& sql,
                       const std::map<std::string, ParameterValue>& parameters) {
  auto stream = Execute(sql, parameters);
  if (stream.ok()) return Drain(stream->get());
  Answer answer;
  answer.status = stream.status();
  return answer;
}

std::vector<std::string> EngineTest::Rows(const std::string& sql) {
  const Answer answer = Ask(sql);
  EXPECT_TRUE(answer.status.ok()) << sql << ": " << answer.status.ToString();
  return answer.rows;
}

std::string EngineTest::Row(const std::string& sql) {
  const std::vector<std::string> rows = Rows(sql);
  EXPECT_EQ(rows.size(), 1U) << sql;
  return rows.empty() ? std::string() : rows[0];
}

std::string EngineTest::Error(const std::string& sql) {
  return Ask(sql).status.ToString();
}

}  // namespace influxdb3::query::testing
