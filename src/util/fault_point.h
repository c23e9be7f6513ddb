#pragma once

#include <functional>
#include <string_view>

#include "util/status.h"

/// Named places in the code where tests make things fail, stop or die. In production no hook is
/// installed and a fault point costs one relaxed load.
namespace influxdb3::util {

/// Called with the point's name; a returned error is returned by the code at the point. May block
/// (to force an interleaving) or end the process (to simulate a crash).
using FaultHook = std::function<Status(std::string_view name)>;

/// Installs `hook` for all points (an empty one removes it). Only for tests, and for the hidden
/// environment variable INFLUXDB3_FAULT_POINT=<name>[:n] with which crash tests kill a server at
/// the n-th passing of a point.
void SetFaultHook(FaultHook hook);
void InstallFaultPointFromEnvironment();

Status FaultPoint(std::string_view name);

}  // namespace influxdb3::util
