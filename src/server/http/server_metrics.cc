#include "server/http/server_metrics.h"

#include <map>
#include <mutex>
#include <tuple>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace influxdb3::server::http {
namespace {

using prometheus::Counter;
using prometheus::Histogram;

std::string StatusClass(int status) {
  if (status == 0) return "aborted";
  if (status < 400) return "ok";
  if (status < 500) return "client_error";
  return "server_error";
}

const Histogram::BucketBoundaries& DurationBounds() {
  static const auto* const bounds = new Histogram::BucketBoundaries{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return *bounds;
}

const Histogram::BucketBoundaries& SizeBounds() {
  static const auto* const bounds =
      new Histogram::BucketBoundaries{100, 1000, 10000, 100000, 1e6, 1e7, 1e8, 1e9};
  return *bounds;
}

prometheus::MetricType TypeOf(const MetricSample& sample) {
  if (!sample.buckets.empty()) return prometheus::MetricType::Histogram;
  return sample.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
}

prometheus::ClientMetric MetricOf(const MetricSample& sample) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  if (sample.buckets.empty()) {
    (sample.counter ? metric.counter.value : metric.gauge.value) = sample.value;
    return metric;
  }
  metric.histogram.sample_sum = sample.value;
  metric.histogram.sample_count = sample.buckets.back().second;
  for (const auto& [bound, count] : sample.buckets)
    metric.histogram.bucket.push_back({count, bound});
  return metric;
}

}  // namespace

struct ServerMetrics::Impl {
  struct RequestSeries {
    Counter* total;
    Histogram* duration;
    Histogram* body_size;
  };
  struct WriteSeries {
    Counter* lines;
    Counter* lines_rejected;
    Counter* bytes;
  };

  Impl()
      : requests(prometheus::BuildCounter()
                     .Name("http_requests_total")
                     .Help("accumulated total requests")
                     .Register(registry)),
        durations(prometheus::BuildHistogram()
                      .Name("http_request_duration_seconds")
                      .Help("distribution of request latencies")
                      .Register(registry)),
        body_sizes(prometheus::BuildHistogram()
                       .Name("http_response_body_size_bytes")
                       .Help("distribution of response sizes")
                       .Register(registry)),
        lines(prometheus::BuildCounter()
                  .Name("influxdb3_write_lines_total")
                  .Help("lines of line protocol accepted")
                  .Register(registry)),
        lines_rejected(prometheus::BuildCounter()
                           .Name("influxdb3_write_lines_rejected_total")
                           .Help("lines of line protocol rejected")
                           .Register(registry)),
        bytes(prometheus::BuildCounter()
                  .Name("influxdb3_write_bytes_total")
                  .Help("bytes of line protocol accepted")
                  .Register(registry)) {}

  prometheus::Registry registry;
  prometheus::Family<Counter>& requests;
  prometheus::Family<Histogram>& durations;
  prometheus::Family<Histogram>& body_sizes;
  prometheus::Family<Counter>& lines;
  prometheus::Family<Counter>& lines_rejected;
  prometheus::Family<Counter>& bytes;

  mutable std::mutex mutex;  ///< guards the members below
  std::map<std::tuple<Method, std::string, std::string>, RequestSeries> request_series;
  std::map<std::string, WriteSeries> write_series;
  std::vector<std::function<std::vector<MetricSample>()>> sources;
};

ServerMetrics::ServerMetrics() : impl_(std::make_unique<Impl>()) {}
ServerMetrics::~ServerMetrics() = default;

void ServerMetrics::RecordRequest(const RequestSummary& summary) {
  const std::lock_guard lock(impl_->mutex);
  // Unknown paths share one label: clients must not be able to make up series.
  const std::string path(summary.route.empty() ? "unmatched" : summary.route);
  const std::string status = StatusClass(summary.status);
  auto [place, is_new] =
      impl_->request_series.try_emplace(std::tuple(summary.method, path, status));
  if (is_new) {
    const prometheus::Labels labels{
        {"method", std::string(MethodName(summary.method))}, {"path", path}, {"status", status}};
    place->second = {&impl_->requests.Add(labels), &impl_->durations.Add(labels, DurationBounds()),
                     &impl_->body_sizes.Add(labels, SizeBounds())};
  }
  place->second.total->Increment();
  place->second.duration->Observe(static_cast<double>(summary.duration_ns) / 1e9);
  place->second.body_size->Observe(static_cast<double>(summary.response_body_bytes));
}

void ServerMetrics::RecordWrite(const std::string& database, uint64_t lines,
                                uint64_t lines_rejected, uint64_t bytes) {
  const std::lock_guard lock(impl_->mutex);
  auto [place, is_new] = impl_->write_series.try_emplace(database);
  if (is_new) {
    const prometheus::Labels labels{{"db", database}};
    place->second = {&impl_->lines.Add(labels), &impl_->lines_rejected.Add(labels),
                     &impl_->bytes.Add(labels)};
  }
  place->second.lines->Increment(static_cast<double>(lines));
  place->second.lines_rejected->Increment(static_cast<double>(lines_rejected));
  place->second.bytes->Increment(static_cast<double>(bytes));
}

void ServerMetrics::AddSource(std::function<std::vector<MetricSample>()> sample) {
  const std::lock_guard lock(impl_->mutex);
  impl_->sources.push_back(std::move(sample));
}

std::string ServerMetrics::Format() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  const std::lock_guard lock(impl_->mutex);
  for (const auto& source : impl_->sources) {
    for (const MetricSample& sample : source()) {
      if (families.empty() || families.back().name != sample.name) {
        families.push_back({sample.name, sample.help, TypeOf(sample), {}});
      }
      families.back().metric.push_back(MetricOf(sample));
    }
  }
  return prometheus::TextSerializer().Serialize(families) + "# EOF\n";
}

}  // namespace influxdb3::server::http
