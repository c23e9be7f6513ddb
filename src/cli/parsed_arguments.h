#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace influxdb3::cli {

/// The values of one command after flags, environment and defaults were merged and checked. Options
/// are asked for by their first long name with dashes. Asking for an option the command does not
/// have is a bug and aborts.
class ParsedArguments {
 public:
  /// True when given by flag or environment, not by default.
  bool Given(const std::string& id) const;
  /// The value or the default; empty when there is neither.
  const std::string& Text(const std::string& id) const;
  std::optional<std::string> OptionalText(const std::string& id) const;
  const std::vector<std::string>& Texts(const std::string& id) const;
  bool Flag(const std::string& id) const;
  int Count(const std::string& id) const;
  /// For options whose check is CheckCount, CheckDuration or CheckMemorySize.
  uint64_t Number(const std::string& id) const;
  int64_t DurationNs(const std::string& id) const;
  uint64_t MemoryBytes(const std::string& id) const;

  const std::vector<std::string>& positionals() const { return positionals_; }

 private:
  friend class ArgumentParser;
  struct Value {
    std::vector<std::string> texts;
    bool given = false;
    int count = 0;
  };
  const Value& Find(const std::string& id) const;

  std::map<std::string, Value> values_;
  std::vector<std::string> positionals_;
};

}  // namespace influxdb3::cli
