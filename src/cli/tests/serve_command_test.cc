#include "cli/serve_command.h"

#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line.h"

namespace influxdb3::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Environment = std::map<std::string, std::string>;

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
  std::optional<app::ServeOptions> options;
};

Outcome RunCli(const std::vector<std::string>& arguments, Environment environment = {}) {
  Outcome outcome;
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  environment.emplace("HOME", "/home/someone");
  CommandContext context{in, out, err};
  context.environment = [&](const std::string& name) -> std::optional<std::string> {
    auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  };
  context.host_name = "box";
  context.run_server = [&outcome](const app::ServeOptions& options) {
    outcome.options = options;
    return 0;
  };
  outcome.exit_code = RunCommandLine(arguments, "version", context);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

app::ServeOptions Served(std::vector<std::string> more, const Environment& environment = {}) {
  std::vector<std::string> arguments = {"serve", "--node-id=n"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Outcome outcome = RunCli(arguments, environment);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return outcome.options.value_or(app::ServeOptions());
}

std::string Failure(std::vector<std::string> more, int exit_code) {
  std::vector<std::string> arguments = {"serve", "--node-id=n"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Outcome outcome = RunCli(arguments);
  EXPECT_EQ(outcome.exit_code, exit_code);
  EXPECT_FALSE(outcome.options);
  return outcome.err;
}

constexpr int64_t kSecond = 1'000'000'000;

TEST(ServeCommandTest, Defaults) {
  app::ServeOptions options = Served({});
  EXPECT_EQ(options.node_id, "n");
  EXPECT_EQ(options.object_store, app::ObjectStoreKind::kFile);
  EXPECT_EQ(options.data_dir, "/home/someone/.influxdb");
  EXPECT_EQ(options.http_bind, "127.0.0.1:8181");
  EXPECT_EQ(options.http_body_bytes_max, 10485760u);
  EXPECT_EQ(options.gen1_duration_ns, 600 * kSecond);
  EXPECT_EQ(options.wal_flush_interval_ns, kSecond);
  EXPECT_FALSE(options.wal_replay_fail_on_error);
  EXPECT_EQ(options.database_count_max, 10000u);
  EXPECT_EQ(options.table_count_max, 100000u);
  EXPECT_EQ(options.columns_per_table_max, 10000u);
  EXPECT_FALSE(options.allow_new_tags);
  EXPECT_EQ(options.query_timeout_ns, 0);
  EXPECT_EQ(options.concurrent_queries_max, 0u);
  EXPECT_EQ(options.query_thread_count, 0);
  EXPECT_EQ(options.io_thread_count, 0);
  EXPECT_EQ(options.hard_delete_default_ns, 259'200 * kSecond);
  EXPECT_EQ(options.delete_grace_period_ns, 86'400 * kSecond);
  EXPECT_EQ(options.retention_check_interval_ns, 1'800 * kSecond);
  EXPECT_EQ(options.shutdown_timeout_ns, 30 * kSecond);
  EXPECT_EQ(options.log.level, util::LogLevel::kInfo);
  EXPECT_FALSE(options.log.to_stderr);
  EXPECT_FALSE(options.log.json);
}

TEST(ServeCommandTest, FlagsReachTheServer) {
  app::ServeOptions options = Served({"--object-store=Memory",
                                      "--http-bind=[::1]:0",
                                      "--max-http-request-size=1",
                                      "--gen1-duration=1m",
                                      "--wal-flush-interval=100ms",
                                      "--wal-replay-fail-on-error",
                                      "--num-database-limit=1",
                                      "--num-table-limit=2",
                                      "--num-total-columns-per-table-limit=3",
                                      "--allow-new-tags",
                                      "--exec-mem-pool-bytes=64mb",
                                      "--max-concurrent-queries=4",
                                      "--query-timeout=5s",
                                      "--num-datafusion-threads=6",
                                      "--num-io-threads=7",
                                      "--hard-delete-default-duration=1d",
                                      "--delete-grace-period=0s",
                                      "--retention-check-interval=1m",
                                      "--shutdown-timeout=8s",
                                      "--log-filter=debug",
                                      "--log-destination=stderr",
                                      "--log-format=json",
                                      "--tcp-listener-file-path=/tmp/x",
                                      "--without-auth"});
  EXPECT_EQ(options.object_store, app::ObjectStoreKind::kMemory);
  EXPECT_EQ(options.http_bind, "[::1]:0");
  EXPECT_EQ(options.http_body_bytes_max, 1u);
  EXPECT_EQ(options.gen1_duration_ns, 60 * kSecond);
  EXPECT_EQ(options.wal_flush_interval_ns, kSecond / 10);
  EXPECT_TRUE(options.wal_replay_fail_on_error);
  EXPECT_EQ(options.database_count_max, 1u);
  EXPECT_EQ(options.table_count_max, 2u);
  EXPECT_EQ(options.columns_per_table_max, 3u);
  EXPECT_TRUE(options.allow_new_tags);
  EXPECT_EQ(options.query_memory_bytes_max, size_t{64} << 20);
  EXPECT_EQ(options.concurrent_queries_max, 4u);
  EXPECT_EQ(options.query_timeout_ns, 5 * kSecond);
  EXPECT_EQ(options.query_thread_count, 6);
  EXPECT_EQ(options.io_thread_count, 7);
  EXPECT_EQ(options.hard_delete_default_ns, 86'400 * kSecond);
  EXPECT_EQ(options.delete_grace_period_ns, 0);
  EXPECT_EQ(options.retention_check_interval_ns, 60 * kSecond);
  EXPECT_EQ(options.shutdown_timeout_ns, 8 * kSecond);
  EXPECT_EQ(options.log.level, util::LogLevel::kDebug);
  EXPECT_TRUE(options.log.to_stderr);
  EXPECT_TRUE(options.log.json);
  EXPECT_EQ(options.tcp_listener_file_path, "/tmp/x");
}

TEST(ServeCommandTest, EnvironmentNamesOldAndNew) {
  for (const char* name : {"INFLUXDB3_NODE_IDENTIFIER_PREFIX", "INFLUXDB3_NODE_ID"}) {
    Outcome outcome = RunCli({"serve"}, {{name, "e"}});
    ASSERT_TRUE(outcome.options) << name;
    EXPECT_EQ(outcome.options->node_id, "e");
  }
  for (const char* name : {"INFLUXDB3_DB_DIR", "INFLUXDB3_DATA_DIR"}) {
    EXPECT_EQ(Served({}, {{name, "/d"}}).data_dir, "/d") << name;
  }
  for (const char* name : {"LOG_FILTER", "INFLUXDB3_LOG_FILTER"}) {
    EXPECT_EQ(Served({}, {{name, "warn"}}).log.level, util::LogLevel::kWarn) << name;
  }
  EXPECT_EQ(Served({}, {{"INFLUXDB3_HTTP_BIND_ADDR", "0.0.0.0:1"}}).http_bind, "0.0.0.0:1");
  EXPECT_EQ(Served({}, {{"INFLUXDB3_TCP_LISTINER_FILE_PATH", "p"}}).tcp_listener_file_path, "p");
  EXPECT_EQ(Served({}, {{"INFLUXDB3_NUM_IO_THREADS", "3"}}).io_thread_count, 3);
  EXPECT_EQ(Served({}, {{"INFLUXDB3_NUM_THREADS", "3"}}).io_thread_count, 3);
  EXPECT_EQ(Served({}, {{"INFLUXDB3_NUM_TABLE_LIMIT", "9"}}).table_count_max, 9u);
  EXPECT_EQ(Served({}, {{"INFLUXDB3_OBJECT_STORE", "memory"}}).object_store,
            app::ObjectStoreKind::kMemory);
}

TEST(ServeCommandTest, NodeIdFromANamedVariable) {
  Outcome outcome = RunCli({"serve", "--node-id-from-env=POD"}, {{"POD", "pod-1"}});
  ASSERT_TRUE(outcome.options);
  EXPECT_EQ(outcome.options->node_id, "pod-1");
  outcome = RunCli({"serve", "--node-id-from-env=POD"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, StartsWith("Serve command failed: the environment variable 'POD'"));
}

TEST(ServeCommandTest, RuntimeFlagsMayStandBeforeTheCommand) {
  Outcome outcome = RunCli({"--num-io-threads=5", "serve", "--node-id=n"});
  ASSERT_TRUE(outcome.options);
  EXPECT_EQ(outcome.options->io_thread_count, 5);
}

TEST(ServeCommandTest, VerbosityRaisesTheLogLevel) {
  EXPECT_EQ(Served({"-v"}).log.level, util::LogLevel::kInfo);
  EXPECT_EQ(Served({"-vv"}).log.level, util::LogLevel::kDebug);
  EXPECT_EQ(Served({"-vvv"}).log.level, util::LogLevel::kTrace);
}

TEST(ServeCommandTest, MissingNodeIdIsAUsageError) {
  Outcome outcome = RunCli({"serve"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "error: the following required arguments were not provided:\n"
            "  --node-id <NODE_IDENTIFIER_PREFIX>\n\n"
            "Usage: influxdb3 serve [OPTIONS]\n\n"
            "For more information, try '--help'.\n");
}

TEST(ServeCommandTest, NodeIdMustBeAFolderName) {
  for (const char* bad : {"a/b", "..", "a b", ""}) {
    Outcome outcome = RunCli({"serve", std::string("--node-id=") + bad});
    EXPECT_EQ(outcome.exit_code, 1) << bad;
    EXPECT_THAT(outcome.err, StartsWith("Serve command failed: invalid node id"));
  }
}

TEST(ServeCommandTest, TheGuidesS3Options) {
  app::ServeOptions options =
      Served({"--object-store=s3", "--bucket=BUCKET", "--aws-access-key=AWS_ACCESS_KEY",
              "--aws-secret-access-key=AWS_SECRET_ACCESS_KEY", "--aws-endpoint=ENDPOINT",
              "--aws-allow-http"});
  EXPECT_EQ(options.object_store, app::ObjectStoreKind::kS3);
  EXPECT_EQ(options.store.bucket, "BUCKET");
  EXPECT_EQ(options.store.aws.access_key_id, "AWS_ACCESS_KEY");
  EXPECT_EQ(options.store.aws.secret_access_key, "AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(options.store.aws.endpoint, "ENDPOINT");
  EXPECT_TRUE(options.store.aws.allow_http);
  EXPECT_EQ(options.store.aws.region, "us-east-1");
  EXPECT_EQ(options.store.aws.session_token, "");
  EXPECT_FALSE(options.store.aws.skip_signature);
  EXPECT_EQ(options.store.requests_max, 64u);
  EXPECT_EQ(options.store.request_timeout_ns, 30 * kSecond);
  EXPECT_EQ(options.store.retries_max, 10u);
  EXPECT_EQ(options.store.retry_timeout_ns, 180 * kSecond);
}

TEST(ServeCommandTest, StoreOptionsFromTheEnvironment) {
  app::ServeOptions options = Served({}, {{"INFLUXDB3_OBJECT_STORE", "S3"},
                                          {"INFLUXDB3_BUCKET", "b"},
                                          {"AWS_ACCESS_KEY_ID", "key"},
                                          {"AWS_SECRET_ACCESS_KEY", "secret"},
                                          {"AWS_SESSION_TOKEN", "token"},
                                          {"AWS_DEFAULT_REGION", "eu-west-1"},
                                          {"AWS_ENDPOINT", "http://localhost:9000"},
                                          {"AWS_ALLOW_HTTP", "true"},
                                          {"OBJECT_STORE_CONNECTION_LIMIT", "5"},
                                          {"OBJECT_STORE_REQUEST_TIMEOUT", "2s"},
                                          {"INFLUXDB3_OBJECT_STORE_MAX_RETRIES", "0"},
                                          {"OBJECT_STORE_RETRY_TIMEOUT", "1m"}});
  EXPECT_EQ(options.object_store, app::ObjectStoreKind::kS3);
  EXPECT_EQ(options.store.bucket, "b");
  EXPECT_EQ(options.store.aws.access_key_id, "key");
  EXPECT_EQ(options.store.aws.secret_access_key, "secret");
  EXPECT_EQ(options.store.aws.session_token, "token");
  EXPECT_EQ(options.store.aws.region, "eu-west-1");
  EXPECT_EQ(options.store.aws.endpoint, "http://localhost:9000");
  EXPECT_TRUE(options.store.aws.allow_http);
  EXPECT_EQ(options.store.requests_max, 5u);
  EXPECT_EQ(options.store.request_timeout_ns, 2 * kSecond);
  EXPECT_EQ(options.store.retries_max, 0u);
  EXPECT_EQ(options.store.retry_timeout_ns, 60 * kSecond);
}

TEST(ServeCommandTest, OtherStores) {
  app::ServeOptions google =
      Served({"--object-store=google", "--bucket=b", "--google-service-account=/account.json"});
  EXPECT_EQ(google.object_store, app::ObjectStoreKind::kGoogle);
  EXPECT_EQ(google.store.google.service_account_file, "/account.json");
  app::ServeOptions azure =
      Served({"--object-store=Azure", "--bucket=b", "--azure-storage-account=a",
              "--azure-storage-access-key=k", "--azure-endpoint=http://h:1", "--azure-allow-http"});
  EXPECT_EQ(azure.object_store, app::ObjectStoreKind::kAzure);
  EXPECT_EQ(azure.store.azure.account, "a");
  EXPECT_EQ(azure.store.azure.access_key, "k");
  EXPECT_EQ(azure.store.azure.endpoint, "http://h:1");
  EXPECT_TRUE(azure.store.azure.allow_http);
  EXPECT_EQ(Served({"--object-store=memory-throttled"}).object_store,
            app::ObjectStoreKind::kMemoryThrottled);
  EXPECT_THAT(Failure({"--object-store=disk"}, 2),
              HasSubstr("[possible values: memory, memory-throttled, file, s3, google, azure]"));
}

TEST(ServeCommandTest, MissingStoreOptionsAreNamedTogether) {
  EXPECT_EQ(Failure({"--object-store=s3"}, 1),
            "Serve command failed: the object store 's3' also needs: --bucket, "
            "--aws-access-key-id, --aws-secret-access-key\n");
  EXPECT_EQ(Failure({"--object-store=s3", "--bucket=b", "--aws-access-key-id=k"}, 1),
            "Serve command failed: the object store 's3' also needs: --aws-secret-access-key\n");
  EXPECT_EQ(Failure({"--object-store=google"}, 1),
            "Serve command failed: the object store 'google' also needs: --bucket, "
            "--google-service-account\n");
  EXPECT_EQ(Failure({"--object-store=azure"}, 1),
            "Serve command failed: the object store 'azure' also needs: --bucket, "
            "--azure-storage-account, --azure-storage-access-key\n");
  EXPECT_TRUE(
      Served({"--object-store=s3", "--bucket=b", "--aws-skip-signature"}).store.aws.skip_signature);
  EXPECT_EQ(Served({"--object-store=s3", "--bucket=b", "--aws-credentials-file=/c"})
                .store.aws.credentials_file,
            "/c");
}

TEST(ServeCommandTest, HelpHidesTheSecretsOfStores) {
  const Outcome outcome = RunCli({"serve", "--help-all"}, {{"AWS_SECRET_ACCESS_KEY", "hush-1"},
                                                           {"AZURE_STORAGE_ACCESS_KEY", "hush-2"},
                                                           {"AWS_SESSION_TOKEN", "hush-3"}});
  EXPECT_THAT(outcome.out, HasSubstr("--aws-secret-access-key"));
  EXPECT_EQ(outcome.out.find("hush"), std::string::npos);
}

TEST(ServeCommandTest, WhatWouldHarmWhenIgnoredIsRefused) {
  for (const char* option :
       {"--tls-cert=c", "--tls-key=k", "--require-auth", "--admin-token-file=f",
        "--admin-token-recovery-http-bind", "--admin-token-recovery-http-bind=127.0.0.1:8182"}) {
    EXPECT_THAT(Failure({option}, 2), HasSubstr("is not available in this version")) << option;
  }
  EXPECT_THAT(Failure({"--cluster-id=c"}, 2),
              HasSubstr("You've incorrectly specified a cluster-id for InfluxDB 3 Core OSS"));
}

TEST(ServeCommandTest, OptionsWithoutEffectAreNamed) {
  Outcome outcome =
      RunCli({"serve", "--node-id=n", "--plugin-dir=/p", "--checkpoint-interval=10m"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err,
            "warning: no effect in this version: --checkpoint-interval, --plugin-dir\n");
  EXPECT_EQ(RunCli({"serve", "--node-id=n"}, {{"VIRTUAL_ENV", "/v"}}).err, "");
}

TEST(ServeCommandTest, WrongValues) {
  EXPECT_THAT(Failure({"--gen1-duration=2m"}, 2),
              HasSubstr("invalid gen1 duration 2m. Must be one of 1m, 5m, 10m"));
  EXPECT_THAT(Failure({"--http-bind=8181"}, 2), HasSubstr("'--http-bind <HTTP_BIND_ADDRESS>'"));
  EXPECT_THAT(Failure({"--exec-mem-pool-bytes=lots"}, 2), HasSubstr("--exec-mem-pool-bytes"));
  EXPECT_THAT(Failure({"--disable-authz=health,nope"}, 2),
              HasSubstr("invalid value passed in for --disable-authz, allowed values are health, "
                        "ping, metrics, ready, pprof, and node_stop"));
  EXPECT_THAT(Failure({"--disable-authz=ping,ping,ping,ping,ping,ping,ping"}, 2),
              HasSubstr("--disable-authz cannot take more than 6 items"));
  EXPECT_THAT(Failure({"--log-filter=loud"}, 1), HasSubstr("invalid log filter 'loud'"));
  EXPECT_THAT(Failure({"--tls-minimum-version=tls-1.1"}, 2), HasSubstr("tls-1.2, tls-1.3"));
}

TEST(ServeCommandTest, HomeIsFilledIn) {
  EXPECT_EQ(Served({"--data-dir=~/data"}).data_dir, "/home/someone/data");
  EXPECT_EQ(Served({"--data-dir=/x/~"}).data_dir, "/x/~");
}

TEST(ServeCommandTest, LogFilterLists) {
  EXPECT_EQ(*ParseLogFilter("info"), util::LogLevel::kInfo);
  EXPECT_EQ(*ParseLogFilter("WARN,hyper=off"), util::LogLevel::kWarn);
  EXPECT_EQ(*ParseLogFilter("influxdb3_wal=debug"), util::LogLevel::kDebug);
  EXPECT_EQ(*ParseLogFilter("influxdb3_wal=error"), util::LogLevel::kInfo);
  EXPECT_FALSE(ParseLogFilter("influxdb3_wal=chatty").ok());
}

TEST(ServeCommandTest, NoArgumentsStartAServer) {
  Outcome outcome = RunCli({});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err,
            "Using auto-generated node id: box-node. For production deployments, explicitly set "
            "--node-id\n");
  ASSERT_TRUE(outcome.options);
  EXPECT_EQ(outcome.options->node_id, "box-node");
  EXPECT_EQ(outcome.options->object_store, app::ObjectStoreKind::kFile);
  EXPECT_EQ(outcome.options->data_dir, "/home/someone/.influxdb");
}

}  // namespace
}  // namespace influxdb3::cli
