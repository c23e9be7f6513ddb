#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/result.h"

namespace influxdb3::client {

/// The base address without trailing slashes. InvalidArgument unless it is `http://…` or
/// `https://…` with a host.
util::Result<std::string> NormalizeBaseUrl(std::string_view url);

/// True for an address of this machine (`localhost`, 127.x.x.x, `[::1]`), which no proxy can reach.
bool IsLoopbackUrl(std::string_view base);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// `base` + `path` + `?name=value&…`; `base` must come from NormalizeBaseUrl.
std::string BuildUrl(std::string_view base, std::string_view path,
                     const QueryParameters& parameters);

}  // namespace influxdb3::client
