#include "server/http/handlers/handlers.h"

#include "server/http/authorization.h"
#include "server/http/url_params.h"

namespace influxdb3::server::http {
namespace {

std::optional<Response> CheckAuthorization(const Request& request) {
  // The 1.x endpoints also take a token as `p`, and then do not look at the header.
  const bool is_v1 = request.path == "/write" || request.path == "/query";
  if (is_v1 && UrlParams::Parse(request.query).Find("p") != nullptr) return std::nullopt;
  if (!request.HasHeader("authorization")) return std::nullopt;
  return CheckAuthorizationForm(request.Header("authorization"));
}

}  // namespace

Router MakeRouter(const ServerServices& services) {
  Router router;
  router.SetGate(CheckAuthorization);
  AddWriteLpRoutes(services, &router);
  AddWriteV2Routes(services, &router);
  AddWriteV1Routes(services, &router);
  AddQuerySqlRoutes(services, &router);
  AddConfigureDatabaseRoutes(services, &router);
  AddConfigureTableRoutes(services, &router);
  AddDeleteRowsRoutes(services, &router);
  AddTestHookRoutes(services, &router);
  AddHealthRoutes(services, &router);
  return router;
}

}  // namespace influxdb3::server::http
