#include "server/http/handlers/configure_reply.h"
#include "server/http/handlers/handlers.h"

namespace influxdb3::server::http {

void AddTestHookRoutes(const ServerServices& services, Router* router) {
  if (!services.store_all) return;
  router->Add(Method::kPost, "/debug/store_all", Pool::kWrite,
              [&services](const std::shared_ptr<Exchange>& exchange) {
                const bool compact = exchange->request().query == "compact=true";
                ConfigureDone(exchange, 204)(services.store_all(compact));
              });
}

}  // namespace influxdb3::server::http
