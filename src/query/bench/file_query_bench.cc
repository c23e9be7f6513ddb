// Queries of the Time Series Benchmark Suite over ten million rows in Parquet files:
// 12 of a day, as compaction leaves them, or 1667 of ten minutes, as snapshots do.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "buffer/buffer_store.h"
#include "catalog/catalog.h"
#include "object_store/memory_store.h"
#include "persist/file_index.h"
#include "persist/table_writer.h"
#include "query/query_engine.h"
#include "util/check.h"

namespace influxdb3::query {
namespace {

constexpr int kHosts = 100;
constexpr int kTags = 10;
constexpr int kFields = 10;
constexpr int64_t kRows = 10'000'000;
constexpr int64_t kStepNs = 10'000'000'000;
constexpr int64_t kStartNs = 1'451'606'400'000'000'000;
constexpr int64_t kStepsOfDay = 8640;
constexpr int64_t kStepsOfChunk = 60;

void Require(const util::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::abort();
}

std::string TagValue(int host, int tag) {
  if (tag == 0) return fmt::format("host_{}", host);
  return fmt::format("value_{}_{}", tag, (host * 7919) % (tag * 3 + 1));
}

class Data {
 public:
  explicit Data(int64_t steps_per_file)
      : catalog_({1000, 1000, 1000, 1000}), buffer_(&catalog_, 600'000'000'000) {
    std::vector<model::ColumnDef> columns = {{"hostname", model::ColumnType::kTag}};
    for (int i = 1; i < kTags; ++i) {
      columns.push_back({fmt::format("tag_{}", i), model::ColumnType::kTag});
    }
    for (int i = 0; i < kFields; ++i) {
      columns.push_back({fmt::format("usage_{}", i), model::ColumnType::kFloat64});
    }
    const util::DbId db(100);
    const util::TableId table(100);
    Require(catalog_.ApplyLogged({model::CreateDatabaseOp{db, "d", std::nullopt, 0},
                                  model::CreateTableOp{db, table, "cpu", columns}}));
    schema_ = catalog_.state()->FindTable(db, table);
    auto files = persist::FileIndex::Open(store_.get(), "n");
    Require(files.status());
    files_ = std::move(files).value();
    for (int host = 0; host < kHosts; ++host) hosts_.push_back(host);
    std::sort(hosts_.begin(), hosts_.end(),
              [](int a, int b) { return TagValue(a, 0) < TagValue(b, 0); });
    persist::IndexChange change;
    for (int64_t step = 0; step < kRows / kHosts; step += steps_per_file) {
      change.added.push_back(WriteFile(step, std::min(steps_per_file, kRows / kHosts - step)));
    }
    Require(files_->Commit(change, nullptr));
    QueryOptions options;
    options.parquet_cache.bytes_max = uint64_t{4} << 30;
    auto engine = QueryEngine::Open(options, &catalog_, &buffer_, &util::Clock::System(),
                                    files_.get(), store_.get());
    Require(engine.status());
    engine_ = std::move(engine).value();
  }

  int64_t Ask(const std::string& sql) {
    QueryRequest request;
    request.database = "d";
    request.sql = sql;
    auto stream = engine_->ExecuteSql(request);
    Require(stream.status());
    int64_t rows = 0;
    while (true) {
      auto batch = (*stream)->Next();
      Require(batch.status());
      if (*batch == nullptr) return rows;
      rows += (*batch)->num_rows();
    }
  }

 private:
  std::shared_ptr<const persist::ParquetFile> WriteFile(int64_t first_step, int64_t steps) {
    persist::ParquetFile file;
    file.file_id = files_->NextFileId();
    file.db_id = schema_->db_id();
    file.table_id = schema_->table_id();
    file.chunk_time_ns = kStartNs + first_step * kStepNs;
    file.path = files_->PathOf(file.db_id, file.table_id, file.chunk_time_ns, file.file_id);
    file.order = file.max_wal_seq = file.file_id;
    auto writer = persist::TableWriter::Open(store_.get(), *schema_, file, {});
    Require(writer.status());
    for (const int host : hosts_) Require((*writer)->Append(*RowsOf(host, first_step, steps)));
    auto finished = (*writer)->Finish();
    Require(finished.status());
    return std::make_shared<const persist::ParquetFile>(std::move(finished).value());
  }

  std::shared_ptr<arrow::RecordBatch> RowsOf(int host, int64_t first_step, int64_t steps) {
    arrow::ArrayVector arrays;
    for (int tag = 0; tag < kTags; ++tag) {
      arrow::StringDictionary32Builder builder;
      const std::string value = TagValue(host, tag);
      for (int64_t i = 0; i < steps; ++i) CHECK(builder.Append(value).ok());
      arrays.push_back(*builder.Finish());
    }
    for (int field = 0; field < kFields; ++field) {
      arrow::DoubleBuilder builder;
      for (int64_t i = 0; i < steps; ++i) {
        CHECK(builder.Append(static_cast<double>(random_() % 1'000'000) / 10'000).ok());
      }
      arrays.push_back(*builder.Finish());
    }
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::NANO),
                                  arrow::default_memory_pool());
    for (int64_t i = 0; i < steps; ++i) {
      CHECK(times.Append(kStartNs + (first_step + i) * kStepNs).ok());
    }
    arrays.push_back(*times.Finish());
    return arrow::RecordBatch::Make(persist::FileSchema(*schema_), steps, std::move(arrays));
  }

