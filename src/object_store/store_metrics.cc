#include "object_store/store_metrics.h"

#include <algorithm>

namespace influxdb3::object_store {

using util::StatusCode;

std::string_view OperationName(Operation operation) {
  switch (operation) {
    case Operation::kPut: return "put";
    case Operation::kGet: return "get";
    case Operation::kGetRange: return "get_range";
    case Operation::kHead: return "head";
    case Operation::kList: return "list";
    case Operation::kDelete: return "delete";
    case Operation::kStartUpload: return "start_upload";
    case Operation::kAppend: return "append";
    case Operation::kFinish: return "finish";
    case Operation::kAbort: return "abort";
  }
  return "unknown";
}

bool StoreMetrics::IsError(const util::Status& status) {
  return !status.ok() && status.code() != StatusCode::kNotFound &&
         status.code() != StatusCode::kAlreadyExists;
}

void StoreMetrics::Record(Operation operation, const util::Status& status, uint64_t objects,
                          uint64_t bytes, int64_t duration_ns) {
  Counters& counters = counters_[static_cast<size_t>(operation)][IsError(status) ? 1 : 0];
  const auto bucket =
      std::lower_bound(kLatencyBoundsNs.begin(), kLatencyBoundsNs.end(), duration_ns);
  counters.calls.fetch_add(1, std::memory_order_relaxed);
  counters.objects.fetch_add(objects, std::memory_order_relaxed);
  counters.bytes.fetch_add(bytes, std::memory_order_relaxed);
  counters.duration_ns.fetch_add(duration_ns, std::memory_order_relaxed);
  counters.latency[static_cast<size_t>(bucket - kLatencyBoundsNs.begin())].fetch_add(
      1, std::memory_order_relaxed);
}

OperationTotals StoreMetrics::totals(Operation operation, bool error) const {
  const Counters& counters = counters_[static_cast<size_t>(operation)][error ? 1 : 0];
  OperationTotals totals;
  totals.calls = counters.calls.load(std::memory_order_relaxed);
  totals.objects = counters.objects.load(std::memory_order_relaxed);
  totals.bytes = counters.bytes.load(std::memory_order_relaxed);
  totals.duration_ns = counters.duration_ns.load(std::memory_order_relaxed);
  for (size_t i = 0; i < totals.latency.size(); ++i) {
    totals.latency[i] = counters.latency[i].load(std::memory_order_relaxed);
  }
  return totals;
}

}  // namespace influxdb3::object_store
