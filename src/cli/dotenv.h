#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/result.h"

namespace influxdb3::cli {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Reads the text of a `.env` file: `NAME=value`, `export NAME=value`, `#` comments, values bare,
/// in single quotes (literal) or in double quotes (escapes `\n`, `\\`, `\"`, `\$`; may span lines).
/// `$NAME` and `${NAME}` are replaced outside single quotes, first by `lookup`, then by variables
/// of the file. InvalidArgument names the line that cannot be read.
util::Result<Variables> ParseDotenv(
    std::string_view text,
    const std::function<std::optional<std::string>(const std::string&)>& lookup);

/// Sets the variables of the nearest `.env` file in `directory` or above; variables that are set
/// already win. Without such a file it does nothing.
util::Status LoadDotenv(const std::string& directory);

}  // namespace influxdb3::cli
