#include "tsbs_lines.h"

#include <iterator>
#include <random>

#include <fmt/format.h>

namespace influxdb3::bench {
namespace {

constexpr size_t kFieldSets = 1 << 15;

std::string HostTags(uint32_t host) {
  constexpr const char* kRegions[] = {"us-east-1",      "us-west-1",      "us-west-2",
                                      "eu-west-1",      "eu-central-1",   "ap-southeast-1",
                                      "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
  constexpr const char* kSystems[] = {"Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"};
  constexpr const char* kArchitectures[] = {"x64", "x86"};
  constexpr const char* kTeams[] = {"SF", "NYC", "LON", "CHI"};
  constexpr const char* kEnvironments[] = {"production", "staging", "test"};
  std::mt19937 random(host);
  auto pick = [&random](size_t count) { return random() % count; };
  const char* region = kRegions[pick(std::size(kRegions))];
  return fmt::format(
      "cpu,hostname=host_{},region={},datacenter={}{},rack={},os={},arch={},team={},service={},"
      "service_version={},service_environment={} ",
      host, region, region, static_cast<char>('a' + pick(3)), pick(100),
      kSystems[pick(std::size(kSystems))], kArchitectures[pick(std::size(kArchitectures))],
      kTeams[pick(std::size(kTeams))], pick(20), pick(2),
      kEnvironments[pick(std::size(kEnvironments))]);
}

std::string FieldSet(std::mt19937* random) {
  constexpr const char* kNames[] = {"user", "system",  "idle",  "nice",  "iowait",
                                    "irq",  "softirq", "steal", "guest", "guest_nice"};
  std::string fields;
  for (const char* name : kNames) {
    const double value = static_cast<double>((*random)() % 1'000'000) / 10'000;
    fields += fmt::format("{}usage_{}={:.4f}", fields.empty() ? "" : ",", name, value);
  }
  return fields + " ";
}

// Spreads consecutive numbers over the field sets.
size_t Scatter(uint64_t number) {
  return static_cast<size_t>((number * 0x9e3779b97f4a7c15) >> 40) % kFieldSets;
}

}  // namespace

TsbsLines::TsbsLines(uint32_t host_count, int64_t start_ns) : start_ns_(start_ns) {
  for (uint32_t host = 0; host < host_count; ++host) hosts_.push_back(HostTags(host));
  std::mt19937 random(1);
  for (size_t i = 0; i < kFieldSets; ++i) fields_.push_back(FieldSet(&random));
}

void TsbsLines::Append(uint64_t first, uint64_t count, std::string* body) const {
  for (uint64_t row = first; row < first + count; ++row) {
    const auto step = static_cast<int64_t>(row / hosts_.size());
    *body += hosts_[row % hosts_.size()];
    *body += fields_[Scatter(row)];
    const fmt::format_int time(start_ns_ + step * kStepNs);
    body->append(time.data(), time.size());
    *body += '\n';
  }
}

}  // namespace influxdb3::bench
