// Encoding, decoding, replay and acknowledgement of batches as a monitoring agent sends them: 10
// tags, 10 fields that wander between 0 and 100, a row per host every 10 seconds.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wal/wal.h"

namespace influxdb3::wal {
namespace {

constexpr uint32_t kTags = 10;
constexpr uint32_t kFields = 10;
constexpr uint32_t kHosts = 4000;
constexpr uint32_t kRows = 5000;

struct Backing {
  std::deque<std::string> strings;
  std::vector<std::string_view> tag_values;
  std::vector<int64_t> time;
  std::vector<uint32_t> series;
  std::vector<std::vector<double>> fields{kFields};
};

/// Rows `first` to `first + rows` of a stream in which all hosts report in turn.
Record MakeRecord(uint64_t first, uint32_t rows) {
  constexpr const char* kPrefix[kTags] = {
      "host_", "eu-central-", "eu-central-1", "1", "Ubuntu16.", "x", "LON", "1", "0", "production"};
  auto backing = std::make_shared<Backing>();
  std::mt19937_64 random(first);
  model::TableBatch batch;
  batch.db_id = util::DbId(1);
  batch.table_id = util::TableId(1);
  batch.row_count = rows;
  batch.series_count = std::min(rows, kHosts);
  for (uint32_t tag = 0; tag < kTags; ++tag) batch.tag_columns.emplace_back(tag);
  for (uint32_t i = 0; i < batch.series_count; ++i) {
    const uint64_t host = (first + i) % kHosts;
    for (uint32_t tag = 0; tag < kTags; ++tag) {
      const uint64_t choice = tag == 0 ? host : host * 7 % (10 * tag);
      backing->tag_values.push_back(
          backing->strings.emplace_back(kPrefix[tag] + std::to_string(choice)));
    }
  }
  for (uint32_t i = 0; i < rows; ++i) {
    backing->time.push_back(static_cast<int64_t>((first + i) / kHosts) * 10'000'000'000);
    backing->series.push_back(i % batch.series_count);
    for (auto& field : backing->fields) field.push_back(static_cast<double>(random() % 101));
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

// Bytes are those of the columns as they are in memory, tag values included.
void CountRows(benchmark::State& state, int64_t rows, const std::string& payload) {
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(UnpackedBytes(payload)));
  state.counters["bytes_per_row"] = static_cast<double>(payload.size()) / static_cast<double>(rows);
}

void BM_Encode(benchmark::State& state) {
  const auto rows = static_cast<uint32_t>(state.range(0));
  const Record record = MakeRecord(0, rows);
  for (auto _ : state) benchmark::DoNotOptimize(EncodeRecord(record).value().size());
  CountRows(state, rows, EncodeRecord(record).value());
}
BENCHMARK(BM_Encode)->Arg(1)->Arg(100)->Arg(kRows)->Unit(benchmark::kMicrosecond);

void BM_Decode(benchmark::State& state) {
  const auto rows = static_cast<uint32_t>(state.range(0));
  const std::string payload = EncodeRecord(MakeRecord(0, rows)).value();
  for (auto _ : state) benchmark::DoNotOptimize(DecodeRecord(payload));
  CountRows(state, rows, payload);
}
BENCHMARK(BM_Decode)->Arg(1)->Arg(100)->Arg(kRows)->Unit(benchmark::kMicrosecond);

class CountingListener : public Listener {
 public:
  void OnRecord(util::WalSeq, const Record& record, bool) override {
    rows += record.batch.row_count();
  }
  uint64_t rows = 0;
};

/// A node's directory that is removed again.
class NodeDirectory {
 public:
  NodeDirectory() : path_("wal_bench." + std::to_string(::getpid())) {}
  ~NodeDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::unique_ptr<Wal> Open(Listener* listener) const {
    Options options;
    options.queue_bytes_max = size_t{1} << 30;
    std::unique_ptr<Wal> wal = OpenFileWal(path_, options).value();
    CHECK(wal->Replay({listener}).ok());
    return wal;
  }

 private:
  std::string path_;
};

/// Counts acknowledgements and waits for them.
class Acknowledgements {
 public:
  std::function<void(util::Status)> Expect() {
    return [this](util::Status status) {
      CHECK(status.ok());
      std::lock_guard lock(mutex_);
      ++count_;
      changed_.notify_all();
    };
  }
  void WaitFor(uint64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t count_ = 0;
};

void BM_Replay(benchmark::State& state) {
  constexpr uint64_t kRecords = 400;
  const NodeDirectory directory;
  {
    CountingListener listener;
    const std::unique_ptr<Wal> wal = directory.Open(&listener);
    Acknowledgements acknowledgements;
    for (uint64_t i = 0; i < kRecords; ++i) {
      auto record = std::make_shared<Record>(MakeRecord(i * kRows, kRows));
      std::string payload = EncodeRecord(*record).value();
      CHECK(wal->Submit(std::move(record), std::move(payload), acknowledgements.Expect()).ok());
    }
    acknowledgements.WaitFor(kRecords);
  }
  for (auto _ : state) {
    CountingListener listener;
    directory.Open(&listener);
    CHECK(listener.rows == kRecords * kRows);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRecords * kRows));
}
BENCHMARK(BM_Replay)->Unit(benchmark::kMillisecond)->UseRealTime();

// Argument: records in flight at a time. With one this is the time to an acknowledgement.
void BM_Acknowledge(benchmark::State& state) {
  const NodeDirectory directory;
  CountingListener listener;
  const std::unique_ptr<Wal> wal = directory.Open(&listener);
  const auto record = std::make_shared<const Record>(MakeRecord(0, 1));
  const std::string payload = EncodeRecord(*record).value();
  const auto in_flight = static_cast<uint64_t>(state.range(0));
  Acknowledgements acknowledgements;
  uint64_t submitted = 0;
  for (auto _ : state) {
    if (submitted >= in_flight) acknowledgements.WaitFor(submitted - in_flight + 1);
    CHECK(wal->Submit(record, payload, acknowledgements.Expect()).ok());
    ++submitted;
  }
  acknowledgements.WaitFor(submitted);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Acknowledge)
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000)
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
}  // namespace influxdb3::wal
