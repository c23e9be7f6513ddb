#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

/// Readings of option values, each with the check that an OptionSpec names.
namespace influxdb3::cli {

/// `20%` of the machine's memory, a bare number of megabytes, or a number with b, kb, mb, gb or tb
/// in any case (a kilobyte is 1,024 bytes).
util::Result<uint64_t> ParseMemorySize(std::string_view text, uint64_t machine_bytes);

util::Result<uint64_t> ParseUnsigned(std::string_view text);
/// true/false and the other words clap takes for environment flags (yes, no, on, off, 1, 0 …).
util::Result<bool> ParseBoolean(std::string_view text);

util::Status CheckMemorySize(const std::string& text);
util::Status CheckUnsigned(const std::string& text);
/// A whole number of at least 1.
util::Status CheckCount(const std::string& text);
util::Status CheckDuration(const std::string& text);
/// `30d` or `none`.
util::Status CheckDurationOrNone(const std::string& text);
/// A number strictly between 0 and 1.
util::Status CheckFraction(const std::string& text);
/// `host:port` with a port of 0 to 65535; IPv6 hosts in brackets.
util::Status CheckSocketAddress(const std::string& text);
util::Status CheckUrl(const std::string& text);
/// Any signed or unsigned whole number.
util::Status CheckInteger(const std::string& text);

}  // namespace influxdb3::cli
