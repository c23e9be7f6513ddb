#include "server/http/handlers/v1_database_name.h"

#include "catalog/catalog.h"
#include "util/limits.h"

namespace influxdb3::server::http {

util::Status ValidateV1DatabaseName(const std::string& name) {
  if (name.empty() || name.size() > util::limits::kV1DatabaseNameBytesMax) {
    return util::Status::InvalidArgument("namespace name " + name +
                                         " length must be between 1 and 64 characters");
  }
  return catalog::ValidateDatabaseName(name, util::limits::kDatabaseNameBytesMax);
}

}  // namespace influxdb3::server::http
