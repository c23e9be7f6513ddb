#include <fmt/format.h>

#include "cli/command.h"
#include "client/api_client.h"

namespace influxdb3::cli {
namespace {

util::Status Confirm(const CommandCall& call, const std::string& what, CommandContext& context) {
  if (call.arguments.Flag("--yes")) return util::Status::Ok();
  return AskForConfirmation(
      fmt::format("Are you sure you want to delete {}? Enter 'yes' or 'y' to confirm", what),
      context);
}

std::string TableShown(const CommandCall& call) {
  return fmt::format("\"{}\".\"{}\"", call.arguments.Text("--database"),
                     call.arguments.positionals()[0]);
}

util::Status DeleteDatabase(const CommandCall& call, CommandContext& context) {
  const std::string& name = call.arguments.positionals()[0];
  RETURN_IF_ERROR(Confirm(call, fmt::format("\"{}\"", name), context));
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(call.arguments)));
  return api.DeleteDatabase(name, call.arguments.OptionalText("--hard-delete"));
}

util::Status DeleteTable(const CommandCall& call, CommandContext& context) {
  RETURN_IF_ERROR(Confirm(call, TableShown(call), context));
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(call.arguments)));
  return api.DeleteTable(call.arguments.Text("--database"), call.arguments.positionals()[0],
                         call.arguments.OptionalText("--hard-delete"));
}

OptionSpec YesOption() {
  OptionSpec yes;
  yes.kind = OptionKind::kFlag;
  yes.names = "-y,--yes";
  yes.help = "Do not ask for confirmation";
  return yes;
}

void AddDeleteOptions(CommandSpec& command) {
  AddConnectionOptions(command);
  OptionSpec hard_delete;
  hard_delete.names = "--hard-delete";
  hard_delete.value_name = "WHEN";
  hard_delete.help = "When the data is removed for good: never, now, default or an RFC 3339 time";
  command.options.push_back(hard_delete);
  command.options.push_back(YesOption());
}

CommandSpec DeleteDatabaseSpec() {
  CommandSpec command;
  command.name = "database";
  command.about = "Delete a database";
  command.options = {HostOption()};
  AddDeleteOptions(command);
  PositionalSpec name;
  name.value_name = "DATABASE_NAME";
  name.help = "The name of the database to delete";
  name.required = true;
  name.environment = {"INFLUXDB3_DATABASE_NAME"};
  command.positionals = {name};
  command.examples = {
      "influxdb3 delete database mydb",
      "influxdb3 delete database --yes --hard-delete now mydb",
  };
  return command;
}

CommandSpec DeleteTableSpec() {
  CommandSpec command;
  command.name = "table";
  command.about = "Delete a table of a database";
  command.options = {HostOption(), DatabaseOption()};
  AddDeleteOptions(command);
  PositionalSpec name;
  name.value_name = "TABLE_NAME";
  name.help = "The name of the table to delete";
  name.required = true;
  command.positionals = {name};
  command.examples = {"influxdb3 delete table --database mydb home"};
  return command;
}

util::Status DeleteRows(const CommandCall& call, CommandContext& context) {
  const ParsedArguments& arguments = call.arguments;
  const std::string what =
      fmt::format("rows of \"{}\".\"{}\" from {} to {}{}", arguments.Text("--database"),
                  arguments.Text("--table"), arguments.Text("--start"), arguments.Text("--stop"),
                  arguments.Given("--predicate") ? " where " + arguments.Text("--predicate") : "");
  RETURN_IF_ERROR(Confirm(call, what, context));
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(arguments)));
  return api.DeleteRows(arguments.Text("--database"), arguments.Text("--table"),
                        arguments.Text("--start"), arguments.Text("--stop"),
                        arguments.OptionalText("--predicate"));
}

OptionSpec TextOption(std::string names, std::string value_name, std::string help, bool required) {
  OptionSpec option;
  option.names = std::move(names);
  option.value_name = std::move(value_name);
  option.help = std::move(help);
  option.required = required;
  return option;
}

CommandSpec DeleteRowsSpec() {
  CommandSpec command;
  command.name = "rows";
  command.about = "Delete rows of a table by time and tags";
  command.options = {
      HostOption(),
      DatabaseOption(),
      TextOption("-t,--table", "TABLE_NAME", "The table", true),
      TextOption("--start", "TIME", "First time deleted: RFC 3339 or nanoseconds since 1970", true),
      TextOption("--stop", "TIME", "Last time deleted, which is deleted too", true),
      TextOption("--predicate", "PREDICATE",
                 "Delete only rows with these tags: tag = 'value' AND other = 'value'", false),
  };
  AddConnectionOptions(command);
  command.options.push_back(YesOption());
  command.examples = {
      "influxdb3 delete rows --database mydb --table home \\",
      "  --start 2025-01-01T00:00:00Z --stop 2025-01-02T00:00:00Z",
      "# Only those of one room, without being asked",
      "influxdb3 delete rows --database mydb --table home --yes \\",
      "  --start 2025-01-01T00:00:00Z --stop 2025-01-02T00:00:00Z \\",
      "  --predicate \"room = 'Kitchen'\"",
  };
  return command;
}

}  // namespace

CommandSpec DeleteSpec() {
  CommandSpec command;
  command.name = "delete";
  command.about = "Delete a resource on a running InfluxDB 3 server";
  command.subcommands = {DeleteDatabaseSpec(), DeleteTableSpec(), DeleteRowsSpec()};
  command.examples = {
      "influxdb3 delete database mydb",
      "influxdb3 delete table --database mydb home",
  };
  return command;
}

int RunDeleteDatabase(const CommandCall& call, CommandContext& context) {
  util::Status status = DeleteDatabase(call, context);
  if (status.ok()) {
    context.out << fmt::format("Database \"{}\" deleted successfully\n",
                               call.arguments.positionals()[0]);
  }
  return ExitWith("Delete", status, context);
}

int RunDeleteRows(const CommandCall& call, CommandContext& context) {
  util::Status status = DeleteRows(call, context);
  if (status.ok()) {
    context.out << fmt::format("Rows of \"{}\".\"{}\" deleted successfully\n",
                               call.arguments.Text("--database"), call.arguments.Text("--table"));
  }
  return ExitWith("Delete", status, context);
}

int RunDeleteTable(const CommandCall& call, CommandContext& context) {
  util::Status status = DeleteTable(call, context);
  if (status.ok()) context.out << fmt::format("Table {} deleted successfully\n", TableShown(call));
  return ExitWith("Delete", status, context);
}

}  // namespace influxdb3::cli
