#include "app/aws_credentials.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace influxdb3::app {

using nlohmann::json;
using util::Result;
using util::Status;

namespace {

constexpr size_t kFileBytesMax = 65'536;
constexpr int64_t kNsPerSecond = 1'000'000'000;

Status ReadText(const json& object, const char* key, bool required, std::string* text) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) {
    if (!required) return Status::Ok();
    return Status::InvalidArgument(fmt::format("the key '{}' is missing", key));
  }
  if (!found->is_string() || (required && found->get_ref<const std::string&>().empty())) {
    return Status::InvalidArgument(fmt::format("the value of '{}' is no text", key));
  }
  *text = found->get<std::string>();
  return Status::Ok();
}

}  // namespace

Result<AwsCredentials> ParseAwsCredentials(std::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Status::InvalidArgument("it is no JSON object");
  AwsCredentials credentials;
  RETURN_IF_ERROR(ReadText(object, "aws_access_key_id", true, &credentials.access_key_id));
  RETURN_IF_ERROR(ReadText(object, "aws_secret_access_key", true, &credentials.secret_access_key));
  RETURN_IF_ERROR(ReadText(object, "aws_session_token", false, &credentials.session_token));
  const auto expiry = object.find("expiry");
  if (expiry == object.end() || expiry->is_null()) return credentials;
  constexpr int64_t kSecondsMax = std::numeric_limits<int64_t>::max() / kNsPerSecond;
  const bool in_range =
      expiry->is_number_unsigned() && expiry->get<uint64_t>() <= static_cast<uint64_t>(kSecondsMax);
  if (!in_range) {
    return Status::InvalidArgument("the value of 'expiry' is no number of seconds since 1970");
  }
  credentials.expiry_ns = expiry->get<int64_t>() * kNsPerSecond;
  return credentials;
}

Result<AwsCredentials> ReadAwsCredentialsFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file.good()) {
    return Status::InvalidArgument(
        fmt::format("cannot read the credentials file '{}': {}", path, std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kFileBytesMax) {
    return Status::InvalidArgument(
        fmt::format("the credentials file '{}' is longer than {} bytes", path, kFileBytesMax));
  }
  Result<AwsCredentials> credentials = ParseAwsCredentials(text);
  if (credentials.ok()) return credentials;
  return credentials.status().WithPrefix(
      fmt::format("the credentials file '{}' cannot be used: ", path));
}

}  // namespace influxdb3::app
