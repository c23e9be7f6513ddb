#include "cli/write_progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/humantime.h"

namespace influxdb3::cli {
namespace {

std::string FormatBytes(double bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{:.0f}B", bytes);
  size_t unit = 0;
  bytes /= 1024;
  while (bytes >= 1024 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f}{}", bytes, kUnits[unit]);
}

}  // namespace

std::string FormatProgress(const client::WriteProgress& progress, int64_t elapsed_ns) {
  constexpr int64_t kMillisecond = 1'000'000;
  int64_t rounded_ns = std::max(elapsed_ns / kMillisecond, int64_t{1}) * kMillisecond;
  double seconds = static_cast<double>(rounded_ns) / 1e9;
  auto per_second = [seconds](uint64_t count) { return static_cast<double>(count) / seconds; };
  return fmt::format(
      "  {}: {} request{} ({:.2f} requests/sec), {} lines ({:.0f} lines/s), {} ({}/s)",
      util::FormatHumantime(rounded_ns), progress.requests, progress.requests == 1 ? "" : "s",
      per_second(progress.requests), progress.lines, per_second(progress.lines),
      FormatBytes(static_cast<double>(progress.bytes)), FormatBytes(per_second(progress.bytes)));
}

}  // namespace influxdb3::cli
