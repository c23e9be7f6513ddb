#include "cli/parsed_arguments.h"

#include "cli/value_checks.h"
#include "util/check.h"
#include "util/humantime.h"
#include "util/machine.h"

namespace influxdb3::cli {

const ParsedArguments::Value& ParsedArguments::Find(const std::string& id) const {
  auto found = values_.find(id);
  CHECK(found != values_.end());
  return found->second;
}

bool ParsedArguments::Given(const std::string& id) const {
  return Find(id).given;
}

const std::string& ParsedArguments::Text(const std::string& id) const {
  static const auto& kEmpty = *new std::string();
  const Value& value = Find(id);
  return value.texts.empty() ? kEmpty : value.texts.front();
}

std::optional<std::string> ParsedArguments::OptionalText(const std::string& id) const {
  const Value& value = Find(id);
  if (value.texts.empty()) return std::nullopt;
  return value.texts.front();
}

const std::vector<std::string>& ParsedArguments::Texts(const std::string& id) const {
  return Find(id).texts;
}

bool ParsedArguments::Flag(const std::string& id) const {
  return Find(id).count > 0;
}

int ParsedArguments::Count(const std::string& id) const {
  return Find(id).count;
}

uint64_t ParsedArguments::Number(const std::string& id) const {
  return ParseUnsigned(Text(id)).value();
}

int64_t ParsedArguments::DurationNs(const std::string& id) const {
  return util::ParseHumantime(Text(id)).value();
}

uint64_t ParsedArguments::MemoryBytes(const std::string& id) const {
  return ParseMemorySize(Text(id), util::MemoryBytes()).value();
}

}  // namespace influxdb3::cli
