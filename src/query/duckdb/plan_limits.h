#pragma once

#include "duckdb.hpp"

namespace influxdb3::query {

/// Registers a check of every plan before it is optimised. The optimiser cannot be interrupted, and
/// its time grows with the square of some sizes and exponentially with one; plans beyond limits::
/// kQuery…Max are refused.
void RegisterPlanLimits(duckdb::DBConfig& config);

}  // namespace influxdb3::query
