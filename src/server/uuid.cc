#include "server/uuid.h"

#include <array>
#include <random>

namespace influxdb3::server {
namespace {

using Bytes = std::array<uint8_t, 16>;

Bytes RandomBytes() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  Bytes bytes{};
  for (size_t half = 0; half < 2; ++half) {
    uint64_t value = generator();
    for (size_t i = 0; i < 8; ++i, value >>= 8) bytes[half * 8 + i] = static_cast<uint8_t>(value);
  }
  return bytes;
}

std::string Format(Bytes bytes, uint8_t version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3F) | 0x80);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 0x0F]);
  }
  return text;
}

}  // namespace

std::string RandomUuid() {
  return Format(RandomBytes(), 4);
}

std::string TimeOrderedUuid(int64_t unix_ms) {
  Bytes bytes = RandomBytes();
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(unix_ms >> (8 * (5 - i)));
  return Format(bytes, 7);
}

}  // namespace influxdb3::server
