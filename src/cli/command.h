#pragma once

#include <functional>
#include <istream>
#include <ostream>
#include <string>

#include "app/serve_options.h"
#include "cli/argument_parser.h"
#include "cli/option_spec.h"
#include "cli/parsed_arguments.h"
#include "client/http_client.h"
#include "util/status.h"

namespace influxdb3::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

/// What commands see of the outside, so that tests can put something else in its place.
struct CommandContext {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  EnvironmentLookup environment = {};
  std::string host_name = {};
  std::function<int(const app::ServeOptions&)> run_server = {};
};

struct CommandCall {
  const CommandPath& path;
  const ParsedArguments& arguments;
  const ParsedArguments& root_arguments;
};

/// Runs a command; returns the process's exit code.
using CommandHandler = std::function<int(const CommandCall&, CommandContext&)>;

/// Prints `{verb} command failed: {message}` and returns 1; returns 0 when `status` is ok.
int ExitWith(const std::string& verb, const util::Status& status, CommandContext& context);

/// Asks on standard error and reads one line; anything but `yes` or `y` in any case, also the end
/// of the input, is a refusal.
util::Status AskForConfirmation(const std::string& question, CommandContext& context);

// Options that client commands share.
OptionSpec HostOption();
OptionSpec DatabaseOption();
OptionSpec FormatOption();
/// -r, --retention-period: a duration or `none`.
OptionSpec RetentionOption(std::string help);
/// --token, --tls-ca, --tls-no-verify.
void AddConnectionOptions(CommandSpec& command);
client::ConnectionOptions ConnectionFrom(const ParsedArguments& arguments);

// The commands: what they are called and take, and what they do.
CommandSpec ServeSpec();
CommandSpec QuerySpec();
CommandSpec WriteSpec();
CommandSpec CreateSpec();
CommandSpec DeleteSpec();
CommandSpec ShowSpec();
CommandSpec UpdateSpec();

int RunServe(const CommandCall& call, CommandContext& context);
/// `influxdb3` without a command: a server on the file store under the user's home.
int RunQuickStart(const CommandCall& call, CommandContext& context);
int RunQuery(const CommandCall& call, CommandContext& context);
int RunWrite(const CommandCall& call, CommandContext& context);
int RunCreateDatabase(const CommandCall& call, CommandContext& context);
int RunCreateTable(const CommandCall& call, CommandContext& context);
int RunDeleteDatabase(const CommandCall& call, CommandContext& context);
int RunDeleteTable(const CommandCall& call, CommandContext& context);
int RunDeleteRows(const CommandCall& call, CommandContext& context);
int RunShowDatabases(const CommandCall& call, CommandContext& context);
int RunShowRetention(const CommandCall& call, CommandContext& context);
int RunUpdateDatabase(const CommandCall& call, CommandContext& context);
int RunUpdateTable(const CommandCall& call, CommandContext& context);

}  // namespace influxdb3::cli
