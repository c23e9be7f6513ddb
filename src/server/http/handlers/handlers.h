#pragma once

#include "server/http/router.h"
#include "server/http/server_services.h"

/// The endpoint groups; each adds its routes. `services` must outlive the router.
namespace influxdb3::server::http {

void AddWriteLpRoutes(const ServerServices& services, Router* router);
void AddWriteV2Routes(const ServerServices& services, Router* router);
void AddWriteV1Routes(const ServerServices& services, Router* router);
void AddQuerySqlRoutes(const ServerServices& services, Router* router);
void AddConfigureDatabaseRoutes(const ServerServices& services, Router* router);
void AddConfigureTableRoutes(const ServerServices& services, Router* router);
void AddDeleteRowsRoutes(const ServerServices& services, Router* router);
/// Nothing unless services.store_all is set.
void AddTestHookRoutes(const ServerServices& services, Router* router);
void AddHealthRoutes(const ServerServices& services, Router* router);

/// All of them, with the check of the Authorization header in front.
Router MakeRouter(const ServerServices& services);

}  // namespace influxdb3::server::http
