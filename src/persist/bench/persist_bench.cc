// Writing, reading and merging files as a monitoring agent fills them: 10 tags, 10 fields that
// wander between 0 and 100, a row per host every 10 seconds.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>

#include "object_store/file_store.h"
#include "object_store/memory_store.h"
#include "object_store/testing/temporary_directory.h"
#include "persist/compactor.h"
#include "persist/file_index.h"
#include "persist/merge_reader.h"
#include "persist/table_writer.h"
#include "util/check.h"

namespace influxdb3::persist {
namespace {

constexpr int kTags = 10;
constexpr int kFields = 10;
constexpr int kHosts = 4000;
constexpr int kRowsPerHost = 60;  // ten minutes

std::shared_ptr<const model::TableSchema> Schema() {
  std::vector<model::ColumnDef> columns;
  for (int i = 0; i < kTags; ++i) {
    columns.push_back({"tag" + std::to_string(i), model::ColumnType::kTag});
  }
  for (int i = 0; i < kFields; ++i) {
    columns.push_back({"field" + std::to_string(i), model::ColumnType::kFloat64});
  }
  return std::make_shared<model::TableSchema>(util::DbId(1), util::TableId(1), "cpu", columns);
}

/// The rows of one host after the other, from `first_ns` on.
std::vector<std::shared_ptr<arrow::RecordBatch>> Batches(int64_t first_ns) {
  const auto schema = FileSchema(*Schema());
  std::vector<std::string> hosts;
  for (int i = 0; i < kHosts; ++i) hosts.push_back("host_" + std::to_string(i));
  std::sort(hosts.begin(), hosts.end());
  arrow::StringBuilder host_values;
  CHECK(host_values.AppendValues(hosts).ok());
  const auto host_dictionary = host_values.Finish().ValueOrDie();
  arrow::StringBuilder other_values;
  CHECK(other_values.AppendValues({"eu-central-1"}).ok());
  const auto other_dictionary = other_values.Finish().ValueOrDie();

  std::mt19937_64 random(static_cast<uint64_t>(first_ns));
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  constexpr int kHostsPerBatch = 100;
  for (int host = 0; host < kHosts; host += kHostsPerBatch) {
    arrow::Int32Builder host_codes;
    arrow::Int32Builder other_codes;
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::NANO),
                                  arrow::default_memory_pool());
    std::vector<arrow::DoubleBuilder> fields(kFields);
    for (int row = 0; row < kHostsPerBatch * kRowsPerHost; ++row) {
      CHECK(host_codes.Append(host + row / kRowsPerHost).ok());
      CHECK(other_codes.Append(0).ok());
      CHECK(times.Append(first_ns + row % kRowsPerHost * int64_t{10'000'000'000}).ok());
      for (auto& field : fields) CHECK(field.Append(static_cast<double>(random() % 101)).ok());
    }
    arrow::ArrayVector columns;
    const auto tag_type = schema->field(0)->type();
    const auto codes = other_codes.Finish().ValueOrDie();
    for (int i = 0; i < kTags; ++i) {
      columns.push_back(
          i == 0
              ? arrow::DictionaryArray::FromArrays(tag_type, host_codes.Finish().ValueOrDie(),
                                                   host_dictionary)
                    .ValueOrDie()
              : arrow::DictionaryArray::FromArrays(tag_type, codes, other_dictionary).ValueOrDie());
    }
    for (auto& field : fields) columns.push_back(field.Finish().ValueOrDie());
    columns.push_back(times.Finish().ValueOrDie());
    const int64_t row_count = codes->length();
    batches.push_back(arrow::RecordBatch::Make(schema, row_count, std::move(columns)));
  }
  return batches;
}

ParquetFile Write(object_store::ObjectStore* store, const std::string& path,
                  const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  ParquetFile file;
  file.path = path;
  const auto writer = TableWriter::Open(store, *Schema(), file, {}).value();
  for (const auto& batch : batches) CHECK(writer->Append(*batch).ok());
  return writer->Finish().value();
}

void BM_WriteFile(benchmark::State& state) {
  const auto store = object_store::MakeMemoryStore();
  const auto batches = Batches(0);
  ParquetFile file;
  for (auto _ : state) file = Write(store.get(), "f", batches);
  state.SetItemsProcessed(static_cast<int64_t>(file.row_count) * state.iterations());
  state.counters["bytes_per_row"] =
      static_cast<double>(file.size_bytes) / static_cast<double>(file.row_count);
}
BENCHMARK(BM_WriteFile)->Unit(benchmark::kMillisecond);

void BM_ReadFile(benchmark::State& state) {
  const auto store = object_store::MakeMemoryStore();
  const ParquetFile file = Write(store.get(), "f", Batches(0));
  for (auto _ : state) {
    const auto reader = TableReader::Open(store.get(), *Schema(), file, 4096).value();
    while (reader->Next().value() != nullptr) {
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(file.row_count) * state.iterations());
}
BENCHMARK(BM_ReadFile)->Unit(benchmark::kMillisecond);

/// Eight files: of neighbouring times (0), or of the same time (1), where every row is merged.
void BM_MergeFiles(benchmark::State& state) {
  const auto store = object_store::MakeMemoryStore();
  std::vector<ParquetFile> files;
  for (int i = 0; i < 8; ++i) {
    const int64_t first_ns = state.range(0) == 0 ? i * int64_t{600'000'000'000} : 0;
    files.push_back(Write(store.get(), "f" + std::to_string(i), Batches(first_ns)));
  }
  uint64_t rows = 0;
  for (auto _ : state) {
    std::vector<MergeInput> inputs;
    for (const ParquetFile& file : files) {
      inputs.push_back({TableReader::Open(store.get(), *Schema(), file, 4096).value(),
                        uint64_t{inputs.size()}, 0});
      rows += file.row_count;
    }
    const auto merged =
        MergeReader::Make(Schema(), std::move(inputs), {}, model::TimeRange::All(), 4096);
    ParquetFile file;
    file.path = "out";
    const auto writer = TableWriter::Open(store.get(), *Schema(), file, {}).value();
    while (const auto batch = merged->Next().value()) CHECK(writer->Append(*batch).ok());
    CHECK(writer->Finish().ok());
  }
  state.SetItemsProcessed(static_cast<int64_t>(rows));
}
BENCHMARK(BM_MergeFiles)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// A node with 64 files of ten minutes each on disk, compacted into as few as the rules want.
void BM_Compact(benchmark::State& state) {
  uint64_t rows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const object_store::testing::TemporaryDirectory directory;
    const auto store = object_store::OpenFileStore(directory.path()).value();
    const auto index = FileIndex::Open(store.get(), "n").value();
    IndexChange change;
    for (int i = 0; i < 64; ++i) {
      const int64_t first_ns = i * int64_t{600'000'000'000};
      ParquetFile file;
      file.file_id = index->NextFileId();
      file.db_id = util::DbId(1);
      file.table_id = util::TableId(1);
      file.chunk_time_ns = first_ns;
      file.order = static_cast<uint64_t>(i) + 1;
      file.path = index->PathOf(file.db_id, file.table_id, first_ns, file.file_id);
      const auto writer = TableWriter::Open(store.get(), *Schema(), file, {}).value();
      for (const auto& batch : Batches(first_ns)) CHECK(writer->Append(*batch).ok());
      change.added.push_back(std::make_shared<const ParquetFile>(writer->Finish().value()));
    }
    CHECK(index->Commit(change, nullptr).ok());
    CompactorOptions options;
    options.table = [](util::DbId, util::TableId) {
      return CompactedTable{true, Schema(), std::nullopt};
    };
    const auto compactor = Compactor::Make(index.get(), store.get(), std::move(options));
    state.ResumeTiming();
    CHECK(compactor->RunOnce().ok());
    rows += compactor->stats().rows_written;
    state.counters["files"] = static_cast<double>(index->stats().files);
  }
  state.SetItemsProcessed(static_cast<int64_t>(rows));
}
BENCHMARK(BM_Compact)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace influxdb3::persist
