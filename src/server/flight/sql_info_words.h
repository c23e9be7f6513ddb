#pragma once

#include <string_view>

namespace influxdb3::server::flight {

/// Lists of words that GetSqlInfo answers with, each separated by blanks.
extern const std::string_view kSqlKeywords;
extern const std::string_view kNumericFunctions;
extern const std::string_view kStringFunctions;
extern const std::string_view kSystemFunctions;
extern const std::string_view kDateTimeFunctions;

}  // namespace influxdb3::server::flight
