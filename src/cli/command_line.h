#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace influxdb3::cli {

/// The whole tree of commands.
CommandSpec RootSpec();

/// Parses and runs; returns the process's exit code: 0 done, 1 failed, 2 wrong usage.
int RunCommandLine(const std::vector<std::string>& arguments, const std::string& version_line,
                   CommandContext& context);

}  // namespace influxdb3::cli
