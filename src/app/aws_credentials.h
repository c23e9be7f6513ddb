#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.h"

namespace influxdb3::app {

/// What an `--aws-credentials-file` holds.
struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;         ///< empty = none
  std::optional<int64_t> expiry_ns;  ///< since 1970; unset = never
};

/// Reads the JSON keys `aws_access_key_id`, `aws_secret_access_key` and, optional,
/// `aws_session_token` and `expiry` (seconds since 1970). InvalidArgument without any secret in the
/// message.
util::Result<AwsCredentials> ParseAwsCredentials(std::string_view json);

/// The same from a file of at most 64 KiB; messages name it.
util::Result<AwsCredentials> ReadAwsCredentialsFile(const std::string& path);

}  // namespace influxdb3::app
