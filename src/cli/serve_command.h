#pragma once

#include <string>
#include <vector>

#include "app/serve_options.h"
#include "cli/command.h"
#include "util/result.h"

namespace influxdb3::cli {

/// The server's options from those of the command line. Defaults that depend on the machine stay 0.
util::Result<app::ServeOptions> BuildServeOptions(const CommandCall& call,
                                                  const CommandContext& context);

/// `info`, `debug`, `warn,hyper=off`, `influxdb3_wal=debug`: a bare level wins, else the most
/// talkative of the modules' levels.
util::Result<util::LogLevel> ParseLogFilter(const std::string& filter);

}  // namespace influxdb3::cli
