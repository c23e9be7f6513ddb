#include "cli/serve_spec.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace influxdb3::cli {
namespace {

constexpr OptionKind kFlag = OptionKind::kFlag;
constexpr OptionKind kValue = OptionKind::kValue;
constexpr HelpLevel kShort = HelpLevel::kShort;
constexpr HelpLevel kFull = HelpLevel::kFull;
constexpr HelpLevel kHidden = HelpLevel::kHidden;

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

std::string EnvironmentName(std::string_view long_name) {
  std::string name = "INFLUXDB3_";
  for (char c : long_name.substr(2)) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

util::Status CheckGen1Duration(const std::string& text) {
  for (const char* allowed : {"1m", "5m", "10m"}) {
    if (text == allowed) return util::Status::Ok();
  }
  return util::Status::InvalidArgument(
      fmt::format("invalid gen1 duration {}. Must be one of 1m, 5m, 10m", text));
}

constexpr ServeRow kInEffect[] = {
    {kValue, "--node-id,--host-id,--writer-id", "NODE_IDENTIFIER_PREFIX", "", nullptr,
     "Name of this server: the folder of its data in the object store", kShort, Effect::kYes,
     "INFLUXDB3_NODE_IDENTIFIER_PREFIX"},
    {kValue, "--node-id-from-env", "ENVIRONMENT_VARIABLE", "", nullptr,
     "Take the node id from this environment variable", kShort, Effect::kYes,
     "INFLUXDB3_NODE_IDENTIFIER_FROM_ENV"},
    {kValue, "--object-store", "OBJECT_STORE", "file", nullptr, "Where data is stored", kShort},
    {kValue, "--data-dir", "DIR", "", nullptr,
     "Directory of the file object store, made when missing (~/.influxdb unless given)", kShort,
     Effect::kYes, "INFLUXDB3_DB_DIR"},
    {kValue, "--http-bind", "HTTP_BIND_ADDRESS", "127.0.0.1:8181", CheckSocketAddress,
     "Address and port to listen on; port 0 takes a free one", kShort, Effect::kYes,
     "INFLUXDB3_HTTP_BIND_ADDR"},
    {kValue, "--max-http-request-size", "BYTES", "10485760", CheckCount,
     "Largest request body, before and after decompression", kFull},
    {kFlag, "--without-auth", "", "", nullptr, "Check no tokens", kShort, Effect::kYes,
     "INFLUXDB3_START_WITHOUT_AUTH"},

    {kValue, "--gen1-duration", "DURATION", "10m", CheckGen1Duration,
     "Time span of one block of data: 1m, 5m or 10m", kFull},
    {kValue, "--wal-flush-interval", "DURATION", "1s", CheckDuration,
     "How long writes are gathered before they go to a remote object store", kFull},
    {kValue, "--wal-snapshot-size,--wal-files-per-snapshot", "N", "600", CheckCount,
     "Flush intervals of log after which rows go into Parquet files; half as many more are kept",
     kFull},
    {kValue, "--snapshot-concurrency-limit", "N", "", CheckCount,
     "Files written at once; as many as there are cores unless given", kFull},
    {kValue, "--force-snapshot-mem-threshold,--force-snapshot-mem-size", "SIZE", "50%",
     CheckMemorySize, "Memory of buffered rows at which all of them go into Parquet files", kFull},
    {kFlag, "--wal-replay-fail-on-error", "", "", nullptr,
     "Refuse to start when any part of the write-ahead log is damaged, also a torn end", kFull},
    {kValue, "--num-database-limit", "N", "10000", CheckCount, "Most databases", kFull},
    {kValue, "--num-table-limit", "N", "100000", CheckCount, "Most tables over all databases",
     kFull},
    {kValue, "--num-total-columns-per-table-limit", "N", "10000", CheckCount,
     "Most columns of a table", kFull},
    {kFlag, "--allow-new-tags", "", "", nullptr,
     "Let a write append a new tag to the primary key of a table", kFull},
    {kValue, "--hard-delete-default-duration", "DURATION", "72h", CheckDuration,
     "When the data of a deleted database or table is removed for good", kFull},
    {kValue, "--delete-grace-period", "DURATION", "24h", CheckDuration,
     "How long databases and tables are still kept after the time of their removal", kFull},
    {kValue, "--retention-check-interval", "DURATION", "30m", CheckDuration,
     "How often files with nothing but expired data are removed", kFull},

    {kValue, "--exec-mem-pool-bytes,--exec-mem-pool-size", "SIZE", "20%", CheckMemorySize,
     "Memory that all queries together may use: a share, a number of megabytes, or with a unit",
     kFull},
    {kValue, "--max-concurrent-queries", "N", "", CheckCount, "Most queries that run at once",
     kFull},
    {kValue, "--query-timeout", "DURATION", "", CheckDuration,
     "Stop queries that run longer; none unless given", kFull},
    {kValue, "--query-file-limit", "N", "", CheckCount,
     "Most Parquet files a query may read; no limit unless given", kFull},
    {kValue, "--parquet-mem-cache-size,--file-cache-size,--parquet-mem-cache-size-mb", "SIZE",
     "20%", CheckMemorySize, "Memory for cached parts of Parquet files", kFull},
    {kValue, "--parquet-mem-cache-prune-percentage,--file-cache-prune-percentage", "SHARE", "0.1",
     CheckFraction, "Share of the file cache that is freed at once", kFull},
    {kValue, "--parquet-mem-cache-prune-interval,--file-cache-prune-interval", "DURATION", "1s",
     CheckDuration, "Least time between two prunes of the file cache", kFull},
    {kFlag, "--disable-parquet-mem-cache,--disable-file-cache,--disable-data-file-cache", "", "",
     nullptr, "Do not cache files", kFull},
    {kValue, "--num-datafusion-threads,--datafusion-num-threads", "N", "", CheckCount,
     "Threads that run queries; as many as there are cores unless given", kFull},

    {OptionKind::kCount, "-v,--verbose", "", "", nullptr,
     "More log output; -vv and -vvv for still more", kShort},
    {kValue, "--log-filter", "FILTER", "", nullptr,
     "Log level: off, error, warn, info, debug or trace; also `module=level` lists", kFull,
     Effect::kYes, "LOG_FILTER"},
    {kValue, "--log-destination", "DESTINATION", "stdout", nullptr, "Where the log goes", kFull,
     Effect::kYes, "LOG_DESTINATION"},
    {kValue, "--log-format", "FORMAT", "full", nullptr, "How log lines look", kFull, Effect::kYes,
     "LOG_FORMAT"},
    {kValue, "--shutdown-timeout", "DURATION", "30s", CheckDuration,
     "How long requests under way may take to finish when the server stops", kFull},
    {kValue, "--tcp-listener-file-path", "PATH", "", nullptr, "File to write the bound address to",
     kHidden, Effect::kYes, "INFLUXDB3_TCP_LISTINER_FILE_PATH"},
};

}  // namespace

OptionSpec FromRow(const ServeRow& row) {
  OptionSpec option;
  option.kind = row.kind;
  option.names = row.names;
  option.value_name = row.value_name;
  option.default_text = row.default_text;
  if (row.check != nullptr) option.check = row.check;
  option.help = row.help;
  option.level = row.level;
  option.effect = row.effect;
  option.environment = Split(row.extra_environment);
  for (const std::string& name : Split(row.names)) {
    if (!name.starts_with("--")) continue;
    // Secrets and regions of cloud stores have variables of their own only.
    bool foreign =
        name.starts_with("--aws-") || name.starts_with("--google-") || name.starts_with("--azure-");
    if (!foreign && row.kind != OptionKind::kCount) {
      option.environment.push_back(EnvironmentName(name));
    }
  }
  return option;
}

std::vector<OptionSpec> ServeOptionsInEffect() {
  std::vector<OptionSpec> options;
  for (const ServeRow& row : kInEffect) options.push_back(FromRow(row));
  for (OptionSpec& option : options) {
    std::string id = option.Id();
    if (id == "--object-store") {
      option.possible_values = {"memory", "memory-throttled", "file", "s3", "google", "azure"};
    } else if (id == "--log-destination") {
      option.possible_values = {"stdout", "stderr"};
    } else if (id == "--log-format") {
      option.possible_values = {"full", "logfmt", "json", "pretty"};
    }
  }
  return options;
}

}  // namespace influxdb3::cli
