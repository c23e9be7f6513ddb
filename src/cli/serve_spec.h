#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_spec.h"
#include "cli/value_checks.h"

namespace influxdb3::cli {

/// One line of the tables that declare the options of `serve`.
struct ServeRow {
  OptionKind kind;
  std::string_view names;
  std::string_view value_name;
  std::string_view default_text;
  util::Status (*check)(const std::string&);
  std::string_view help;
  HelpLevel level = HelpLevel::kFull;
  Effect effect = Effect::kYes;
  /// Variables that do not follow from the names, separated by commas; read before those that do.
  std::string_view extra_environment = "";
};

/// The option of a row. Each long name `--a-b` reads `INFLUXDB3_A_B`.
OptionSpec FromRow(const ServeRow& row);

/// Options that this version acts on.
std::vector<OptionSpec> ServeOptionsInEffect();
/// Options of the reference that are taken and checked, or refused, so that scripts and containers
/// written for it either work or say what is missing.
std::vector<OptionSpec> ServeOptionsAccepted();
/// `--num-io-threads` and its relatives, which may also stand before the command.
std::vector<OptionSpec> RuntimeOptions();

}  // namespace influxdb3::cli
