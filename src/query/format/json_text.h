#pragma once

#include <string>
#include <string_view>

#include "query/format/byte_sink.h"

namespace influxdb3::query {

/// Appends `text` as a JSON string with its quotes. Only quote, backslash and the control
/// characters below 0x20 are escaped.
void AppendJsonString(std::string_view text, ByteSink& sink);
/// The object key `"name":`.
std::string JsonKey(std::string_view name);

}  // namespace influxdb3::query
