#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/http/router.h"
#include "util/result.h"

namespace influxdb3::server::http {

/// What a finished request looked like, for metrics and logs.
struct RequestSummary {
  Method method = Method::kOther;
  std::string_view route;  ///< the route's path, empty when none matched
  int status = 0;          ///< 0 when the client left before the reply
  int64_t duration_ns = 0;
  uint64_t response_body_bytes = 0;
};

struct ServerOptions {
  std::string bind;  ///< `host:port`, `[::1]:port`; port 0 picks a free one
  size_t body_bytes_max = 0;
  size_t header_bytes_max = size_t{128} << 10;
  size_t connections_max = 10000;
  /// Bodies of all connections together; beyond it requests are refused with 429.
  size_t bodies_in_flight_bytes_max = size_t{2} << 30;
  int io_threads = 2;
  int write_threads = 2;
  int query_threads = 32;

  int64_t idle_timeout_ns = 180'000'000'000;   ///< between requests
  int64_t header_timeout_ns = 15'000'000'000;  ///< from a head's first byte to its last
  int64_t stall_timeout_ns = 30'000'000'000;   ///< without a byte in or out
  int64_t body_timeout_ns = 60'000'000'000;  ///< for a whole body, plus the time at the least rate
  int64_t body_bytes_per_second_min = 16384;
  int64_t query_grace_ns = 5'000'000'000;     ///< for queries still running at a stop
  int64_t linger_timeout_ns = 2'000'000'000;  ///< for reading what a refused client still sends

  /// When set, HTTP/2 connections whose first request is a call of gRPC are passed on to the server
  /// that listens on this Unix socket.
  std::string http2_socket_path;
  int64_t http2_idle_timeout_ns = 600'000'000'000;  ///< for such connections, both directions

  std::string cluster_uuid;                               ///< sent with every reply
  std::function<void(const RequestSummary&)> on_request;  ///< from IO threads; must not block
};

/// The one port: speaks HTTP/1.1 and HTTP/2 and passes calls of gRPC on. IO threads only move
/// bytes; handlers run on pools of their own, so neither a slow client nor a long query holds up
/// another connection.
class HttpServer {
 public:
  /// Binds and listens, but accepts only after Start(). `router` must be complete.
  static util::Result<std::unique_ptr<HttpServer>> Listen(ServerOptions options, Router router);
  /// Stops at once if it was not stopped before.
  ~HttpServer();

  void Start();
  /// `host:port` as bound.
  const std::string& address() const;

  /// Accepts nothing more, closes connections that have not delivered a whole request, gives
  /// running requests `grace_ns` to end, then cancels the rest. Requests that are no writes get no
  /// more than `query_grace_ns` of it: nothing is lost with them. False when some handler does not
  /// end even so: then its thread is left behind with all that it uses, and the process should end
  /// without destroying that. Idempotent.
  bool Stop(int64_t grace_ns);

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace influxdb3::server::http
