#include "object_store/s3_signature.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "object_store/signing.h"
#include "util/check.h"
#include "util/percent_encoding.h"

namespace influxdb3::object_store {

std::string S3Timestamp(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  CHECK(gmtime_r(&time, &utc) != nullptr);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string S3QueryString(std::vector<std::pair<std::string, std::string>> query) {
  for (auto& [name, value] : query) {
    name = util::PercentEncode(name);
    value = util::PercentEncode(value);
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

std::string S3Authorization(const S3SignedParts& parts, const S3Credentials& credentials,
                            std::string_view region, std::string_view timestamp) {
  auto headers = parts.headers;
  std::sort(headers.begin(), headers.end());
  std::string header_lines;
  std::string names;
  for (const auto& [name, value] : headers) {
    header_lines += fmt::format("{}:{}\n", name, value);
    names += fmt::format("{}{}", names.empty() ? "" : ";", name);
  }
  const std::string request =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", parts.method, parts.encoded_path,
                  S3QueryString(parts.query), header_lines, names, parts.payload_sha256);
  const std::string_view date = timestamp.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", date, region);
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", timestamp, scope, Sha256Hex(request));
  std::string key = HmacSha256("AWS4" + credentials.secret_access_key, date);
  for (const std::string_view part :
       {region, std::string_view("s3"), std::string_view("aws4_request")}) {
    key = HmacSha256(key, part);
  }
  return fmt::format("AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
                     credentials.access_key_id, scope, names, Hex(HmacSha256(key, to_sign)));
}

}  // namespace influxdb3::object_store
