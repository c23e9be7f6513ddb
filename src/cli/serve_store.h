#pragma once

#include <vector>

#include "app/serve_options.h"
#include "cli/command.h"
#include "cli/option_spec.h"
#include "cli/parsed_arguments.h"
#include "util/result.h"

namespace influxdb3::cli {

/// Options of `serve` about object stores in buckets. Those of `--object-store` and `--data-dir`
/// stand with the commonest ones.
std::vector<OptionSpec> StoreOptions();

/// Which store, and how it is reached. InvalidArgument when the chosen store lacks an option it
/// cannot do without.
util::Status ReadStoreOptions(const ParsedArguments& arguments, const CommandContext& context,
                              app::ServeOptions& options);

}  // namespace influxdb3::cli
