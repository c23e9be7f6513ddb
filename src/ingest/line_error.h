#pragma once

#include <cstdint>
#include <string>

namespace influxdb3::ingest {

/// Why one line of a write was not stored; the shape of the items in a partial write's reply.
struct LineError {
  uint64_t line_number = 0;   ///< from 1; blank lines and comments do not count
  std::string original_line;  ///< the whole line
  std::string error_message;
};

}  // namespace influxdb3::ingest
