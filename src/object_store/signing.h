#pragma once

#include <string>
#include <string_view>

#include "util/result.h"

namespace influxdb3::object_store {

/// Two lower-case digits a byte.
std::string Hex(std::string_view bytes);

/// 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view text);

std::string Sha256Hex(std::string_view bytes);

/// With `=` at the end; no line breaks.
std::string Base64(std::string_view bytes);

/// The alphabet with `-` and `_`, and without `=`.
std::string Base64Url(std::string_view bytes);

/// InvalidArgument for all that Base64 does not make.
util::Result<std::string> FromBase64(std::string_view text);

/// The RS256 signature of `text` by a private key in PEM. InvalidArgument when it is no RSA key.
util::Result<std::string> SignRs256(const std::string& private_key_pem, std::string_view text);

/// So many hexadecimal digits that nobody can guess.
std::string RandomHex(size_t bytes);

}  // namespace influxdb3::object_store
