#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace influxdb3::server::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kDelete, kPatch, kOptions, kOther };

std::string_view MethodName(Method method);
/// `GET` → kGet; kOther for what is none of them.
Method MethodFromName(std::string_view name);

/// One HTTP request as received. The body is as sent: see body_decoder.h.
struct Request {
  Method method = Method::kOther;
  std::string path;             ///< as sent, without query
  std::string query;            ///< behind the `?`, undecoded
  bool has_query = false;       ///< there was a `?`
  std::string body;             ///< raw bytes
  bool body_too_large = false;  ///< the body passed the limit and was not read
  std::vector<std::pair<std::string, std::string>> headers;

  /// Value of the first header of that name (any case), empty when absent.
  std::string_view Header(std::string_view name) const;
  bool HasHeader(std::string_view name) const;

  /// Sets path and query from the target of a request line, absolute (`http://host/path`) or not.
  void SetTarget(std::string_view target);
};

}  // namespace influxdb3::server::http
