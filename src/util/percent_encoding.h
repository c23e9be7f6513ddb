#pragma once

#include <string>
#include <string_view>

namespace influxdb3::util {

/// Percent-encodes every byte but the unreserved characters of RFC 3986 (ASCII letters, digits and
/// `-_.~`) and those in `kept`. Digits of the codes are in upper case, as signatures need them.
std::string PercentEncode(std::string_view text, std::string_view kept = {});

}  // namespace influxdb3::util
