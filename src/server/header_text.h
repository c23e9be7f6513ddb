#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What the headers of requests are made of, over HTTP and over gRPC.
namespace influxdb3::server {

/// ASCII only, as header names and tokens are.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

/// The bytes of base64 text of either alphabet, padded or not; nothing when it is none.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace influxdb3::server
