#pragma once

#include <cstddef>
#include <string>

namespace influxdb3::app {

/// Memory this process may use: the machine's, or its control group's limit where that is less.
size_t MemoryBytes();
int CoreCount();
/// Makes the allocator keep freed memory for reuse instead of returning it at once. Call before
/// other threads run.
void TuneAllocator();

/// Allows as many open files as the system lets an ordinary process have.
void RaiseOpenFileLimit();

/// True for `127.…`, `[::1]` and `localhost` with a port behind.
bool IsLoopbackAddress(const std::string& address);

}  // namespace influxdb3::app
