#include "cli/command.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "cli/value_checks.h"

namespace influxdb3::cli {

int ExitWith(const std::string& verb, const util::Status& status, CommandContext& context) {
  if (status.ok()) return kExitOk;
  context.out.flush();
  context.err << fmt::format("{} command failed: {}\n", verb, status.message());
  context.err.flush();
  return kExitFailure;
}

util::Status AskForConfirmation(const std::string& question, CommandContext& context) {
  context.err << question << '\n';
  context.err.flush();
  std::string answer;
  std::getline(context.in, answer);
  auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  answer.erase(std::remove_if(answer.begin(), answer.end(), blank), answer.end());
  std::transform(answer.begin(), answer.end(), answer.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (answer == "yes" || answer == "y") return util::Status::Ok();
  return util::Status(util::StatusCode::kCancelled, "Cannot proceed without confirmation");
}

OptionSpec HostOption() {
  OptionSpec option;
  option.names = "-H,--host";
  option.value_name = "HOST_URL";
  option.help = "The host URL of the running server";
  option.environment = {"INFLUXDB3_HOST_URL"};
  option.default_text = "http://127.0.0.1:8181";
  option.check = CheckUrl;
  return option;
}

OptionSpec DatabaseOption() {
  OptionSpec option;
  option.names = "-d,--database";
  option.value_name = "DATABASE_NAME";
  option.help = "The name of the database to operate on";
  option.environment = {"INFLUXDB3_DATABASE_NAME"};
  option.required = true;
  return option;
}

OptionSpec FormatOption() {
  OptionSpec option;
  option.names = "--format";
  option.value_name = "OUTPUT_FORMAT";
  option.help = "The format in which to output the result";
  option.default_text = "pretty";
  option.possible_values = {"pretty", "json", "jsonl", "csv", "parquet"};
  return option;
}

OptionSpec RetentionOption(std::string help) {
  OptionSpec option;
  option.names = "-r,--retention-period";
  option.value_name = "RETENTION_PERIOD";
  option.help = std::move(help);
  option.check = CheckDurationOrNone;
  return option;
}

void AddConnectionOptions(CommandSpec& command) {
  OptionSpec token;
  token.names = "--token";
  token.value_name = "AUTH_TOKEN";
  token.help = "The token to authenticate with";
  token.environment = {"INFLUXDB3_AUTH_TOKEN"};
  token.secret = true;
  command.options.push_back(token);

  OptionSpec tls_ca;
  tls_ca.names = "--tls-ca";
  tls_ca.value_name = "CA_CERT";
  tls_ca.help = "PEM file with the certificate authority of the server's certificate";
  tls_ca.environment = {"INFLUXDB3_TLS_CA"};
  command.options.push_back(tls_ca);

  OptionSpec no_verify;
  no_verify.kind = OptionKind::kFlag;
  no_verify.names = "--tls-no-verify";
  no_verify.help = "Do not check the server's certificate";
  no_verify.environment = {"INFLUXDB3_TLS_NO_VERIFY"};
  command.options.push_back(no_verify);
}

client::ConnectionOptions ConnectionFrom(const ParsedArguments& arguments) {
  client::ConnectionOptions connection;
  connection.host_url = arguments.Text("--host");
  connection.token = arguments.Text("--token");
  connection.tls_ca_path = arguments.Text("--tls-ca");
  connection.tls_no_verify = arguments.Flag("--tls-no-verify");
  return connection;
}

}  // namespace influxdb3::cli
