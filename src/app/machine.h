#pragma once

#include <string>

namespace influxdb3::app {

/// Makes the allocator keep freed memory for reuse instead of returning it at once. Call before
/// other threads run.
void TuneAllocator();

/// Allows as many open files as the system lets an ordinary process have.
void RaiseOpenFileLimit();

/// True for `127.…`, `[::1]` and `localhost` with a port behind.
bool IsLoopbackAddress(const std::string& address);

}  // namespace influxdb3::app
