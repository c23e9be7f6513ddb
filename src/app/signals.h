#pragma once

#include "util/status.h"

namespace influxdb3::app {

/// Makes SIGINT and SIGTERM ask for a stop instead of ending the process; the second one ends it at
/// once. Explicit handlers, because a process with number 1 does not get these signals otherwise.
/// Also ignores SIGPIPE. Call once, before other threads start.
util::Status InstallStopSignals();

/// Asks for a stop from within: the server found that it cannot go on. From any thread; does not
/// block. Without effect before InstallStopSignals.
void RequestStop();

/// Blocks until a stop was asked for; returns the signal's number, or 0 after RequestStop.
int WaitForStopSignal();

}  // namespace influxdb3::app
