#pragma once

#include <string>

#include "server/http/request.h"
#include "util/result.h"

namespace influxdb3::server::http {

/// Takes the request's body out of it, decompressed when Content-Encoding says gzip. At most
/// `bytes_max` bytes, however small they were compressed.
///
/// Errors: TooLarge `max request size (N bytes) exceeded`, InvalidArgument `unacceptable
/// content-encoding: X` and `error decoding gzip stream: …`.
util::Result<std::string> TakeBody(Request* request, size_t bytes_max);

/// The same, checked to be UTF-8 (utf8_check.h).
util::Result<std::string> TakeTextBody(Request* request, size_t bytes_max);

/// Concatenated gzip members → their contents.
util::Result<std::string> Gunzip(const std::string& compressed, size_t bytes_max);

}  // namespace influxdb3::server::http
