#pragma once

#include <vector>

#include "object_store/store_metrics.h"
#include "server/http/server_metrics.h"

namespace influxdb3::app {

/// What /metrics shows of the requests to the object store, by operation and result.
std::vector<server::http::MetricSample> StoreMetricSamples(
    const object_store::StoreMetrics& metrics);

}  // namespace influxdb3::app
