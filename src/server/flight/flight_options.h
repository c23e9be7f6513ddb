#pragma once

#include <cstdint>

namespace influxdb3::server::flight {

struct FlightOptions {
  int query_threads = 32;  ///< for fetching rows; a query that waits for its client needs none
  int calls_max = 1000;    ///< at once; more are refused with UNAVAILABLE
  /// Batches are cut so that a message stays below this, but for single rows that are longer.
  /// Clients refuse messages over 4 MiB.
  int64_t message_bytes_max = int64_t{2} << 20;
  /// A batch without rows is sent when nothing else was for so long, because proxies and clients
  /// give up on silent connections.
  int64_t keep_alive_ns = 5'000'000'000;
};

}  // namespace influxdb3::server::flight
