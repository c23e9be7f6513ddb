#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "util/status.h"

namespace influxdb3::cli {

enum class OptionKind {
  kFlag,           ///< given or not; its environment variable takes true or false
  kCount,          ///< how often it was given (`-vvv`)
  kValue,          ///< exactly one value
  kOptionalValue,  ///< `--name` or `--name VALUE`
  kList,           ///< values separated by commas; may be repeated
};

/// Where help mentions an option.
enum class HelpLevel { kShort, kFull, kHidden };

/// What becomes of an option that this build takes but does not act on.
enum class Effect { kYes, kNoneYet, kRefused };

/// Checks one value; the message of a failure stands behind `invalid value 'x' for '--name <N>': `.
using ValueCheck = std::function<util::Status(const std::string&)>;

/// One flag of a command: names, environment, help and the check of its value.
struct OptionSpec {
  OptionKind kind = OptionKind::kValue;
  /// `-d,--database,--bucket`: the first long name is the one shown, later ones are aliases.
  std::string names;
  std::string value_name;
  std::string help;
  std::vector<std::string> environment;  ///< read in this order; the first is shown
  std::string default_text;              ///< used and shown when not empty
  ValueCheck check;
  std::vector<std::string> possible_values;  ///< compared without case; empty = any
  bool required = false;
  HelpLevel level = HelpLevel::kShort;
  Effect effect = Effect::kYes;
  std::string refusal;  ///< for kRefused: why, and what to do
  bool secret = false;  ///< help hides the value taken from the environment

  /// The first long name, with dashes: the option's identity.
  std::string Id() const;
  /// `--database <DATABASE_NAME>`, `--tags <TAGS>...`, `--no-sync`.
  std::string Display() const;
};

struct PositionalSpec {
  std::string value_name;
  std::string help;
  bool required = false;
  bool repeated = false;
  std::vector<std::string> environment;

  /// `<DATABASE_NAME>`, `[QUERY]...`.
  std::string Display() const;
};

/// A node of the command tree. Commands with subcommands have no positionals.
struct CommandSpec {
  std::string name;
  std::vector<std::string> aliases;
  std::string about;
  std::vector<OptionSpec> options;
  std::vector<PositionalSpec> positionals;
  std::vector<CommandSpec> subcommands;
  std::vector<std::string> examples;  ///< a line starting with `#` explains the next
  bool subcommand_required = true;
};

}  // namespace influxdb3::cli
