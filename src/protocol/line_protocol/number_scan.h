#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace influxdb3::line_protocol {

constexpr bool IsDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

/// Reads the digits at `at` behind those already in `*value` (modulo 2^64, exact up to 19 digits)
/// and returns the first byte that is none.
inline const char* ScanDigits(const char* at, const char* end, uint64_t* value) {
  if constexpr (std::endian::native == std::endian::little) {
    while (end - at >= 8) {
      uint64_t chunk;
      std::memcpy(&chunk, at, sizeof(chunk));
      const bool all_digits =
          ((chunk & (chunk + 0x0606060606060606U)) & 0xF0F0F0F0F0F0F0F0U) == 0x3030303030303030U;
      if (!all_digits) break;
      // Pairs, then fours, then all eight digits are added up in parallel.
      chunk -= 0x3030303030303030U;
      chunk = (chunk * 10) + (chunk >> 8);
      chunk = (((chunk & 0x000000FF000000FFU) * 0x000F424000000064U) +
               (((chunk >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
              32;
      *value = *value * 100000000 + (chunk & 0xFFFFFFFFU);
      at += 8;
    }
  }
  while (at != end && IsDigit(*at)) *value = *value * 10 + static_cast<uint64_t>(*at++ - '0');
  return at;
}

enum class NumberKind : uint8_t {
  kNone,         ///< no number begins here
  kInt64,        ///< `-?digits i`
  kUInt64,       ///< `digits u`
  kFloat64,      ///< `-?digits[.digits][e[+-]digits]`
  kInt64Range,   ///< an integer beyond int64
  kUInt64Range,  ///< an unsigned integer beyond uint64
};

/// The longest number at some place, and what follows it.
struct ScannedNumber {
  NumberKind kind = NumberKind::kNone;
  const char* end = nullptr;  ///< behind the number and its suffix
  union {
    int64_t int64 = 0;
    uint64_t uint64;
    double float64;
  };
};

/// Decimal digits without suffix, of any number, as a 64-bit integer; false when it does not fit.
bool ParseInt64(const char* begin, const char* end, int64_t* value);
bool ParseUInt64(const char* begin, const char* end, uint64_t* value);
/// Any float of the grammar, correctly rounded; infinite when beyond the range of a double.
double ParseFloat64(const char* begin, const char* end);

inline constexpr int kDigitsExactMax = 19;
inline constexpr int64_t kInt64DigitsSafe = 18;
inline constexpr std::array<double, 23> kPowersOfTen = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// `-?digits` as a timestamp has them. kInt64 or kInt64Range, or kNone.
inline ScannedNumber ScanInteger(const char* begin, const char* end) {
  ScannedNumber number;
  const bool negative = begin != end && *begin == '-';
  const char* digits = begin + (negative ? 1 : 0);
  uint64_t value = 0;
  number.end = ScanDigits(digits, end, &value);
  if (number.end == digits) return number;
  if (number.end - digits <= kInt64DigitsSafe) {
    number.kind = NumberKind::kInt64;
    number.int64 = negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
    return number;
  }
  number.kind =
      ParseInt64(begin, number.end, &number.int64) ? NumberKind::kInt64 : NumberKind::kInt64Range;
  return number;
}

/// The longest number at `begin`. A suffix that does not fit the form is left for the caller.
inline ScannedNumber ScanNumber(const char* begin, const char* end) {
  ScannedNumber number;
  const bool negative = begin != end && *begin == '-';
  const char* digits = begin + (negative ? 1 : 0);
  uint64_t mantissa = 0;
  const char* at = ScanDigits(digits, end, &mantissa);
  int64_t digit_count = at - digits;
  if (digit_count == 0) return number;
  if (at != end && *at == 'i') {
    number = ScanInteger(begin, at);
    number.end = at + 1;
    return number;
  }
  if (at != end && *at == 'u' && !negative) {
    number.end = at + 1;
    number.uint64 = mantissa;
    number.kind = digit_count <= kDigitsExactMax || ParseUInt64(begin, at, &number.uint64)
                      ? NumberKind::kUInt64
                      : NumberKind::kUInt64Range;
    return number;
  }
  number.kind = NumberKind::kFloat64;
  int64_t fraction_digits = 0;
  if (end - at >= 2 && *at == '.' && IsDigit(at[1])) {
    const char* fraction = at + 1;
    at = ScanDigits(fraction, end, &mantissa);
    fraction_digits = at - fraction;
    digit_count += fraction_digits;
  }
  bool exponent = false;
  if (end - at >= 2 && (*at == 'e' || *at == 'E')) {
    const char* exponent_digits = at + 1;
    if (*exponent_digits == '-' || *exponent_digits == '+') ++exponent_digits;
    uint64_t unused = 0;
    const char* exponent_end = ScanDigits(exponent_digits, end, &unused);
    exponent = exponent_end != exponent_digits;
    if (exponent) at = exponent_end;
  }
  number.end = at;
  // Both operands are exact doubles, so one division rounds correctly.
  constexpr uint64_t kMantissaExactMax = uint64_t{1} << 53;
  if (!exponent && digit_count <= kDigitsExactMax && mantissa <= kMantissaExactMax) {
    const double value =
        static_cast<double>(mantissa) / kPowersOfTen[static_cast<size_t>(fraction_digits)];
    number.float64 = negative ? -value : value;
  } else {
    number.float64 = ParseFloat64(begin, at);
  }
  return number;
}

}  // namespace influxdb3::line_protocol
