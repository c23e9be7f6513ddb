#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace influxdb3::query::sql {

/// Shortest digits that read back as the same number, never with an exponent: `1000`, `0.0000001`.
std::string PlainNumber(double value);
/// As a cast to text writes it: `1.0`, `1e20`, `1e-7`, `NaN`, `inf`.
std::string CastNumber(double value);
std::string CastNumber(float value);
/// The nearest double; 0 for text that is no number.
double ParseNumber(std::string_view text);
/// False unless the whole text is an integer (a sign and digits) in range.
bool ParseInteger(std::string_view text, int64_t* value);
bool ParseUnsigned(std::string_view text, uint64_t* value);
/// False unless the whole text is a number.
bool ParseFloat(std::string_view text, double* value);

}  // namespace influxdb3::query::sql
