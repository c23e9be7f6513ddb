#pragma once

#include "query/format/cell_column.h"

namespace influxdb3::query {

/// Each sets up `column`, whose array is set, when the array's type is one of its kind and returns
/// whether it is. With `json` texts are quoted.
bool SetNumberCells(bool json, CellColumn* column);
bool SetTextCells(bool json, CellColumn* column);
/// Dates, times of day, durations, intervals and timestamps (whose zone the caller sets).
bool SetTimeCells(bool json, CellColumn* column);

}  // namespace influxdb3::query
