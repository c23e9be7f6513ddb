#pragma once

#include <cstddef>
#include <string_view>

namespace influxdb3::query {

/// The number of terminal columns that UTF-8 text occupies: East Asian wide characters and emoji
/// take two, combining marks none, control characters one.
size_t DisplayWidth(std::string_view text);

}  // namespace influxdb3::query