  catalog::Catalog catalog_;
  buffer::BufferStore buffer_;
  std::shared_ptr<const model::TableSchema> schema_;
  std::unique_ptr<object_store::ObjectStore> store_ = object_store::MakeMemoryStore();
  std::unique_ptr<persist::FileIndex> files_;
  std::vector<int> hosts_;
  std::mt19937 random_{1};
  std::unique_ptr<QueryEngine> engine_;
};

void Run(benchmark::State& state, const std::string& sql) {
  static std::unique_ptr<Data> data;
  static int64_t data_steps = 0;
  if (data_steps != state.range(0)) {
    data.reset();
    data_steps = state.range(0);
    data = std::make_unique<Data>(data_steps);
  }
  int64_t rows = data->Ask(sql);  // fills the caches
  for (auto _ : state) rows = data->Ask(sql);
  state.counters["rows"] = static_cast<double>(rows);
}

std::string Columns(const std::string& function, int count) {
  std::string columns;
  for (int i = 0; i < count; ++i) columns += fmt::format(", {}(usage_{})", function, i);
  return columns;
}

const std::string kHour = "time >= '2016-01-05T08:12:10Z' AND time < '2016-01-05T09:12:10Z'";
const std::string kHalfDay = "time >= '2016-01-05T08:12:10Z' AND time < '2016-01-05T20:12:10Z'";
const std::string kMinutely = "SELECT date_bin(INTERVAL '1 minute', time) AS minute";

void SingleGroupBy_1_1_1(benchmark::State& state) {
  Run(state, kMinutely + Columns("max", 1) + " FROM cpu WHERE hostname = 'host_17' AND " + kHour +
                 " GROUP BY 1 ORDER BY 1");
}
void SingleGroupBy_1_1_12(benchmark::State& state) {
  Run(state, kMinutely + Columns("max", 1) + " FROM cpu WHERE hostname = 'host_17' AND " +
                 kHalfDay + " GROUP BY 1 ORDER BY 1");
}
void SingleGroupBy_5_8_1(benchmark::State& state) {
  Run(state, kMinutely + Columns("max", 5) +
                 " FROM cpu WHERE hostname IN ('host_1', 'host_12', 'host_23', 'host_34', "
                 "'host_45', 'host_56', 'host_67', 'host_78') AND " +
                 kHour + " GROUP BY 1 ORDER BY 1");
}
void DoubleGroupBy_1(benchmark::State& state) {
  Run(state, "SELECT date_trunc('hour', time) AS hour, hostname" + Columns("avg", 1) +
                 " FROM cpu GROUP BY 1, 2 ORDER BY 1, 2");
}
void LastPoint(benchmark::State& state) {
  Run(state,
      "SELECT hostname, time, usage_0, usage_1, usage_2, usage_3, usage_4, usage_5, usage_6, "
      "usage_7, usage_8, usage_9 FROM (SELECT *, row_number() OVER (PARTITION BY hostname ORDER BY "
      "time DESC) AS place FROM cpu) AS points WHERE place = 1");
}
void GroupByOrderByLimit(benchmark::State& state) {
  Run(state,
      "SELECT date_bin(INTERVAL '1 minute', time) AS minute, max(usage_0) FROM cpu WHERE "
      "time < '2016-01-10T08:12:10Z' GROUP BY 1 ORDER BY 1 DESC LIMIT 5");
}
void NewestRows(benchmark::State& state) {
  Run(state, "SELECT * FROM cpu ORDER BY time DESC LIMIT 10");
}
void CountAll(benchmark::State& state) {
  Run(state, "SELECT count(*) FROM cpu");
}

#define FILE_BENCHMARK(name, steps) \
  BENCHMARK(name)->Arg(steps)->Unit(benchmark::kMillisecond)->MinTime(1)->UseRealTime()
#define FILE_BENCHMARKS(steps)                 \
  FILE_BENCHMARK(SingleGroupBy_1_1_1, steps);  \
  FILE_BENCHMARK(SingleGroupBy_1_1_12, steps); \
  FILE_BENCHMARK(SingleGroupBy_5_8_1, steps);  \
  FILE_BENCHMARK(DoubleGroupBy_1, steps);      \
  FILE_BENCHMARK(LastPoint, steps);            \
  FILE_BENCHMARK(GroupByOrderByLimit, steps);  \
  FILE_BENCHMARK(NewestRows, steps);           \
  FILE_BENCHMARK(CountAll, steps)

FILE_BENCHMARKS(kStepsOfDay);
FILE_BENCHMARKS(kStepsOfChunk);

}  // namespace
}  // namespace influxdb3::query
