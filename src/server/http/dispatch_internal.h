#pragma once

#include <memory>
#include <optional>

#include "server/http/router.h"

namespace influxdb3::server::http {

struct ServerCore;

/// Looks at a request before its body is read: the reply that refuses it, or none and its `route`.
std::optional<Response> CheckHead(const Router& router, const Request& request,
                                  const Route** route);

/// Runs the route's handler in its pool; kInline handlers have run when this returns. A handler
/// that throws answers 500.
void RunHandler(ServerCore* core, const Route* route, std::shared_ptr<Exchange> exchange);

}  // namespace influxdb3::server::http
