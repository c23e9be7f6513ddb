// How fast a body becomes a write batch, in bytes of line protocol per second on one core.

#include <array>
#include <memory>
#include <random>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "ingest/batch_builder.h"
#include "protocol/line_protocol/utf8.h"

namespace influxdb3::ingest {
namespace {

// The shape of the TSBS cpu data: 10 tags, 10 fields, one line per host every 10 seconds.
std::string MakeHost(std::mt19937_64* random, uint32_t host) {
  static constexpr std::array kRegions = {"us-west-1", "eu-central-1", "ap-southeast-2"};
  static constexpr std::array kSystems = {"Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"};
  static constexpr std::array kTeams = {"SF", "NYC", "LON", "CHI"};
  const char* region = kRegions[(*random)() % kRegions.size()];
  return fmt::format(
      "cpu,hostname=host_{},region={},datacenter={}{},rack={},os={},arch={},team={},service={},"
      "service_version={},service_environment={}",
      host, region, region, static_cast<char>('a' + (*random)() % 3), (*random)() % 100,
      kSystems[(*random)() % kSystems.size()], (*random)() % 2 == 0 ? "x64" : "x86",
      kTeams[(*random)() % kTeams.size()], (*random)() % 20, (*random)() % 2,
      (*random)() % 2 == 0 ? "production" : "staging");
}

enum class Values { kIntegers, kFloats };

std::string MakeBody(uint32_t hosts, uint32_t lines, Values values) {
  static constexpr std::array kFields = {
      "usage_user", "usage_system",  "usage_idle",  "usage_nice",  "usage_iowait",
      "usage_irq",  "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"};
  std::mt19937_64 random(1);
  std::vector<std::string> names;
  for (uint32_t host = 0; host < hosts; ++host) names.push_back(MakeHost(&random, host));
  std::string body;
  for (uint32_t line = 0; line < lines; ++line) {
    body += names[line % hosts];
    char separator = ' ';
    for (const char* field : kFields) {
      body += separator;
      separator = ',';
      if (values == Values::kIntegers) {
        body += fmt::format("{}={}i", field, random() % 101);
      } else {
        body += fmt::format("{}={:.6f}", field, static_cast<double>(random() % 100'000'000) / 1e6);
      }
    }
    body += fmt::format(" {}\n", 1451606400000000000 + line / hosts * 10'000'000'000);
  }
  return body;
}

void BuildLines(benchmark::State& state, Values values) {
  const auto hosts = static_cast<uint32_t>(state.range(0));
  const auto lines = static_cast<uint32_t>(state.range(1));
  const catalog::Catalog catalog({100, 1000, 1000, 100});
  BatchRequest request;
  request.database = "benchmark";
  request.body = std::make_shared<const std::string>(MakeBody(hosts, lines, values));
  uint64_t rows = 0;
  for (auto _ : state) {
    const BuiltBatch built = BuildBatch(request, *catalog.state(), catalog.limits());
    rows += built.batch.row_count();
    benchmark::DoNotOptimize(built.batch.tables.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * request.body->size()));
  state.counters["rows/s"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsRate);
  state.counters["line_bytes"] = static_cast<double>(request.body->size()) / lines;
}

void BM_BuildIntegers(benchmark::State& state) {
  BuildLines(state, Values::kIntegers);
}
void BM_BuildFloats(benchmark::State& state) {
  BuildLines(state, Values::kFloats);
}
// Few series seen often, and nearly every line a series not seen before in its write.
BENCHMARK(BM_BuildIntegers)->Args({100, 5000})->Args({4000, 5000})->Args({4000, 25000});
BENCHMARK(BM_BuildFloats)->Args({100, 5000})->Args({4000, 5000});

void BM_Utf8(benchmark::State& state) {
  const std::string body = MakeBody(100, 5000, Values::kIntegers);
  for (auto _ : state) benchmark::DoNotOptimize(line_protocol::FindUtf8Fault(body));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * body.size()));
}
BENCHMARK(BM_Utf8);

}  // namespace
}  // namespace influxdb3::ingest
