#include "cli/option_spec.h"

#include <fmt/format.h>

namespace influxdb3::cli {

std::string OptionSpec::Id() const {
  size_t start = names.find("--");
  if (start == std::string::npos) return names;
  return names.substr(start, names.find(',', start) - start);
}

std::string OptionSpec::Display() const {
  switch (kind) {
    case OptionKind::kFlag:
    case OptionKind::kCount: return Id();
    case OptionKind::kValue: return fmt::format("{} <{}>", Id(), value_name);
    case OptionKind::kOptionalValue: return fmt::format("{} [<{}>]", Id(), value_name);
    case OptionKind::kList: return fmt::format("{} <{}>...", Id(), value_name);
  }
  return Id();
}

std::string PositionalSpec::Display() const {
  return fmt::format("{}{}{}{}", required ? '<' : '[', value_name, required ? '>' : ']',
                     repeated ? "..." : "");
}

}  // namespace influxdb3::cli
