#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace influxdb3::object_store {

/// What is signed of a request. Names and values of `query` are not encoded; names of headers and
/// of parameters are in lower case.
struct AzureSignedParts {
  std::string method = {};
  std::string encoded_path = {};  ///< of the URL, with the emulator's account; begins with `/`
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  size_t body_bytes = 0;
};

/// `Sun, 06 Nov 1994 08:49:37 GMT` of a time since 1970.
std::string HttpDate(int64_t seconds);

/// The text that Shared Key authorization signs, for versions of the service since 2015.
std::string AzureStringToSign(const AzureSignedParts& parts, std::string_view account);

/// The value of the Authorization header. `key` is the decoded access key.
std::string AzureAuthorization(const AzureSignedParts& parts, std::string_view account,
                               std::string_view key);

}  // namespace influxdb3::object_store
