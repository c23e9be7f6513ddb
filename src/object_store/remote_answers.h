#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/status.h"

namespace influxdb3::object_store {

/// Decimal digits and nothing else.
bool ParseSize(std::string_view text, uint64_t* size);

/// Of `2009-10-12T17:50:30.000Z` or `Mon, 12 Oct 2009 17:50:30 GMT`, to the second; 0 when it is
/// neither.
int64_t ParseTimeNs(const std::string& text);

/// What a status outside of 2xx means when the service says nothing better. 409 is Io: what it
/// means differs.
util::StatusCode CodeOfHttpStatus(int status);

/// `service: 'key': the store answered 403 Reason explanation`, the explanation cut to a decent
/// length.
std::string RefusalMessage(std::string_view name, int status, std::string_view reason,
                           std::string_view explanation);

/// InvalidArgument unless the endpoint is `https://host[:port][/path]`, or `http://` where that is
/// allowed. Messages begin with `service` and name `http_option` as what would allow it.
util::Status CheckEndpoint(std::string_view service, std::string_view endpoint, bool allow_http,
                           bool allow_path, std::string_view http_option);

}  // namespace influxdb3::object_store
