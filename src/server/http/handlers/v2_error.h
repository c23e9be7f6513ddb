#pragma once

#include <string_view>

#include "server/http/response.h"
#include "util/status.h"

/// How the 2.x endpoints tell of errors.
namespace influxdb3::server::http {

/// `{"code":"invalid","message":"<text>"}`, the code by the HTTP status.
Response V2Error(int http_status, std::string_view message);
/// With the HTTP status that the code stands for.
Response V2Error(const util::Status& status);

}  // namespace influxdb3::server::http
