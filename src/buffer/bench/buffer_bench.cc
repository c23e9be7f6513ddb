#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "buffer/buffer_store.h"
#include "catalog/catalog.h"
#include "wal/record.h"

namespace influxdb3::buffer {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kChunk = 600 * kSecond;
constexpr uint32_t kTags = 10;
constexpr uint32_t kFields = 10;
// Time, series and fields.
constexpr uint64_t kRawRowBytes = 8 + 4 + 8 * kFields;
constexpr util::DbId kDb{1};
constexpr util::TableId kTable{1};

struct Backing {
  std::deque<std::string> strings;
  std::vector<std::string_view> tag_values;
  std::vector<int64_t> time;
  std::vector<uint32_t> series;
  std::vector<std::vector<double>> fields{kFields};
};

std::string_view TagValue(uint32_t tag, uint32_t host, Backing* backing) {
  constexpr const char* kNames[kTags] = {
      "host_", "eu-central-", "eu-central-1", "", "Ubuntu", "x64", "LON", "", "", "prod"};
  const uint32_t choice = tag == 0 ? host : host * 7 % (10 * tag);
  return backing->strings.emplace_back(kNames[tag] + std::to_string(choice));
}

// `rows` rows from number `first` of a stream in which all hosts report every 10 seconds.
wal::Record MakeRecord(uint64_t first, uint32_t rows, uint32_t hosts) {
  auto backing = std::make_shared<Backing>();
  model::TableBatch batch;
  batch.db_id = kDb;
  batch.table_id = kTable;
  batch.row_count = rows;
  batch.series_count = std::min(rows, hosts);
  for (uint32_t tag = 0; tag < kTags; ++tag) batch.tag_columns.emplace_back(tag);
  for (uint32_t i = 0; i < batch.series_count; ++i) {
    const auto host = static_cast<uint32_t>((first + i) % hosts);
    for (uint32_t tag = 0; tag < kTags; ++tag) {
      backing->tag_values.push_back(TagValue(tag, host, backing.get()));
    }
  }
  for (uint32_t i = 0; i < rows; ++i) {
    backing->time.push_back(static_cast<int64_t>((first + i) / hosts) * 10 * kSecond);
    backing->series.push_back(i % batch.series_count);
    for (auto& field : backing->fields) field.push_back(static_cast<double>(i % 100));
  }
  batch.time = backing->time.data();
  batch.series = backing->series.data();
  batch.tag_values = backing->tag_values.data();
  for (uint32_t i = 0; i < kFields; ++i) {
    batch.fields.push_back({util::ColumnId(kTags + i), model::ColumnType::kFloat64,
                            backing->fields[i].data(), nullptr});
  }
  batch.min_time_ns = backing->time.front();
  batch.max_time_ns = backing->time.back();
  return {{}, {{std::move(batch)}, backing}};
}

std::vector<wal::Record> MakeStream(uint64_t rows, uint32_t batch_rows, uint32_t hosts) {
  std::vector<wal::Record> records;
  for (uint64_t row = 0; row < rows; row += batch_rows) {
    records.push_back(MakeRecord(row, batch_rows, hosts));
  }
  return records;
}

void ApplyAll(const std::vector<wal::Record>& records, BufferStore* store) {
  uint64_t seq = 0;
  for (const wal::Record& record : records) store->OnRecord(util::WalSeq(++seq), record, false);
}

// Arguments: hosts, rows of a batch.
void BM_Apply(benchmark::State& state) {
  const auto batch_rows = static_cast<uint32_t>(state.range(1));
  const std::vector<wal::Record> records =
      MakeStream(1'000'000, batch_rows, static_cast<uint32_t>(state.range(0)));
  double bytes_per_row = 0;
  for (auto _ : state) {
    auto store = std::make_unique<BufferStore>(nullptr, kChunk);
    ApplyAll(records, store.get());
    state.PauseTiming();
    bytes_per_row =
        static_cast<double>(store->stats().bytes) / static_cast<double>(store->stats().rows);
    store.reset();
    state.ResumeTiming();
  }
  const auto rows = static_cast<int64_t>(records.size() * batch_rows);
  state.SetItemsProcessed(state.iterations() * rows);
  state.counters["bytes_per_row"] = bytes_per_row;
  state.counters["of_raw_bytes"] = bytes_per_row / static_cast<double>(kRawRowBytes);
}
BENCHMARK(BM_Apply)
    ->Args({100, 5000})
    ->Args({4000, 5000})
    ->Args({100'000, 5000})
    ->Args({100, 100})
    ->Args({100, 1})
    ->Unit(benchmark::kMillisecond);

void BM_SnapshotOfAMillionRows(benchmark::State& state) {
  BufferStore store(nullptr, kChunk);
  ApplyAll(MakeStream(1'000'000, 5000, 100), &store);
  const auto last = static_cast<int64_t>(1'000'000 / 100) * 10 * kSecond;
  const model::TimeRange range{state.range(0) == 0 ? 0 : last - state.range(0) * kSecond, last};
  for (auto _ : state) benchmark::DoNotOptimize(store.Snapshot(kTable, range));
}
BENCHMARK(BM_SnapshotOfAMillionRows)->Arg(0)->Arg(3600)->Unit(benchmark::kMicrosecond);

// Neighbouring batches have changed places, as with several writers: every series is suspect, none
// has duplicates.
void BM_SnapshotOutOfOrder(benchmark::State& state) {
  std::vector<wal::Record> records = MakeStream(240'000, 5000, 4000);
  for (size_t i = 0; i + 1 < records.size(); i += 2) std::swap(records[i], records[i + 1]);
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<BufferStore>(nullptr, kChunk);
    ApplyAll(records, store.get());
    state.ResumeTiming();
    benchmark::DoNotOptimize(store->Snapshot(kTable, {}));
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_SnapshotOutOfOrder)->Unit(benchmark::kMillisecond);

void BM_RowsOfSeries(benchmark::State& state) {
  BufferStore store(nullptr, kChunk);
  ApplyAll(MakeStream(1'000'000, 5000, 4000), &store);
  const auto snapshot = store.Snapshot(kTable, {});
  std::vector<uint32_t> rows;
  uint32_t series = 0;
  for (auto _ : state) {
    snapshot->RowsOfSeries(snapshot->chunks()[1], series++ % 4000, &rows);
    benchmark::DoNotOptimize(rows.data());
  }
}
BENCHMARK(BM_RowsOfSeries);

// Argument: out of how many batches one is written twice.
void BM_MergeDuplicates(benchmark::State& state) {
  const std::vector<wal::Record> records = MakeStream(200'000, 5000, 4000);
  int64_t rows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<BufferStore>(nullptr, kChunk);
    ApplyAll(records, store.get());
    for (size_t i = 0; i < records.size(); i += static_cast<size_t>(state.range(0))) {
      store->OnRecord(util::WalSeq(1), records[i], false);
      rows += records[i].batch.tables[0].row_count;
    }
    state.ResumeTiming();
    benchmark::DoNotOptimize(store->Snapshot(kTable, {}));
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(BM_MergeDuplicates)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace influxdb3::buffer
