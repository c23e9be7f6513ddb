#include <fmt/format.h>

#include "cli/command.h"
#include "cli/result_output.h"
#include "client/api_client.h"

namespace influxdb3::cli {
namespace {

util::Status ShowDatabases(const CommandCall& call, CommandContext& context) {
  const ParsedArguments& arguments = call.arguments;
  const std::string& format = arguments.Text("--format");
  ASSIGN_OR_RETURN(ResultOutput output,
                   ResultOutput::Open(arguments.Text("--output"), format, context));
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(arguments)));
  return output.Finish(api.ShowDatabases(format, arguments.Flag("--show-deleted"), output.Sink()));
}

std::string SqlString(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

/// Rows of `database_name`, `retention_period`: `infinite`, or the period in its largest exact unit
/// with four digits behind the point, as the reference prints it.
std::string RetentionQuery(const std::string& database) {
  constexpr int64_t kSecond = 1'000'000'000;
  std::string period = "CASE WHEN retention_period_ns IS NULL THEN 'infinite'";
  for (auto [letter, seconds] : {std::pair{'d', 86'400}, {'h', 3'600}, {'m', 60}}) {
    period += fmt::format(
        " WHEN retention_period_ns % {0} = 0 THEN CAST(CAST(retention_period_ns AS BIGINT) / {0} "
        "AS VARCHAR) || "
        "'.0000{1}'",
        seconds * kSecond, letter);
  }
  period += fmt::format(
      " ELSE CAST(CAST(retention_period_ns AS BIGINT) / {} AS VARCHAR) || '.0000s' END", kSecond);
  std::string query = fmt::format(
      "SELECT database_name, {} AS retention_period FROM system.databases WHERE deleted = false",
      period);
  if (!database.empty()) query += fmt::format(" AND database_name = {}", SqlString(database));
  return query + " ORDER BY database_name";
}

util::Status ShowRetention(const CommandCall& call, CommandContext& context) {
  const ParsedArguments& arguments = call.arguments;
  const std::string& format = arguments.Text("--format");
  ASSIGN_OR_RETURN(ResultOutput output,
                   ResultOutput::Open(arguments.Text("--output"), format, context));
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(arguments)));
  return output.Finish(api.Query(client::QueryLanguage::kSql, "_internal",
                                 RetentionQuery(arguments.Text("--database")), format,
                                 output.Sink()));
}

OptionSpec OutputOption() {
  OptionSpec option;
  option.names = "-o,--output";
  option.value_name = "OUTPUT_FILE_PATH";
  option.help = "The file to write the result to instead of standard output";
  return option;
}

CommandSpec ShowDatabasesSpec() {
  CommandSpec command;
  command.name = "databases";
  command.about = "List the databases";
  command.options = {HostOption()};
  AddConnectionOptions(command);
  OptionSpec deleted;
  deleted.kind = OptionKind::kFlag;
  deleted.names = "--show-deleted";
  deleted.help = "List databases that are marked for deletion as well";
  command.options.push_back(deleted);
  command.options.push_back(FormatOption());
  command.options.push_back(OutputOption());
  command.examples = {
      "influxdb3 show databases",
      "influxdb3 show databases --show-deleted --format json",
  };
  return command;
}

CommandSpec ShowRetentionSpec() {
  CommandSpec command;
  command.name = "retention";
  command.about = "List how long each database keeps its data";
  command.options = {HostOption()};
  AddConnectionOptions(command);
  OptionSpec database = DatabaseOption();
  database.required = false;
  database.help = "List only this database";
  command.options.push_back(database);
  command.options.push_back(FormatOption());
  command.options.push_back(OutputOption());
  command.examples = {"influxdb3 show retention", "influxdb3 show retention --database mydb"};
  return command;
}

}  // namespace

CommandSpec ShowSpec() {
  CommandSpec command;
  command.name = "show";
  command.about = "List resources on a running InfluxDB 3 server";
  command.subcommands = {ShowDatabasesSpec(), ShowRetentionSpec()};
  command.examples = {"influxdb3 show databases", "influxdb3 show retention"};
  return command;
}

int RunShowDatabases(const CommandCall& call, CommandContext& context) {
  return ExitWith("Show", ShowDatabases(call, context), context);
}

int RunShowRetention(const CommandCall& call, CommandContext& context) {
  return ExitWith("Show", ShowRetention(call, context), context);
}

}  // namespace influxdb3::cli
