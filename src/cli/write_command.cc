#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/value_checks.h"
#include "cli/write_progress.h"
#include "client/bulk_writer.h"
#include "client/line_splitter.h"
#include "util/clock.h"

namespace influxdb3::cli {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;
constexpr int64_t kProgressIntervalNs = 1'000'000'000;

/// The words of --precision and what the endpoint calls them.
std::string EndpointPrecision(const std::string& word) {
  if (word == "ns") return "nanosecond";
  if (word == "us") return "microsecond";
  if (word == "ms") return "millisecond";
  if (word == "s") return "second";
  return word;
}

util::Status CheckPrecision(const std::string& text) {
  for (const char* known :
       {"auto", "ns", "us", "ms", "s", "nanosecond", "microsecond", "millisecond", "second"}) {
    if (text == known) return util::Status::Ok();
  }
  return util::Status::InvalidArgument(fmt::format("unrecognized precision unit: {}", text));
}

class ProgressReport {
 public:
  ProgressReport(const client::BulkWriter& writer, bool quiet, CommandContext& context)
      : writer_(writer), quiet_(quiet), context_(context) {}

  void Tick() {
    int64_t now = util::Clock::System().SteadyNs();
    if (now - last_ns_ >= kProgressIntervalNs) Print(now);
  }
  void Last() { Print(util::Clock::System().SteadyNs()); }

 private:
  void Print(int64_t now) {
    last_ns_ = now;
    if (quiet_) return;
    context_.err << FormatProgress(writer_.progress(), now - start_ns_) << '\n';
    context_.err.flush();
  }

  const client::BulkWriter& writer_;
  const bool quiet_;
  CommandContext& context_;
  const int64_t start_ns_ = util::Clock::System().SteadyNs();
  int64_t last_ns_ = start_ns_;
};

util::Status Send(const CommandCall& call, std::istream& input, CommandContext& context) {
  const ParsedArguments& arguments = call.arguments;
  client::ConnectionOptions connection = ConnectionFrom(arguments);
  if (arguments.Given("--write-host")) connection.host_url = arguments.Text("--write-host");
  client::WriteParameters parameters;
  parameters.database = arguments.Text("--database");
  parameters.precision = EndpointPrecision(arguments.Text("--precision"));
  parameters.accept_partial = arguments.Flag("--accept-partial");
  parameters.no_sync = arguments.Flag("--no-sync");
  parameters.gzip = arguments.Flag("--gzip");

  client::BulkWriter writer(connection, parameters, arguments.Number("--max-concurrent-requests"));
  ProgressReport report(writer, arguments.Flag("--quiet"), context);
  bool sending = true;
  bool any = false;
  client::LineSplitter splitter(arguments.Number("--max-request-size"),
                                [&](std::string body, uint64_t line_count) {
                                  any = true;
                                  sending = sending && writer.Submit(std::move(body), line_count);
                                  report.Tick();
                                });
  std::vector<char> piece(kReadBytes);
  while (sending && input) {
    input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    splitter.Feed(std::string_view(piece.data(), static_cast<size_t>(input.gcount())));
  }
  if (input.bad()) return util::Status::Io("error reading line protocol");
  if (sending) splitter.Finish();
  RETURN_IF_ERROR(writer.Finish());
  if (any) report.Last();
  return util::Status::Ok();
}

util::Status Write(const CommandCall& call, CommandContext& context) {
  const std::vector<std::string>& words = call.arguments.positionals();
  if (call.arguments.Given("--file")) {
    const std::string& path = call.arguments.Text("--file");
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      return util::Status::Io(
          fmt::format("cannot read line protocol from file '{}': {}", path, std::strerror(errno)));
    }
    return Send(call, file, context);
  }
  if (words.size() > 1) {
    return util::Status::InvalidArgument(
        "ensure that a single protocol line string is provided as the final argument, enclosed in "
        "quotes");
  }
  if (words.size() == 1) {
    if (words[0].empty()) return util::Status::InvalidArgument("no line protocol string provided");
    std::istringstream text(words[0]);
    return Send(call, text, context);
  }
  if (context.in_is_terminal) {
    return util::Status::InvalidArgument(
        "No input from stdin detected, no string was passed in, and no file path was given");
  }
  return Send(call, context.in, context);
}

OptionSpec Flag(const std::string& names, const std::string& help) {
  OptionSpec option;
  option.kind = OptionKind::kFlag;
  option.names = names;
  option.help = help;
  return option;
}

OptionSpec Count(const std::string& name, const std::string& default_text,
                 const std::string& help) {
  OptionSpec option;
  option.names = name;
  option.value_name = "N";
  option.default_text = default_text;
  option.help = help;
  option.check = CheckCount;
  option.level = HelpLevel::kFull;
  return option;
}

}  // namespace

CommandSpec WriteSpec() {
  CommandSpec command;
  command.name = "write";
  command.aliases = {"w"};
  command.about = "Write line protocol to a running InfluxDB 3 server";
  OptionSpec database = DatabaseOption();
  database.names += ",--bucket,--dbname";
  command.options = {HostOption(), database};
  AddConnectionOptions(command);

  OptionSpec file;
  file.names = "-f,--file";
  file.value_name = "FILE_PATH";
  file.help = "A file that holds line protocol";
  command.options.push_back(file);

  OptionSpec precision;
  precision.names = "-p,--precision";
  precision.value_name = "PRECISION";
  precision.help = "Unit of the timestamps: auto, ns, us, ms or s";
  precision.default_text = "auto";
  precision.check = CheckPrecision;
  command.options.push_back(precision);

  command.options.push_back(
      Flag("--accept-partial", "Store the good lines of a request although others are refused"));
  command.options.push_back(Flag("--no-sync", "Do not wait until the data is safely on storage"));
  command.options.push_back(Flag("--gzip", "Compress what is sent"));
  command.options.push_back(Flag("-q,--quiet", "Do not report progress"));
  command.options.push_back(Count("--max-request-size", "10485760",
                                  "Split the input into requests of at most this many bytes"));
  command.options.push_back(
      Count("--max-concurrent-requests", "32", "How many requests may be under way at once"));

  OptionSpec write_host;
  write_host.names = "--write-host";
  write_host.value_name = "WRITE_HOST_URL";
  write_host.help = "The host URL to use instead of --host";
  write_host.environment = {"INFLUXDB3_WRITE_HOST_URL"};
  write_host.check = CheckUrl;
  write_host.level = HelpLevel::kFull;
  command.options.push_back(write_host);

  OptionSpec org;
  org.names = "--org";
  org.value_name = "ORG";
  org.help = "Accepted for scripts written for InfluxDB 2 and ignored";
  org.level = HelpLevel::kFull;
  command.options.push_back(org);

  PositionalSpec lines;
  lines.value_name = "LINE_PROTOCOL";
  lines.help = "The lines; read from standard input when neither they nor --file is given";
  lines.repeated = true;
  command.positionals = {lines};
  command.examples = {
      "# Write a file",
      "influxdb3 write --database mydb --file server_data",
      "# Write one line",
      "influxdb3 write --database mydb 'home,room=Sunroom temp=96'",
      "# Write from standard input, without waiting for storage",
      "cat server_data | influxdb3 write --database mydb --no-sync",
  };
  return command;
}

int RunWrite(const CommandCall& call, CommandContext& context) {
  return ExitWith("Write", Write(call, context), context);
}

}  // namespace influxdb3::cli
