#include "server/http/router.h"

#include "util/check.h"

namespace influxdb3::server::http {

void Router::Add(Method method, std::string path, Pool pool, Handler handler) {
  Route route{path, pool, std::move(handler)};
  const bool added = routes_.emplace(std::pair(std::move(path), method), std::move(route)).second;
  CHECK(added);
}

const Route* Router::Find(Method method, std::string_view path) const {
  const auto found = routes_.find(std::pair<std::string, Method>(path, method));
  return found == routes_.end() ? nullptr : &found->second;
}

}  // namespace influxdb3::server::http
