#pragma once

#include <string>
#include <string_view>

namespace influxdb3::query::sql {

/// Regular expressions and replacement texts as the reference's users write them, turned into
/// DuckDB's (RE2's). Pure functions.

/// `\d`, `\w` and `\s` match all of Unicode; groups are named `(?<name>…)` or `(?P<name>…)`.
/// `flags` such as `i` are put in front. Patterns without any of that come back unchanged.
std::string EnginePattern(std::string_view pattern, std::string_view flags);

/// How many capture groups a pattern has.
size_t CaptureGroupCount(std::string_view pattern);

/// `$1`, `${1}`, `$name`, `${name}` and `\1` stand for groups of the pattern, `$$` for a dollar
/// sign. A group the pattern does not have is nothing.
std::string EngineReplacement(std::string_view replacement, std::string_view pattern);

}  // namespace influxdb3::query::sql
