#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace influxdb3::query::sql {

/// The hash that the reference's sketches are made of: aHash with AES rounds, keyed with the seeds
/// of its HyperLogLog. Thread-safe.

/// Of a number as Rust hashes an integer of up to 64 bits, extended without its sign.
uint64_t HashOfNumber(uint64_t value);
/// Of a text as Rust hashes a `String`.
uint64_t HashOfText(std::string_view text);
/// Of bytes as Rust hashes a `Vec<u8>`.
uint64_t HashOfBytes(std::string_view bytes);

}  // namespace influxdb3::query::sql
