#include "server/http/handlers/handlers.h"
#include "server/http/server_metrics.h"
#include "server/uuid.h"

namespace influxdb3::server::http {
namespace {

void HandleHealth(const std::shared_ptr<Exchange>& exchange) {
  exchange->Respond(MakeResponse(200, "OK", kTextType));
}

void HandlePing(const ServerServices& services, const std::shared_ptr<Exchange>& exchange) {
  Response response;
  if (exchange->request().method == Method::kHead) {
    response = MakeResponse(204, "");
  } else {
    response = MakeResponse(200,
                            "{\"product_name\":" + JsonQuoted(services.product_name) +
                                ",\"version\":" + JsonQuoted(services.version) +
                                ",\"revision\":" + JsonQuoted(services.revision) +
                                ",\"process_id\":" + JsonQuoted(services.process_uuid) + "}",
                            kJsonType);
  }
  const std::string request_id = TimeOrderedUuid(services.clock->NowNs() / 1'000'000);
  response.headers.emplace_back("request-id", request_id);
  response.headers.emplace_back("x-request-id", request_id);
  response.headers.emplace_back("x-influxdb-build", "Core");
  response.headers.emplace_back("x-influxdb-version", services.version);
  exchange->Respond(std::move(response));
}

void HandleMetrics(const ServerServices& services, const std::shared_ptr<Exchange>& exchange) {
  exchange->Respond(
      MakeResponse(200, services.metrics->Format(), "text/plain; version=0.0.4; charset=utf-8"));
}

}  // namespace

void AddHealthRoutes(const ServerServices& services, Router* router) {
  for (const char* path : {"/health", "/api/v1/health"}) {
    router->Add(Method::kGet, path, Pool::kInline, HandleHealth);
    router->Add(Method::kHead, path, Pool::kInline, HandleHealth);
  }
  for (const Method method : {Method::kGet, Method::kPost, Method::kHead}) {
    router->Add(
        method, "/ping", Pool::kInline,
        [&services](const std::shared_ptr<Exchange>& exchange) { HandlePing(services, exchange); });
  }
  router->Add(Method::kGet, "/metrics", Pool::kQuery,
              [&services](const std::shared_ptr<Exchange>& exchange) {
                HandleMetrics(services, exchange);
              });
}

}  // namespace influxdb3::server::http
