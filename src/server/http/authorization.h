#pragma once

#include <optional>
#include <string_view>

#include "server/http/response.h"

namespace influxdb3::server::http {

/// Checks that an Authorization header has one of the forms `Bearer TOKEN`, `Token TOKEN`,
/// `Basic base64(user:TOKEN)`; which token it is does not matter here.
bool IsWellFormedAuthorization(std::string_view header);

/// The reply to a malformed header; nothing when it is well-formed.
std::optional<Response> CheckAuthorizationForm(std::string_view header);

}  // namespace influxdb3::server::http
