#include "client/url.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/percent_encoding.h"

namespace influxdb3::client {

util::Result<std::string> NormalizeBaseUrl(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return util::Status::InvalidArgument("relative URL without a base");
  }
  if (rest.empty() || rest.front() == '/' || rest.front() == ':' || rest.front() == '?') {
    return util::Status::InvalidArgument("empty host");
  }
  if (std::any_of(rest.begin(), rest.end(),
                  [](char c) { return static_cast<unsigned char>(c) <= 0x20; })) {
    return util::Status::InvalidArgument("invalid international domain name");
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

bool IsLoopbackUrl(std::string_view base) {
  size_t scheme = base.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = base.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host.starts_with("127.");
}

std::string BuildUrl(std::string_view base, std::string_view path,
                     const QueryParameters& parameters) {
  std::string url = fmt::format("{}{}", base, path);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    url += fmt::format("{}{}={}", separator, util::PercentEncode(name), util::PercentEncode(value));
    separator = '&';
  }
  return url;
}

}  // namespace influxdb3::client
