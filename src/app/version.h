#pragma once

#include <string_view>

namespace influxdb3::app {

inline constexpr std::string_view kProductName = "InfluxDB 3 Core";
/// The version of the reference system whose surface this server offers.
inline constexpr std::string_view kVersion = "3.10.0";
/// The git revision the binary was built from, or `unknown` outside a checkout.
std::string_view Revision();

}  // namespace influxdb3::app
