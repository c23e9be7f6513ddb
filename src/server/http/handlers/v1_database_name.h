#pragma once

#include <string>

#include "util/status.h"

namespace influxdb3::server::http {

/// The rules of the 1.x and 2.x write endpoints: at most 64 bytes, then as everywhere.
util::Status ValidateV1DatabaseName(const std::string& name);

}  // namespace influxdb3::server::http
