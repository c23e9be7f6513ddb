#include <algorithm>

#include <fmt/format.h>

#include "cli/serve_spec.h"

namespace influxdb3::cli {
namespace {

constexpr OptionKind kFlag = OptionKind::kFlag;
constexpr OptionKind kValue = OptionKind::kValue;
constexpr OptionKind kList = OptionKind::kList;
constexpr HelpLevel kFull = HelpLevel::kFull;
constexpr HelpLevel kHidden = HelpLevel::kHidden;
constexpr Effect kNoneYet = Effect::kNoneYet;
constexpr Effect kRefused = Effect::kRefused;
constexpr std::string_view kSize = "SIZE";
constexpr std::string_view kDuration = "DURATION";

util::Status CheckDisableAuthz(const std::string& item) {
  for (const char* known : {"health", "ping", "metrics", "ready", "pprof", "node_stop"}) {
    if (item == known) return util::Status::Ok();
  }
  return util::Status::InvalidArgument(
      "invalid value passed in for --disable-authz, allowed values are health, ping, metrics, "
      "ready, pprof, and node_stop");
}

util::Status CheckTriggerKind(const std::string& item) {
  for (const char* known : {"wal", "wal_flush", "schedule", "request"}) {
    if (item == known) return util::Status::Ok();
  }
  return util::Status::InvalidArgument("expected wal, schedule or request");
}

constexpr ServeRow kStorage[] = {
    {kValue, "--gen1-lookback-duration", kDuration, "1month", CheckDuration,
     "How far back stored files are indexed at start", kFull, kNoneYet},
    {kValue, "--wal-max-write-buffer-size,--wal-max-buffered-writes", "N", "100000", CheckCount,
     "Writes that may wait for one flush", kFull, kNoneYet},
    {kValue, "--wal-replay-concurrency-limit", "N", "", CheckCount, "Log files read at once", kFull,
     kNoneYet},
    {kValue, "--snapshotted-wal-files-to-keep", "N", "300", CheckUnsigned,
     "Log files kept although stored", kFull, kNoneYet, "INFLUXDB3_NUM_WAL_FILES_TO_KEEP"},
    {kValue, "--checkpoint-interval", kDuration, "", CheckDuration, "Time between checkpoints",
     kFull, kNoneYet},
    {kValue, "--query-log-size,--query-log-max-entries", "N", "1000", CheckUnsigned,
     "Queries remembered in system.queries", kFull, kNoneYet},
    {kValue, "--datafusion-max-parquet-fanout", "N", "1000", CheckCount, "Reference tuning knob",
     kFull, kNoneYet},
    {kValue, "--datafusion-use-cached-parquet-loader", "BOOL", "true", nullptr,
     "Reference tuning knob", kFull, kNoneYet},
    {kValue, "--datafusion-config", "K:V,...", "", nullptr, "Reference tuning knob", kFull,
     kNoneYet},
    {kValue, "--parquet-mem-cache-query-path-duration,--file-cache-recency", kDuration, "5h",
     CheckDuration, "Age of data that queries bring into the file cache", kFull, kNoneYet},
    {kValue, "--table-index-cache-max-entries", "N", "100", CheckCount, "Reference tuning knob",
     kFull, kNoneYet},
    {kValue, "--table-index-cache-concurrency-limit", "N", "20", CheckCount,
     "Reference tuning knob", kFull, kNoneYet},
    {kValue, "--last-cache-eviction-interval", kDuration, "10s", CheckDuration,
     "How often the last values caches drop old values", kFull, kNoneYet},
    {kValue, "--distinct-cache-eviction-interval", kDuration, "10s", CheckDuration,
     "How often the distinct values caches drop old values", kFull, kNoneYet},
};

constexpr ServeRow kOther[] = {
    {kValue, "--tls-key", "PATH", "", nullptr, "Key of the server's certificate", kFull, kRefused},
    {kValue, "--tls-cert", "PATH", "", nullptr, "The server's certificate", kFull, kRefused},
    {kValue, "--tls-minimum-version", "VERSION", "tls-1.2", nullptr, "Lowest TLS version", kFull,
     kNoneYet},
    {kFlag, "--require-auth", "", "", nullptr, "Refuse requests without a token", kFull, kRefused},
    {kValue, "--admin-token-file", "PATH", "", nullptr, "File with a token made offline", kFull,
     kRefused},
    {OptionKind::kOptionalValue, "--admin-token-recovery-http-bind", "ADDRESS", "",
     CheckSocketAddress, "Address for replacing a lost admin token", kFull, kRefused,
     "INFLUXDB3_ADMIN_TOKEN_RECOVERY_HTTP_BIND_ADDR"},
    {kList, "--disable-authz", "RESOURCES", "", CheckDisableAuthz,
     "Routes that need no token: health, ping, metrics, ready, pprof, node_stop", kFull, kNoneYet},
    {kValue, "--cluster-id", "CLUSTER_ID", "", nullptr, "Not for this product", kHidden, kRefused},

    {kValue, "--plugin-dir", "DIR", "", nullptr, "Directory of Processing engine plugins", kFull,
     kNoneYet},
    {kValue, "--virtual-env-location", "DIR", "", nullptr, "Python environment of plugins", kFull,
     kNoneYet, "VIRTUAL_ENV"},
    {kValue, "--package-manager", "MANAGER", "discover", nullptr, "How plugins' packages come in",
     kFull, kNoneYet},
    {kFlag, "--disable-package-management", "", "", nullptr, "Install no packages", kFull,
     kNoneYet},
    {kValue, "--plugin-repo", "URL", "", nullptr, "Repository of `gh:` plugins", kFull, kNoneYet},
    {kList, "--restrict-plugin-triggers-to", "KINDS", "", CheckTriggerKind,
     "Kinds of triggers that may be made: wal, schedule, request", kFull, kNoneYet},
    {kValue, "--async-trigger-concurrency-limit", "N", "", CheckCount,
     "Most runs of one trigger at once", kFull, kNoneYet},

    {kFlag, "--disable-log-filter-noise-reduction", "", "", nullptr, "Reference logging knob",
     kFull, kNoneYet},
    {kValue, "--traces-exporter", "EXPORTER", "none", nullptr, "Where traces go", kFull, kNoneYet,
     "TRACES_EXPORTER"},
    {kValue, "--traces-exporter-jaeger-agent-host", "HOST", "0.0.0.0", nullptr, "Jaeger host",
     kFull, kNoneYet, "TRACES_EXPORTER_JAEGER_AGENT_HOST"},
    {kValue, "--traces-exporter-jaeger-agent-port", "PORT", "6831", CheckUnsigned, "Jaeger port",
     kFull, kNoneYet, "TRACES_EXPORTER_JAEGER_AGENT_PORT"},
    {kValue, "--traces-exporter-jaeger-service-name", "NAME", "iox-conductor", nullptr,
     "Jaeger service", kFull, kNoneYet, "TRACES_EXPORTER_JAEGER_SERVICE_NAME"},
    {kValue, "--traces-exporter-jaeger-trace-context-header-name", "NAME", "uber-trace-id", nullptr,
     "Jaeger header", kFull, kNoneYet, "TRACES_EXPORTER_JAEGER_TRACE_CONTEXT_HEADER_NAME"},
    {kValue, "--traces-jaeger-debug-name", "NAME", "jaeger-debug-id", nullptr, "Jaeger debug id",
     kFull, kNoneYet, "TRACES_EXPORTER_JAEGER_DEBUG_NAME"},
    {kValue, "--traces-jaeger-tags", "K=V,...", "", nullptr, "Jaeger tags", kFull, kNoneYet,
     "TRACES_EXPORTER_JAEGER_TAGS"},
    {kValue, "--traces-jaeger-max-msgs-per-second", "N", "1000", CheckUnsigned, "Jaeger rate",
     kFull, kNoneYet, "TRACES_JAEGER_MAX_MSGS_PER_SECOND"},
    {kFlag, "--disable-telemetry-upload", "", "", nullptr, "There is no telemetry", kFull,
     Effect::kYes, "INFLUXDB3_TELEMETRY_DISABLE_UPLOAD"},
    {kValue, "--telemetry-endpoint", "URL", "", nullptr, "There is no telemetry", kFull,
     Effect::kYes},
    {kValue, "--admin-token-recovery-tcp-listener-file-path", "PATH", "", nullptr, "", kHidden,
     kNoneYet},
    {kFlag, "--test-mode", "", "", nullptr, "", kHidden, kNoneYet},
    {kValue, "--serve-invocation-method", "METHOD", "", nullptr, "", kHidden, Effect::kYes},
};

std::string Refusal(const std::string& id) {
  if (id == "--tls-key" || id == "--tls-cert") {
    return fmt::format(
        "{} is not available in this version: the server speaks plain HTTP. Put a TLS proxy in "
        "front of it or leave the option out",
        id);
  }
  if (id == "--cluster-id") {
    return "You've incorrectly specified a cluster-id for InfluxDB 3 Core OSS, which runs as a "
           "single node. Use --node-id";
  }
  return fmt::format(
      "{} is not available in this version: tokens are not checked. Leave the option out, and keep "
      "the server on a private address",
      id);
}

}  // namespace

std::vector<OptionSpec> ServeOptionsAccepted() {
  std::vector<OptionSpec> options;
  for (const ServeRow& row : kStorage) options.push_back(FromRow(row));
  for (const ServeRow& row : kOther) options.push_back(FromRow(row));
  for (OptionSpec& option : options) {
    std::string id = option.Id();
    if (option.effect == kRefused) option.refusal = Refusal(id);
    if (id == "--tls-minimum-version") option.possible_values = {"tls-1.2", "tls-1.3"};
    if (id == "--package-manager") option.possible_values = {"discover", "pip", "uv", "disabled"};
    if (id == "--traces-exporter") option.possible_values = {"none", "jaeger"};
    if (id == "--datafusion-use-cached-parquet-loader") option.possible_values = {"true", "false"};
    // Docker images and shells set this for reasons of their own.
    if (id == "--virtual-env-location") option.environment = {"VIRTUAL_ENV"};
  }
  for (OptionSpec& option : RuntimeOptions()) options.push_back(std::move(option));
  for (const char* suffix :
       {"type", "disable-lifo-slot", "event-interval", "global-queue-interval",
        "max-blocking-threads", "max-io-events-per-tick", "thread-keep-alive", "thread-priority"}) {
    options.push_back(FromRow({std::string_view(suffix) == "disable-lifo-slot" ? kFlag : kValue,
                               fmt::format("--datafusion-runtime-{}", suffix), "VALUE", "", nullptr,
                               "Reference tuning knob", kFull, kNoneYet}));
  }
  return options;
}

std::vector<OptionSpec> RuntimeOptions() {
  constexpr ServeRow kRows[] = {
      {kValue, "--num-io-threads,--num-threads", "N", "", CheckCount,
       "Threads that serve requests; as many as there are cores unless given", kFull},
      {kValue, "--io-runtime-type", "TYPE", "", nullptr, "Reference tuning knob", kFull, kNoneYet},
      {kFlag, "--io-runtime-disable-lifo-slot", "", "", nullptr, "Reference tuning knob", kFull,
       kNoneYet},
      {kValue, "--io-runtime-event-interval", "N", "", CheckUnsigned, "Reference tuning knob",
       kFull, kNoneYet},
      {kValue, "--io-runtime-global-queue-interval", "N", "", CheckUnsigned,
       "Reference tuning knob", kFull, kNoneYet},
      {kValue, "--io-runtime-max-blocking-threads", "N", "", CheckUnsigned, "Reference tuning knob",
       kFull, kNoneYet},
      {kValue, "--io-runtime-max-io-events-per-tick", "N", "", CheckUnsigned,
       "Reference tuning knob", kFull, kNoneYet},
      {kValue, "--io-runtime-thread-keep-alive", kDuration, "", CheckDuration,
       "Reference tuning knob", kFull, kNoneYet},
      {kValue, "--io-runtime-thread-priority", "N", "", CheckInteger, "Reference tuning knob",
       kFull, kNoneYet},
  };
  std::vector<OptionSpec> options;
  for (const ServeRow& row : kRows) options.push_back(FromRow(row));
  for (OptionSpec& option : options) {
    if (option.Id() == "--io-runtime-type") {
      option.possible_values = {"current-thread", "multi-thread", "multi-thread-alt"};
    }
  }
  return options;
}

}  // namespace influxdb3::cli
