#include "app/store_metric_samples.h"

#include <limits>

namespace influxdb3::app {

using object_store::kLatencyBoundsNs;
using object_store::Operation;
using object_store::OperationTotals;
using server::http::MetricSample;

namespace {

/// Calls `add` for each pair of operation and result that occurred.
template <class Add>
void ForEach(const object_store::StoreMetrics& metrics, const Add& add) {
  for (size_t i = 0; i < object_store::kOperationCount; ++i) {
    for (const bool error : {false, true}) {
      const auto operation = static_cast<Operation>(i);
      const OperationTotals totals = metrics.totals(operation, error);
      if (totals.calls == 0) continue;
      add(totals, std::vector<std::pair<std::string, std::string>>{
                      {"op", std::string(object_store::OperationName(operation))},
                      {"result", error ? "error" : "success"}});
    }
  }
}

std::vector<std::pair<double, uint64_t>> BucketsOf(const OperationTotals& totals) {
  std::vector<std::pair<double, uint64_t>> buckets;
  uint64_t below = 0;
  for (size_t i = 0; i < totals.latency.size(); ++i) {
    below += totals.latency[i];
    const bool last = i == kLatencyBoundsNs.size();
    buckets.emplace_back(last ? std::numeric_limits<double>::infinity()
                              : static_cast<double>(kLatencyBoundsNs[i]) / 1e9,
                         below);
  }
  return buckets;
}

}  // namespace

std::vector<MetricSample> StoreMetricSamples(const object_store::StoreMetrics& metrics) {
  std::vector<MetricSample> samples;
  ForEach(metrics, [&](const OperationTotals& totals, auto labels) {
    samples.push_back({"object_store_op_duration_seconds", "duration of object store operations",
                       static_cast<double>(totals.duration_ns) / 1e9, false, std::move(labels),
                       BucketsOf(totals)});
  });
  ForEach(metrics, [&](const OperationTotals& totals, auto labels) {
    samples.push_back({"object_store_transfer_bytes_total",
                       "bytes sent to and received from the object store",
                       static_cast<double>(totals.bytes),
                       true,
                       std::move(labels),
                       {}});
  });
  ForEach(metrics, [&](const OperationTotals& totals, auto labels) {
    samples.push_back({"object_store_transfer_objects_total",
                       "objects sent to, received from and listed in the object store",
                       static_cast<double>(totals.objects),
                       true,
                       std::move(labels),
                       {}});
  });
  return samples;
}

}  // namespace influxdb3::app
