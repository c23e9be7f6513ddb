#include "cli/serve_command.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "cli/serve_spec.h"
#include "cli/serve_store.h"

namespace influxdb3::cli {
namespace {

util::Status CheckNodeId(const std::string& id) {
  bool plain = !id.empty() && id != "." && id != ".." &&
               std::all_of(id.begin(), id.end(), [](unsigned char c) {
                 return c > 0x20 && c != '/' && c != '\\' && c != 0x7f;
               });
  if (plain) return util::Status::Ok();
  return util::Status::InvalidArgument(
      fmt::format("invalid node id '{}': it names a folder, so it must not be empty and may hold "
                  "neither blanks nor slashes",
                  id));
}

util::Result<std::string> NodeId(const ParsedArguments& arguments, const CommandContext& context) {
  std::string id = arguments.Text("--node-id");
  if (!arguments.Given("--node-id")) {
    const std::string& variable = arguments.Text("--node-id-from-env");
    std::optional<std::string> value = context.environment(variable);
    if (!value || value->empty()) {
      return util::Status::InvalidArgument(fmt::format(
          "the environment variable '{}' named by --node-id-from-env is not set", variable));
    }
    id = *value;
  }
  RETURN_IF_ERROR(CheckNodeId(id));
  return id;
}

util::Status ReadLogOptions(const ParsedArguments& arguments, util::LogOptions& log) {
  int verbosity = arguments.Count("--verbose");
  if (arguments.Given("--log-filter")) {
    ASSIGN_OR_RETURN(log.level, ParseLogFilter(arguments.Text("--log-filter")));
  } else if (verbosity >= 2) {
    log.level = verbosity == 2 ? util::LogLevel::kDebug : util::LogLevel::kTrace;
  }
  log.to_stderr = arguments.Text("--log-destination") == "stderr";
  log.json = arguments.Text("--log-format") == "json";
  return util::Status::Ok();
}

int ThreadCount(const ParsedArguments& arguments, const std::string& id) {
  constexpr uint64_t kThreadsMax = 4096;
  return arguments.Given(id) ? static_cast<int>(std::min(arguments.Number(id), kThreadsMax)) : 0;
}

void ReadFileOptions(const ParsedArguments& arguments, app::ServeOptions& options) {
  if (arguments.Given("--query-file-limit")) {
    options.query_file_limit = arguments.Number("--query-file-limit");
  }
  options.parquet_cache_disabled = arguments.Flag("--disable-parquet-mem-cache");
  options.parquet_cache_bytes = arguments.MemoryBytes("--parquet-mem-cache-size");
  options.parquet_cache_prune_share =
      std::stod(arguments.Text("--parquet-mem-cache-prune-percentage"));
  options.parquet_cache_prune_interval_ns =
      arguments.DurationNs("--parquet-mem-cache-prune-interval");
}

/// Names options that were given but that this version does not act on.
void WarnOfNoEffect(const CommandCall& call, CommandContext& context) {
  std::string names;
  for (const OptionSpec& option : call.path.back()->options) {
    // The variable is set by any activated Python environment, not for this server.
    bool ambient = option.Id() == "--virtual-env-location";
    if (option.effect != Effect::kNoneYet || ambient || !call.arguments.Given(option.Id())) {
      continue;
    }
    names += (names.empty() ? "" : ", ") + option.Id();
  }
  if (names.empty()) return;
  context.err << fmt::format("warning: no effect in this version: {}\n", names);
  context.err.flush();
}

}  // namespace

util::Result<util::LogLevel> ParseLogFilter(const std::string& filter) {
  static const auto& kLevels = *new std::map<std::string, util::LogLevel>{
      {"trace", util::LogLevel::kTrace}, {"debug", util::LogLevel::kDebug},
      {"info", util::LogLevel::kInfo},   {"warn", util::LogLevel::kWarn},
      {"error", util::LogLevel::kError}, {"off", util::LogLevel::kOff}};
  std::optional<util::LogLevel> bare;
  std::optional<util::LogLevel> of_modules;
  for (size_t start = 0; start <= filter.size();) {
    size_t comma = std::min(filter.find(',', start), filter.size());
    std::string directive = filter.substr(start, comma - start);
    start = comma + 1;
    if (directive.empty()) continue;
    size_t equals = directive.rfind('=');
    std::string word = directive.substr(equals == std::string::npos ? 0 : equals + 1);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto level = kLevels.find(word);
    if (level == kLevels.end()) {
      return util::Status::InvalidArgument(fmt::format(
          "invalid log filter '{}': expected off, error, warn, info, debug or trace", directive));
    }
    if (equals == std::string::npos) {
      bare = level->second;
    } else {
      of_modules = of_modules ? std::min(*of_modules, level->second) : level->second;
    }
  }
  if (bare) return *bare;
  // Without a bare level the reference keeps its own default for the rest.
  return std::min(of_modules.value_or(util::LogLevel::kInfo), util::LogLevel::kInfo);
}

util::Result<app::ServeOptions> BuildServeOptions(const CommandCall& call,
                                                  const CommandContext& context) {
  const ParsedArguments& arguments = call.arguments;
  app::ServeOptions options;
  ASSIGN_OR_RETURN(options.node_id, NodeId(arguments, context));
  RETURN_IF_ERROR(ReadStoreOptions(arguments, context, options));
  RETURN_IF_ERROR(ReadLogOptions(arguments, options.log));
  options.http_bind = arguments.Text("--http-bind");
  options.tcp_listener_file_path = arguments.Text("--tcp-listener-file-path");
  options.http_body_bytes_max = arguments.Number("--max-http-request-size");
  options.gen1_duration_ns = arguments.DurationNs("--gen1-duration");
  options.wal_flush_interval_ns = arguments.DurationNs("--wal-flush-interval");
  options.wal_snapshot_intervals = arguments.Number("--wal-snapshot-size");
  options.force_snapshot_bytes = arguments.MemoryBytes("--force-snapshot-mem-threshold");
  options.snapshot_thread_count = ThreadCount(arguments, "--snapshot-concurrency-limit");
  options.wal_replay_fail_on_error = arguments.Flag("--wal-replay-fail-on-error");
  options.database_count_max = arguments.Number("--num-database-limit");
  options.table_count_max = arguments.Number("--num-table-limit");
  options.columns_per_table_max = arguments.Number("--num-total-columns-per-table-limit");
  options.allow_new_tags = arguments.Flag("--allow-new-tags");
  options.query_memory_bytes_max = arguments.MemoryBytes("--exec-mem-pool-bytes");
  if (arguments.Given("--query-timeout")) {
    options.query_timeout_ns = arguments.DurationNs("--query-timeout");
  }
  if (arguments.Given("--max-concurrent-queries")) {
    options.concurrent_queries_max = arguments.Number("--max-concurrent-queries");
  }
  ReadFileOptions(arguments, options);
  options.query_thread_count = ThreadCount(arguments, "--num-datafusion-threads");
  options.io_thread_count = std::max(ThreadCount(arguments, "--num-io-threads"),
                                     ThreadCount(call.root_arguments, "--num-io-threads"));
  options.hard_delete_default_ns = arguments.DurationNs("--hard-delete-default-duration");
  options.delete_grace_period_ns = arguments.DurationNs("--delete-grace-period");
  options.retention_check_interval_ns = arguments.DurationNs("--retention-check-interval");
  options.shutdown_timeout_ns = arguments.DurationNs("--shutdown-timeout");
  return options;
}

CommandSpec ServeSpec() {
  CommandSpec command;
  command.name = "serve";
  command.about = "Run the InfluxDB 3 Core server";
  command.options = ServeOptionsInEffect();
  for (OptionSpec& option : StoreOptions()) command.options.push_back(std::move(option));
  for (OptionSpec& option : ServeOptionsAccepted()) command.options.push_back(std::move(option));
  command.examples = {
      "# Keep data in memory only",
      "influxdb3 serve --node-id=host01 --object-store=memory",
      "# Keep data in a directory",
      "influxdb3 serve --node-id=host01 --object-store=file --data-dir ~/.influxdb3",
      "# Keep data in a bucket of S3",
      "influxdb3 serve --node-id=host01 --object-store=s3 --bucket=BUCKET \\",
      "  --aws-access-key-id=KEY --aws-secret-access-key=SECRET",
      "# Keep data in a bucket of MinIO or another store that speaks like S3",
      "influxdb3 serve --node-id=host01 --object-store=s3 --bucket=BUCKET \\",
      "  --aws-access-key-id=KEY --aws-secret-access-key=SECRET \\",
      "  --aws-endpoint=http://localhost:9000 --aws-allow-http",
      "# Let other machines reach the server",
      "influxdb3 serve --node-id=host01 --data-dir ~/.influxdb3 --http-bind 0.0.0.0:8181",
      "# Every option",
      "influxdb3 serve --help-all",
  };
  return command;
}

int RunServe(const CommandCall& call, CommandContext& context) {
  if (!call.arguments.Given("--node-id") && !call.arguments.Given("--node-id-from-env")) {
    context.err << UsageError(
        "the following required arguments were not provided:\n  --node-id <NODE_IDENTIFIER_PREFIX>",
        &call.path);
    return kExitUsage;
  }
  if (call.arguments.Texts("--disable-authz").size() > 6) {
    context.err << UsageError("--disable-authz cannot take more than 6 items", nullptr);
    return kExitUsage;
  }
  util::Result<app::ServeOptions> options = BuildServeOptions(call, context);
  if (!options.ok()) return ExitWith("Serve", options.status(), context);
  WarnOfNoEffect(call, context);
  return context.run_server(*options);
}

int RunQuickStart(const CommandCall& call, CommandContext& context) {
  std::string node_id = context.host_name + "-node";
  context.err << fmt::format(
      "Using auto-generated node id: {}. For production deployments, explicitly set --node-id\n",
      node_id);
  context.err.flush();
  // The options of `serve` are read as well, so that its environment variables count.
  CommandSpec serve = ServeSpec();
  CommandPath path = {&serve};
  ArgumentParser parser(serve, "", context.environment);
  ParseResult parsed = parser.Parse({});
  if (parsed.outcome != ParseOutcome::kRun) {
    context.err << parsed.text;
    return kExitUsage;
  }
  ArgumentParser with_node(serve, "", context.environment);
  bool named = parsed.arguments.Given("--node-id") || parsed.arguments.Given("--node-id-from-env");
  if (!named) parsed = with_node.Parse({"--node-id", node_id});
  return RunServe(CommandCall{path, parsed.arguments, call.arguments}, context);
}

}  // namespace influxdb3::cli
