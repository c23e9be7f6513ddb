#include <fmt/format.h>

#include "cli/command.h"
#include "cli/value_checks.h"
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
  OptionSpec retention;
  retention.names = "-r,--retention-period";
  retention.value_name = "RETENTION_PERIOD";
  retention.help = "How long data is kept, e.g. 30d; none keeps it for ever";
  retention.check = CheckDurationOrNone;
  command.options.push_back(retention);
  command.examples = {
      "influxdb3 update database --database mydb --retention-period 30d",
      "influxdb3 update database --database mydb --retention-period none",
  };
  return command;
}

}  // namespace

CommandSpec UpdateSpec() {
  CommandSpec command;
  command.name = "update";
  command.about = "Update a resource on a running InfluxDB 3 server";
  command.subcommands = {UpdateDatabaseSpec()};
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

}  // namespace influxdb3::cli
