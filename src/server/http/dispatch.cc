#include <exception>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "server/http/dispatch_internal.h"
#include "server/http/session_internal.h"
#include "util/log.h"

namespace influxdb3::server::http {
namespace {

Response OptionsReply() {
  Response response;
  response.status = 204;
  response.headers = {{"access-control-allow-methods", "*"},
                      {"access-control-allow-headers", "*"},
                      {"access-control-max-age", "86400"}};
  return response;
}

void RunCaught(const Route& route, const std::shared_ptr<Exchange>& exchange) {
  try {
    route.handler(exchange);
  } catch (const std::exception& error) {
    util::LogError("handler of {} failed: {}", route.path, error.what());
    exchange->Respond(MakeResponse(500, std::string("internal error: ") + error.what()));
  } catch (...) {
    util::LogError("handler of {} failed", route.path);
    exchange->Respond(MakeResponse(500, "internal error"));
  }
}

}  // namespace

std::optional<Response> CheckHead(const Router& router, const Request& request,
                                  const Route** route) {
  if (request.method == Method::kOptions) return OptionsReply();
  std::optional<Response> refusal = router.CheckGate(request);
  if (refusal) return refusal;
  *route = router.Find(request.method, request.path);
  if (*route == nullptr) return MakeResponse(404, "Not found");
  return std::nullopt;
}

void RunHandler(ServerCore* core, const Route* route, std::shared_ptr<Exchange> exchange) {
  if (route->pool == Pool::kInline) {
    RunCaught(*route, exchange);
    return;
  }
  boost::asio::thread_pool& pool =
      route->pool == Pool::kWrite ? core->write_pool : core->query_pool;
  boost::asio::post(pool, [route, held = std::move(exchange)]() { RunCaught(*route, held); });
}

}  // namespace influxdb3::server::http
