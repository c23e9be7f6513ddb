#include "object_store/remote_answers.h"

#include <charconv>
#include <ctime>

#include <fmt/format.h>

namespace influxdb3::object_store {

using util::Status;
using util::StatusCode;

bool ParseSize(std::string_view text, uint64_t* size) {
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, *size);
  return fault == std::errc() && stop == end && !text.empty();
}

int64_t ParseTimeNs(const std::string& text) {
  std::tm utc{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (end == nullptr) end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return end == nullptr ? 0 : int64_t{timegm(&utc)} * 1'000'000'000;
}

StatusCode CodeOfHttpStatus(int status) {
  switch (status) {
    case 400:
    case 416: return StatusCode::kInvalidArgument;
    case 401:
    case 403: return StatusCode::kPermissionDenied;
    case 404: return StatusCode::kNotFound;
    case 412: return StatusCode::kAlreadyExists;
    case 408:
    case 425:
    case 429: return StatusCode::kUnavailable;
    case 501: return StatusCode::kUnsupported;
    default: return status >= 500 ? StatusCode::kUnavailable : StatusCode::kIo;
  }
}

std::string RefusalMessage(std::string_view name, int status, std::string_view reason,
                           std::string_view explanation) {
  constexpr size_t kShownBytesMax = 300;
  return fmt::format("{}: the store answered {} {}{}{}", name, status,
                     reason.empty() ? "without a reason" : reason, explanation.empty() ? "" : " ",
                     explanation.substr(0, kShownBytesMax));
}

Status CheckEndpoint(std::string_view service, std::string_view endpoint, bool allow_http,
                     bool allow_path, std::string_view http_option) {
  const size_t scheme = endpoint.find("://");
  const bool is_url =
      scheme != std::string_view::npos && endpoint.size() > scheme + 3 &&
      endpoint[scheme + 3] != '/' &&
      endpoint.find_first_of(allow_path ? "?#@ " : "/?#@ ", scheme + 3) == std::string_view::npos;
  if (!is_url) {
    return Status::InvalidArgument(
        fmt::format("{}: the endpoint is no URL of scheme, host and port", service));
  }
  const std::string_view name = endpoint.substr(0, scheme);
  if (name != "https" && name != "http") {
    return Status::InvalidArgument(
        fmt::format("{}: the endpoint begins with neither https:// nor http://", service));
  }
  if (name == "http" && !allow_http) {
    return Status::InvalidArgument(fmt::format(
        "{}: the endpoint begins with http://, which {} has to allow", service, http_option));
  }
  return Status::Ok();
}

}  // namespace influxdb3::object_store
