#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/exchange.h"

namespace influxdb3::server::http {

/// Which threads run a handler.
enum class Pool : uint8_t {
  kInline,  ///< the connection's own thread: must return at once
  kWrite,   ///< short CPU work: parsing writes, catalog changes
  kQuery,   ///< may take long; the connection is watched for the client leaving
};

using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

struct Route {
  std::string path;
  Pool pool = Pool::kInline;
  Handler handler;
};

/// Finds the handler of a method and path; paths match as a whole. Filled before the server starts,
/// then only read.
class Router {
 public:
  /// Looks at a request's head before its body is read; a reply refuses the request.
  using Gate = std::function<std::optional<Response>(const Request&)>;

  void Add(Method method, std::string path, Pool pool, Handler handler);
  void SetGate(Gate gate) { gate_ = std::move(gate); }

  /// Null for an unknown path and for a known one with another method.
  const Route* Find(Method method, std::string_view path) const;
  std::optional<Response> CheckGate(const Request& request) const {
    return gate_ ? gate_(request) : std::nullopt;
  }

 private:
  std::map<std::pair<std::string, Method>, Route, std::less<>> routes_;
  Gate gate_;
};

}  // namespace influxdb3::server::http
