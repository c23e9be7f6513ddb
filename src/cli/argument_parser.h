#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/help_text.h"
#include "cli/option_spec.h"
#include "cli/parsed_arguments.h"

namespace influxdb3::cli {

/// Looks up an environment variable; none when it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string&)>;

enum class ParseOutcome {
  kRun,      ///< execute the command
  kPrint,    ///< print `text` on standard output and exit 0 (help, version)
  kRefused,  ///< print `text` on standard error and exit 2
};

struct ParseResult {
  ParseOutcome outcome = ParseOutcome::kRefused;
  std::string text;
  CommandPath path;  ///< the command to run
  ParsedArguments arguments;
  ParsedArguments root_arguments;  ///< options before the subcommand
};

/// Reads command lines of one command tree. Texts and exit codes are those of the reference's
/// argument parser.
class ArgumentParser {
 public:
  /// `root` must outlive the parser. `version_line` is what --version prints.
  ArgumentParser(const CommandSpec& root, std::string version_line, EnvironmentLookup environment);

  /// `arguments` without the program's name.
  ParseResult Parse(const std::vector<std::string>& arguments) const;

 private:
  struct Tokens;
  struct Raw;
  using Refusal = std::optional<std::string>;

  Refusal Normalize(const std::vector<std::string>& arguments, Tokens& tokens) const;
  Refusal ReadOptions(const CommandPath& path, const Raw& raw, ParsedArguments& parsed) const;
  Refusal ReadOne(const OptionSpec& option, const Raw& raw, ParsedArguments::Value& value) const;
  Refusal ReadPositionals(const CommandPath& path, std::vector<std::string> words,
                          ParsedArguments& parsed) const;
  Refusal CheckMissing(const CommandPath& path, const ParsedArguments& parsed) const;
  std::optional<std::string> FromEnvironment(const std::vector<std::string>& names) const;

  const CommandSpec& root_;
  const std::string version_line_;
  const EnvironmentLookup environment_;
};

/// The usage error of the reference: `error: {message}`, the usage line when a path is given, and
/// the pointer to --help.
std::string UsageError(const std::string& message, const CommandPath* path);

}  // namespace influxdb3::cli
