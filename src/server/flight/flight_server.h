#pragma once

#include <memory>
#include <string>

#include "server/flight/flight_options.h"
#include "util/result.h"

namespace influxdb3::query {
class QueryEngine;
}

namespace influxdb3::server::flight {

/// Answers Arrow Flight and Flight SQL calls on a Unix socket in a folder of its own, which only
/// this process's user can enter: whoever reaches the socket is served. Calls run on gRPC's
/// threads; a result is read from its query only as fast as the client takes it.
class FlightServer {
 public:
  /// Listens and serves at once. `queries` must outlive the server.
  static util::Result<std::unique_ptr<FlightServer>> Start(const FlightOptions& options,
                                                           query::QueryEngine* queries);
  /// Stops at once if it was not stopped before.
  ~FlightServer();

  const std::string& socket_path() const;

  /// Accepts no more calls, gives running ones `grace_ns` to end, then cancels them. False when a
  /// query does not end even so: then what it uses is left behind and must not be destroyed.
  /// Idempotent.
  bool Stop(int64_t grace_ns);

 private:
  struct Impl;
  explicit FlightServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace influxdb3::server::flight
