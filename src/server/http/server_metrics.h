#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/http/http_server.h"

namespace influxdb3::server::http {

/// A value that is read when someone asks for the metrics. Samples of one name that follow each
/// other are shown as one metric.
struct MetricSample {
  std::string name;
  std::string help;
  double value = 0;
  bool counter = false;
  std::vector<std::pair<std::string, std::string>> labels = {};
  /// Not empty for a histogram, whose sum is `value`: upper bounds, ascending, and how many
  /// observations lie below each of them; infinity comes last.
  std::vector<std::pair<double, uint64_t>> buckets = {};
};

/// What /metrics shows. Thread-safe; recording never blocks for long.
class ServerMetrics {
 public:
  ServerMetrics();
  ~ServerMetrics();

  void RecordRequest(const RequestSummary& summary);
  void RecordWrite(const std::string& database, uint64_t lines, uint64_t lines_rejected,
                   uint64_t bytes);
  /// `sample` is called at each Format().
  void AddSource(std::function<std::vector<MetricSample>()> sample);

  /// Prometheus text format, closed by `# EOF`.
  std::string Format() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace influxdb3::server::http
