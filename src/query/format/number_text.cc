#include "query/format/number_text.h"

#include <cmath>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace influxdb3::query {
namespace {

char* WriteText(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// A positive finite value as digits and the power of ten of the first digit.
struct Decimal {
  char digits[24];
  int digit_count = 0;
  int exponent = 0;  ///< value = d.ddd × 10^exponent
};

template <class Float>
Decimal ShortestDecimal(Float value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  Decimal decimal;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.digit_count++] = *at;
  }
  const char* exponent = at + 1;
  if (*exponent == '+') ++exponent;  // from_chars takes no plus sign
  std::from_chars(exponent, end, decimal.exponent);
  return decimal;
}

char* WritePlain(const Decimal& decimal, char* out) {
  const auto count = static_cast<size_t>(decimal.digit_count);
  if (decimal.exponent < 0) {
    out = WriteText("0.", out);
    const auto zeros = static_cast<size_t>(-decimal.exponent - 1);
    std::memset(out, '0', zeros);
    std::memcpy(out + zeros, decimal.digits, count);
    return out + zeros + count;
  }
  const auto whole = static_cast<size_t>(decimal.exponent) + 1;
  if (count <= whole) {
    std::memcpy(out, decimal.digits, count);
    std::memset(out + count, '0', whole - count);
    return WriteText(".0", out + whole);
  }
  std::memcpy(out, decimal.digits, whole);
  out[whole] = '.';
  std::memcpy(out + whole + 1, decimal.digits + whole, count - whole);
  return out + count + 1;
}

char* WriteExponent(const Decimal& decimal, bool always_fraction, char* out) {
  *out++ = decimal.digits[0];
  if (decimal.digit_count > 1) {
    *out++ = '.';
    const auto rest = static_cast<size_t>(decimal.digit_count) - 1;
    std::memcpy(out, decimal.digits + 1, rest);
    out += rest;
  } else if (always_fraction) {
    out = WriteText(".0", out);
  }
  *out++ = 'e';
  return WriteInteger(decimal.exponent, out);
}

template <class Float>
bool IsPlain(int exponent, FloatStyle style) {
  if (style == FloatStyle::kJson) return exponent >= -5 && exponent <= 9;
  if constexpr (std::is_same_v<Float, float>) return exponent >= -6 && exponent <= 12;
  return exponent >= -5 && exponent <= 15;
}

/// The usual measurements have few decimals. A decimal of at most 15 digits that gives the value
/// back is its only one of that length, hence the shortest, and found here without a search.
char* WriteFewDecimals(double value, char* out) {
  constexpr double kMagnitudeMax = 1e9;
  constexpr int kDecimalsMax = 6;
  constexpr uint64_t kScale = 1'000'000;
  if (value >= kMagnitudeMax) return nullptr;
  const auto whole = static_cast<uint64_t>(value);
  if (static_cast<double>(whole) == value) return WriteText(".0", WriteInteger(whole, out));
  // A wrong rounding is found by the comparison below.
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  const auto scaled = static_cast<uint64_t>(value * static_cast<double>(kScale) + 0.5);
  if (static_cast<double>(scaled) / static_cast<double>(kScale) != value) return nullptr;
  out = WriteInteger(scaled / kScale, out);
  *out++ = '.';
  auto fraction = static_cast<uint32_t>(scaled % kScale);
  for (int i = kDecimalsMax - 1; i >= 0; --i, fraction /= 10) {
    out[i] = static_cast<char>('0' + fraction % 10);
  }
  out += kDecimalsMax;
  while (out[-1] == '0') --out;
  return out;
}

template <class Float>
char* WriteShortest(Float value, FloatStyle style, char* out) {
  if (!std::isfinite(value)) {
    if (style == FloatStyle::kJson) return WriteText("null", out);
    if (std::isnan(value)) return WriteText("NaN", out);
    return WriteText(value < 0 ? "-inf" : "inf", out);
  }
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (value == 0) return WriteText("0.0", out);
  if constexpr (std::is_same_v<Float, double>) {
    if (value >= 1e-5) {
      if (char* end = WriteFewDecimals(value, out)) return end;
    }
  }
  const Decimal decimal = ShortestDecimal(value);
  if (IsPlain<Float>(decimal.exponent, style)) return WritePlain(decimal, out);
  return WriteExponent(decimal, style == FloatStyle::kJson, out);
}

}  // namespace

char* WriteFloat(double value, FloatStyle style, char* out) {
  return WriteShortest(value, style, out);
}

char* WriteFloat(float value, FloatStyle style, char* out) {
  return WriteShortest(value, style, out);
}

}  // namespace influxdb3::query
