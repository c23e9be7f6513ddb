#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace influxdb3::bench {

/// Line protocol of the shape of the Time Series Benchmark Suite's `cpu` use case: 10 tags, 10
/// float fields between 0 and 100, a row per host every 10 seconds; about 386 bytes a line. The
/// same arguments give the same lines on every machine.
class TsbsLines {
 public:
  static constexpr int64_t kStepNs = 10'000'000'000;

  TsbsLines(uint32_t host_count, int64_t start_ns);

  /// Appends `count` lines from number `first` of the stream: all hosts of a step, then the next.
  void Append(uint64_t first, uint64_t count, std::string* body) const;

 private:
  const int64_t start_ns_;
  std::vector<std::string> hosts_;   ///< `cpu,hostname=…` up to and with the space
  std::vector<std::string> fields_;  ///< field sets to choose from, with the space behind
};

}  // namespace influxdb3::bench
