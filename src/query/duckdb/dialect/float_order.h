#pragma once

#include <cstdint>
#include <cstring>

namespace influxdb3::query::sql {

/// The place of a number in the order of all floating-point numbers, by their bits: -NaN,
/// -infinity, …, -0, 0, …, infinity, NaN.
inline int64_t TotalOrder(double value) {
  int64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits ^ static_cast<int64_t>(static_cast<uint64_t>(bits >> 63) >> 1);
}

}  // namespace influxdb3::query::sql
