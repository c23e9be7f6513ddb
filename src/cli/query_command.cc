#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/result_output.h"
#include "cli/value_checks.h"
#include "client/api_client.h"
#include "util/result.h"

namespace influxdb3::cli {
namespace {

/// The statement: from --file, the words of the command line, or standard input.
util::Result<std::string> QueryText(const CommandCall& call, CommandContext& context) {
  if (call.arguments.Given("--file")) {
    const std::string& path = call.arguments.Text("--file");
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
      return util::Status::Io(fmt::format("error reading query from file '{}'", path));
    }
    return text.str();
  }
  if (!call.arguments.positionals().empty()) {
    return fmt::format("{}", fmt::join(call.arguments.positionals(), " "));
  }
  if (context.in_is_terminal) {
    return util::Status::InvalidArgument(
        "No input from stdin detected, no string was passed in,  and no file path was given");
  }
  return std::string(std::istreambuf_iterator<char>(context.in), std::istreambuf_iterator<char>());
}

util::Status Query(const CommandCall& call, CommandContext& context) {
  const ParsedArguments& arguments = call.arguments;
  const std::string& format = arguments.Text("--format");
  ASSIGN_OR_RETURN(std::string text, QueryText(call, context));
  ASSIGN_OR_RETURN(ResultOutput output,
                   ResultOutput::Open(arguments.Text("--output"), format, context));
  client::ConnectionOptions connection = ConnectionFrom(arguments);
  if (arguments.Given("--query-host")) connection.host_url = arguments.Text("--query-host");
  ASSIGN_OR_RETURN(client::ApiClient api, client::ApiClient::Open(connection));
  auto language = arguments.Text("--language") == "influxql" ? client::QueryLanguage::kInfluxQl
                                                             : client::QueryLanguage::kSql;
  return output.Finish(
      api.Query(language, arguments.Text("--database"), text, format, output.Sink()));
}

}  // namespace

CommandSpec QuerySpec() {
  CommandSpec command;
  command.name = "query";
  command.aliases = {"q"};
  command.about = "Perform a query against a running InfluxDB 3 server";
  command.options = {HostOption(), DatabaseOption()};
  AddConnectionOptions(command);

  OptionSpec language;
  language.names = "-l,--language";
  language.value_name = "LANGUAGE";
  language.help = "The query language of the query string";
  language.default_text = "sql";
  language.possible_values = {"sql", "influxql"};
  command.options.push_back(language);
  command.options.push_back(FormatOption());

  OptionSpec output;
  output.names = "-o,--output";
  output.value_name = "OUTPUT_FILE_PATH";
  output.help = "The file to write the result to instead of standard output";
  command.options.push_back(output);

  OptionSpec file;
  file.names = "-f,--file";
  file.value_name = "FILE_PATH";
  file.help = "A file that holds the query";
  command.options.push_back(file);

  OptionSpec query_host;
  query_host.names = "--query-host";
  query_host.value_name = "QUERY_HOST_URL";
  query_host.help = "The host URL to use instead of --host";
  query_host.environment = {"INFLUXDB3_QUERY_HOST_URL"};
  query_host.check = CheckUrl;
  query_host.level = HelpLevel::kFull;
  command.options.push_back(query_host);

  PositionalSpec query;
  query.value_name = "QUERY";
  query.help = "The query; read from standard input when neither it nor --file is given";
  query.repeated = true;
  command.positionals = {query};
  command.examples = {
      "# Show the tables of a database",
      "influxdb3 query --database servers \"SHOW TABLES\"",
      "# Write a result to a file",
      "influxdb3 query --database servers --format csv --output cpu.csv \"SELECT * FROM cpu\"",
      "# Read the query from standard input",
      "echo \"SELECT * FROM cpu LIMIT 10\" | influxdb3 query --database servers",
  };
  return command;
}

int RunQuery(const CommandCall& call, CommandContext& context) {
  return ExitWith("Query", Query(call, context), context);
}

}  // namespace influxdb3::cli
