#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/response.h"

namespace influxdb3::server::http {

/// How the end of a reply's body is marked.
struct Framing {
  bool http_1_0 = false;
  bool chunked = false;
  std::optional<uint64_t> content_length;  ///< none when chunked, bodiless or ended by closing
  bool close = false;                      ///< the connection ends with this reply
};

/// Calls `take(name, value)` for every header of a reply but those that mark its body's end.
void ForEachReplyHeader(const Response& response, const std::string& cluster_uuid,
                        const std::function<void(std::string_view, std::string_view)>& take);

/// Status line and headers of `response`, up to and with the empty line.
std::string FormatReplyHead(const Response& response, const Framing& framing,
                            const std::string& cluster_uuid);

/// `Tue, 15 Nov 1994 08:12:31 GMT`
std::string FormatHttpDate(int64_t unix_seconds);

}  // namespace influxdb3::server::http
