#pragma once

#include <string_view>

#include <fmt/format.h>

namespace influxdb3::util {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError, kOff };

/// Where and how the process logs; set once at start, before other threads run.
struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  bool to_stderr = false;
  bool json = false;
};

void InitLogging(const LogOptions& options);
bool LogEnabled(LogLevel level);
/// Writes one line with time and level. Thread-safe. Never pass secrets.
void LogLine(LogLevel level, std::string_view message);

template <class... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kInfo)) {
    LogLine(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void LogWarn(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kWarn)) {
    LogLine(LogLevel::kWarn, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kError)) {
    LogLine(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void LogDebug(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kDebug)) {
    LogLine(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
}

}  // namespace influxdb3::util
