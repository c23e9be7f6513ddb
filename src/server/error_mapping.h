#pragma once

#include "util/status.h"

namespace influxdb3::server {

/// How a failure is reported over the wire. The one table for all protocols.
struct WireError {
  int http_status;
  int grpc_code;  ///< canonical gRPC status number
};

WireError MapStatusCode(util::StatusCode code);
inline int HttpStatusOf(const util::Status& status) {
  return MapStatusCode(status.code()).http_status;
}

}  // namespace influxdb3::server
