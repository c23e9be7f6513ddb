#pragma once

#include <string_view>

#include "util/status.h"

namespace influxdb3::server::http {

/// Error: InvalidArgument `body content is not valid utf8: …` with the place of the first fault.
util::Status CheckUtf8(std::string_view text);

/// Length of the valid UTF-8 sequence at the start of `text`, 0 when there is none.
size_t ValidSequenceSize(std::string_view text);

}  // namespace influxdb3::server::http
