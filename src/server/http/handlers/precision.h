#pragma once

#include <string>

#include "ingest/write_service.h"
#include "util/result.h"

namespace influxdb3::server::http {

// Errors are InvalidArgument with the bare reason, e.g. "unknown variant `x`, expected one of …".

/// The words of /api/v3/write_lp.
util::Result<ingest::Precision> ParseV3Precision(const std::string& word);
/// The words of the 1.x and 2.x endpoints, which have minutes and hours but no `auto`.
util::Result<ingest::Precision> ParseV1Precision(const std::string& word);

}  // namespace influxdb3::server::http
