#include <fmt/format.h>

#include "cli/command.h"
#include "client/api_client.h"

namespace influxdb3::cli {
namespace {

util::Status UpdateDatabase(const CommandCall& call) {
  std::optional<std::string> retention = call.arguments.OptionalText("--retention-period");
  if (!retention) {
    return util::Status::InvalidArgument("--retention-period is required for update database");
  }
  if (retention == "none") retention.reset();
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(call.arguments)));
  return api.UpdateRetention(call.arguments.Text("--database"), retention);
}

CommandSpec UpdateDatabaseSpec() {
  CommandSpec command;
  command.name = "database";
  command.about = "Change the retention period of a database";
  command.options = {HostOption(), DatabaseOption()};
  AddConnectionOptions(command);
  command.options.push_back(
      RetentionOption("How long data is kept, e.g. 30d; none keeps it for ever"));
  command.examples = {
      "influxdb3 update database --database mydb --retention-period 30d",
      "influxdb3 update database --database mydb --retention-period none",
  };
  return command;
}

util::Result<std::string> TableOf(const CommandCall& call) {
  const std::vector<std::string>& names = call.arguments.positionals();
  if (call.arguments.Given("--table")) {
    if (names.empty()) return call.arguments.Text("--table");
    return util::Status::InvalidArgument("the table is named twice");
  }
  if (names.empty()) return util::Status::InvalidArgument("a table name is required");
  return names[0];
}

util::Status UpdateTable(const CommandCall& call, const std::string& table) {
  std::optional<std::string> retention = call.arguments.OptionalText("--retention-period");
  if (!retention) {
    return util::Status::InvalidArgument("--retention-period is required for update table");
  }
  if (retention == "none") retention.reset();
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(call.arguments)));
  return api.UpdateTableRetention(call.arguments.Text("--database"), table, retention);
}

CommandSpec UpdateTableSpec() {
  CommandSpec command;
  command.name = "table";
  command.about = "Change the retention period of a table";
  command.options = {HostOption(), DatabaseOption()};
  AddConnectionOptions(command);
  OptionSpec table;
  table.names = "-t,--table";
  table.value_name = "TABLE_NAME";
  table.help = "The table, if it is not named behind the options";
  command.options.push_back(table);
  command.options.push_back(RetentionOption(
      "How long data is kept, e.g. 30d, at most as long as the database says; none leaves it to "
      "the database"));
  PositionalSpec name;
  name.value_name = "TABLE_NAME";
  name.help = "The name of the table";
  command.positionals = {name};
  command.examples = {
      "influxdb3 update table --database mydb --retention-period 30d home",
      "influxdb3 update table --database mydb --table home --retention-period none",
  };
  return command;
}

}  // namespace

CommandSpec UpdateSpec() {
  CommandSpec command;
  command.name = "update";
  command.about = "Update a resource on a running InfluxDB 3 server";
  command.subcommands = {UpdateDatabaseSpec(), UpdateTableSpec()};
  command.examples = {"influxdb3 update database --database mydb --retention-period 30d"};
  return command;
}

int RunUpdateDatabase(const CommandCall& call, CommandContext& context) {
  util::Status status = UpdateDatabase(call);
  if (status.ok()) {
    context.out << fmt::format("Database \"{}\" updated successfully\n",
                               call.arguments.Text("--database"));
  }
  return ExitWith("Update", status, context);
}

int RunUpdateTable(const CommandCall& call, CommandContext& context) {
  const util::Result<std::string> table = TableOf(call);
  const util::Status status = table.ok() ? UpdateTable(call, *table) : table.status();
  if (status.ok()) {
    context.out << fmt::format("Table \"{}\".\"{}\" updated successfully\n",
                               call.arguments.Text("--database"), *table);
  }
  return ExitWith("Update", status, context);
}

}  // namespace influxdb3::cli
