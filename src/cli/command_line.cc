#include "cli/command_line.h"

#include <map>

#include "cli/serve_spec.h"
#include "util/check.h"

namespace influxdb3::cli {
namespace {

/// The names of a path below the root: `create database`.
std::string Key(const CommandPath& path) {
  std::string key;
  for (size_t i = 1; i < path.size(); ++i) key += (i == 1 ? "" : " ") + path[i]->name;
  return key;
}

const std::map<std::string, CommandHandler>& Handlers() {
  static const auto& kHandlers = *new std::map<std::string, CommandHandler>{
      {"", RunQuickStart},
      {"serve", RunServe},
      {"query", RunQuery},
      {"write", RunWrite},
      {"create database", RunCreateDatabase},
      {"create table", RunCreateTable},
      {"delete database", RunDeleteDatabase},
      {"delete rows", RunDeleteRows},
      {"delete table", RunDeleteTable},
      {"show databases", RunShowDatabases},
      {"show retention", RunShowRetention},
      {"update database", RunUpdateDatabase},
      {"update table", RunUpdateTable},
  };
  return kHandlers;
}

}  // namespace

CommandSpec RootSpec() {
  CommandSpec root;
  root.name = "influxdb3";
  root.about =
      "InfluxDB 3 Core: a time series database, its server and command line in one program.\n"
      "Without a command it starts a server on ~/.influxdb.";
  root.subcommand_required = false;
  root.options = RuntimeOptions();
  root.subcommands = {ServeSpec(),  QuerySpec(), WriteSpec(), CreateSpec(),
                      DeleteSpec(), ShowSpec(),  UpdateSpec()};
  root.examples = {
      "# Start a server",
      "influxdb3 serve --node-id=host01 --object-store=file --data-dir ~/.influxdb3",
      "# Write to it and query it",
      "influxdb3 write --database mydb 'home,room=Sunroom temp=96'",
      "influxdb3 query --database mydb \"SELECT * FROM home\"",
      "# More about a command",
      "influxdb3 query --help",
  };
  return root;
}

int RunCommandLine(const std::vector<std::string>& arguments, const std::string& version_line,
                   CommandContext& context) {
  const CommandSpec root = RootSpec();
  ArgumentParser parser(root, version_line, context.environment);
  ParseResult parsed = parser.Parse(arguments);
  if (parsed.outcome == ParseOutcome::kPrint) {
    context.out << parsed.text;
    context.out.flush();
    return kExitOk;
  }
  if (parsed.outcome == ParseOutcome::kRefused) {
    context.err << parsed.text;
    context.err.flush();
    return kExitUsage;
  }
  auto handler = Handlers().find(Key(parsed.path));
  CHECK(handler != Handlers().end());
  return handler->second({parsed.path, parsed.arguments, parsed.root_arguments}, context);
}

}  // namespace influxdb3::cli
