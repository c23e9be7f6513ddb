#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "client/api_client.h"

namespace influxdb3::cli {
namespace {

using Field = std::pair<std::string, std::string>;

util::Result<Field> ParseField(const std::string& text) {
  size_t colon = text.find(':');
  if (colon == std::string::npos) {
    return util::Status::InvalidArgument(
        fmt::format("invalid FIELD:VALUE. No `:` found in `{}`", text));
  }
  std::string type = text.substr(colon + 1);
  for (const char* known : {"int64", "uint64", "float64", "utf8", "bool"}) {
    if (type == known) return Field(text.substr(0, colon), type);
  }
  return util::Status::InvalidArgument(fmt::format(
      "{} is not a valid data type, values are int64, uint64, float64, utf8, and bool", type));
}

util::Status CreateDatabase(const CommandCall& call) {
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(call.arguments)));
  std::optional<std::string> retention = call.arguments.OptionalText("--retention-period");
  if (retention == "none") retention.reset();
  return api.CreateDatabase(call.arguments.positionals()[0], retention);
}

util::Status CreateTable(const CommandCall& call) {
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(ConnectionFrom(call.arguments)));
  std::vector<Field> fields;
  for (const std::string& text : call.arguments.Texts("--fields")) {
    ASSIGN_OR_RETURN(Field field, ParseField(text));
    fields.push_back(std::move(field));
  }
  std::optional<std::string> retention = call.arguments.OptionalText("--retention-period");
  if (retention == "none") retention.reset();
  return api.CreateTable(call.arguments.Text("--database"), call.arguments.positionals()[0],
                         call.arguments.Texts("--tags"), fields, retention);
}

CommandSpec CreateDatabaseSpec() {
  CommandSpec command;
  command.name = "database";
  command.about = "Create a new database";
  command.options = {HostOption()};
  AddConnectionOptions(command);
  command.options.push_back(
      RetentionOption("How long data is kept, e.g. 30d or \"1h 30m\"; for ever when not given"));
  PositionalSpec name;
  name.value_name = "DATABASE_NAME";
  name.help = "The name of the new database: letters, digits, _ and -";
  name.required = true;
  name.environment = {"INFLUXDB3_DATABASE_NAME"};
  command.positionals = {name};
  command.examples = {
      "influxdb3 create database mydb",
      "influxdb3 create database --retention-period 30d mydb",
  };
  return command;
}

CommandSpec CreateTableSpec() {
  CommandSpec command;
  command.name = "table";
  command.about = "Create a new table in a database";
  command.options = {HostOption(), DatabaseOption()};
  AddConnectionOptions(command);
  OptionSpec tags;
  tags.kind = OptionKind::kList;
  tags.names = "--tags";
  tags.value_name = "TAGS";
  tags.help = "The tags in the order of the primary key, separated by commas";
  command.options.push_back(tags);
  OptionSpec fields;
  fields.kind = OptionKind::kList;
  fields.names = "-f,--fields";
  fields.value_name = "FIELDS";
  fields.help =
      "Fields as NAME:TYPE, separated by commas; types: int64, uint64, float64, utf8, bool";
  fields.check = [](const std::string& text) { return ParseField(text).status(); };
  command.options.push_back(fields);
  command.options.push_back(RetentionOption(
      "How long data is kept, e.g. 30d; as the database says when not given or when that is less"));
  PositionalSpec name;
  name.value_name = "TABLE_NAME";
  name.help = "The name of the new table";
  name.required = true;
  command.positionals = {name};
  command.examples = {
      "influxdb3 create table --database mydb --tags room,floor --fields temp:float64 home",
      "influxdb3 create table --database mydb --tags room --retention-period 7d home",
  };
  return command;
}

}  // namespace

CommandSpec CreateSpec() {
  CommandSpec command;
  command.name = "create";
  command.about = "Create a resource on a running InfluxDB 3 server";
  command.subcommands = {CreateDatabaseSpec(), CreateTableSpec()};
  command.examples = {
      "influxdb3 create database mydb",
      "influxdb3 create table --database mydb --tags room --fields temp:float64 home",
      "# All options of one of them",
      "influxdb3 create database --help",
  };
  return command;
}

int RunCreateDatabase(const CommandCall& call, CommandContext& context) {
  util::Status status = CreateDatabase(call);
  if (status.ok()) {
    context.out << fmt::format("Database \"{}\" created successfully\n",
                               call.arguments.positionals()[0]);
  }
  return ExitWith("Create", status, context);
}

int RunCreateTable(const CommandCall& call, CommandContext& context) {
  util::Status status = CreateTable(call);
  if (status.ok()) {
    context.out << fmt::format("Table \"{}\".\"{}\" created successfully\n",
                               call.arguments.Text("--database"), call.arguments.positionals()[0]);
  }
  return ExitWith("Create", status, context);
}

}  // namespace influxdb3::cli
