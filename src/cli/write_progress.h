#pragma once

#include <cstdint>
#include <string>

#include "client/bulk_writer.h"

namespace influxdb3::cli {

/// `  1s 230ms: 1 request (0.81 requests/sec), 6 lines (5 lines/s), 512B (416B/s)`.
std::string FormatProgress(const client::WriteProgress& progress, int64_t elapsed_ns);

}  // namespace influxdb3::cli
