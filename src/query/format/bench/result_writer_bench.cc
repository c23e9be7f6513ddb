#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "arrow/api.h"

#include "query/format/result_writer.h"

namespace influxdb3::query {
namespace {

constexpr int64_t kRows = 100'000;
constexpr int64_t kBatchRows = 2048;
constexpr int kFields = 10;

/// What TSBS's high-cpu-all reads: a time, a host name and ten usages of a few decimals.
std::vector<std::shared_ptr<arrow::RecordBatch>> HighCpuBatches(int decimals_per_unit) {
  arrow::FieldVector fields = {arrow::field("hostname", arrow::utf8()),
                               arrow::field("time", arrow::timestamp(arrow::TimeUnit::NANO))};
  for (int i = 0; i < kFields; ++i) {
    fields.push_back(arrow::field("usage_" + std::to_string(i), arrow::float64()));
  }
  const auto schema = arrow::schema(fields);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (int64_t first = 0; first < kRows; first += kBatchRows) {
    const int64_t rows = std::min(kBatchRows, kRows - first);
    arrow::StringBuilder hosts;
    arrow::TimestampBuilder times(fields[1]->type(), arrow::default_memory_pool());
    std::vector<arrow::DoubleBuilder> usages(kFields);
    for (int64_t row = first; row < first + rows; ++row) {
      (void)hosts.Append("host_" + std::to_string(row % 100));
      (void)times.Append(1'451'606'400'000'000'000 + row * 10'000'000'000);
      for (int i = 0; i < kFields; ++i) {
        const auto units = static_cast<double>((row * 7919 + i * 104729) % 100'000'000);
        (void)usages[static_cast<size_t>(i)].Append(units / decimals_per_unit);
      }
    }
    arrow::ArrayVector arrays = {*hosts.Finish(), *times.Finish()};
    for (auto& usage : usages) arrays.push_back(*usage.Finish());
    batches.push_back(arrow::RecordBatch::Make(schema, rows, std::move(arrays)));
  }
  return batches;
}

void WriteAll(benchmark::State& state, ResultFormat format) {
  // Few decimals, or as many digits as a double has.
  const auto batches = HighCpuBatches(state.range(0) == 0 ? 1'000'000 : 30'030'007);
  size_t body_bytes = 0;
  for (auto _ : state) {
    auto writer = std::move(ResultWriter::Make(format, batches.front()->schema())).value();
    std::string body;
    for (const auto& batch : batches) {
      if (format != ResultFormat::kPretty) body.clear();
      (void)writer->Write(*batch, &body);
      body_bytes += body.size();
    }
    (void)writer->Finish(&body);
    benchmark::DoNotOptimize(body);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(static_cast<int64_t>(body_bytes));
}

void BM_Json(benchmark::State& state) {
  WriteAll(state, ResultFormat::kJson);
}
void BM_Csv(benchmark::State& state) {
  WriteAll(state, ResultFormat::kCsv);
}
void BM_Pretty(benchmark::State& state) {
  WriteAll(state, ResultFormat::kPretty);
}
void BM_Parquet(benchmark::State& state) {
  WriteAll(state, ResultFormat::kParquet);
}
BENCHMARK(BM_Json)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Csv)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Pretty)->Arg(0)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Parquet)->Arg(0)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace influxdb3::query
