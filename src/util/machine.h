#pragma once

#include <cstddef>

namespace influxdb3::util {

/// Memory this process may use: the machine's, or its control group's limit where that is less.
size_t MemoryBytes();
int CoreCount();

}  // namespace influxdb3::util
