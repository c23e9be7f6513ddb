#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace influxdb3::query::sql {

/// The 32 bytes of BLAKE3's hash without a key. OpenSSL does not have it.
std::array<uint8_t, 32> Blake3(std::string_view input);

}  // namespace influxdb3::query::sql
