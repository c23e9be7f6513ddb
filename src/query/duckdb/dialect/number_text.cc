#include "query/duckdb/dialect/number_text.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include <fast_float/fast_float.h>

namespace influxdb3::query::sql {
namespace {

template <class T>
std::string Shortest(T value, std::chars_format format) {
  char buffer[400];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value, format);
  return std::string(buffer, result.ptr);
}

template <class T>
std::string CastText(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const T magnitude = std::fabs(value);
  if (value != 0 && (magnitude >= static_cast<T>(1e16) || magnitude < static_cast<T>(1e-5))) {
    std::string text = Shortest(value, std::chars_format::scientific);
    // Exponents have no plus sign and no leading zeros.
    const size_t exponent = text.find('e') + 1;
    std::string digits = text.substr(exponent);
    const bool negative = digits[0] == '-';
    if (digits[0] == '-' || digits[0] == '+') digits.erase(0, 1);
    while (digits.size() > 1 && digits[0] == '0') digits.erase(0, 1);
    return text.substr(0, exponent) + (negative ? "-" : "") + digits;
  }
  std::string text = Shortest(value, std::chars_format::fixed);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

template <class T>
bool ParseWhole(std::string_view text, T* value) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), *value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace

std::string PlainNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  constexpr double kExactMax = 1e17;
  if (std::fabs(value) < kExactMax) return Shortest(value, std::chars_format::fixed);
  // As few digits as tell the number apart, then zeros.
  const std::string text = Shortest(value, std::chars_format::scientific);
  const size_t e = text.find('e');
  std::string digits = text.substr(0, e);
  const size_t point = digits.find('.');
  if (point != std::string::npos) digits.erase(point, 1);
  const size_t places = std::stoul(text.substr(e + 2)) + (digits[0] == '-' ? 2 : 1);
  digits.append(places - digits.size(), '0');
  return digits;
}

std::string CastNumber(double value) {
  return CastText(value);
}
std::string CastNumber(float value) {
  return CastText(value);
}

double ParseNumber(std::string_view text) {
  double value = 0;
  return ParseFloat(text, &value) ? value : 0;
}

bool ParseInteger(std::string_view text, int64_t* value) {
  return ParseWhole(text, value);
}
bool ParseUnsigned(std::string_view text, uint64_t* value) {
  return ParseWhole(text, value);
}

bool ParseFloat(std::string_view text, double* value) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  const auto result = fast_float::from_chars(text.data(), text.data() + text.size(), *value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace influxdb3::query::sql
