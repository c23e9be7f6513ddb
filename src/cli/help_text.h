#pragma once

#include <string>
#include <vector>

#include "cli/option_spec.h"

namespace influxdb3::cli {

/// A command with its way from the root: {root, create, database}. Never empty.
using CommandPath = std::vector<const CommandSpec*>;

/// `influxdb3 query [OPTIONS] --database <DATABASE_NAME> [QUERY]...`.
std::string UsageLine(const CommandPath& path);

/// The help page; `full` also lists the options that --help leaves out.
std::string HelpText(const CommandPath& path, bool full);

}  // namespace influxdb3::cli
