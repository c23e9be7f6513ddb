#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace influxdb3::object_store {

struct S3Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty = none
};

/// What is signed of a request. Names and values of `query` are not encoded yet; `headers` holds
/// lower-case names, with `host`, in any order.
struct S3SignedParts {
  std::string method = {};
  std::string encoded_path = {};  ///< begins with `/`
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string payload_sha256 = {};  ///< in hexadecimal digits
};

/// `YYYYMMDDTHHMMSSZ` of a time since 1970.
std::string S3Timestamp(int64_t seconds);

/// The query string, sorted and percent-encoded as the signature needs it.
std::string S3QueryString(std::vector<std::pair<std::string, std::string>> query);

/// The value of the Authorization header by AWS Signature Version 4 for the service `s3`.
std::string S3Authorization(const S3SignedParts& parts, const S3Credentials& credentials,
                            std::string_view region, std::string_view timestamp);

}  // namespace influxdb3::object_store
