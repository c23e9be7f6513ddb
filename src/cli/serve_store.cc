#include "cli/serve_store.h"

#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/serve_spec.h"

namespace influxdb3::cli {
namespace {

using app::ObjectStoreKind;
using util::Status;

constexpr OptionKind kFlag = OptionKind::kFlag;
constexpr OptionKind kValue = OptionKind::kValue;
constexpr HelpLevel kFull = HelpLevel::kFull;
constexpr Effect kYes = Effect::kYes;
constexpr Effect kNoneYet = Effect::kNoneYet;
constexpr const char* kDefaultDataDir = "~/.influxdb";

constexpr ServeRow kRows[] = {
    {kValue, "--bucket", "BUCKET", "", nullptr,
     "Bucket of an s3 or google object store, container of an azure one", kFull},
    {kValue, "--aws-access-key-id,--aws-access-key", "KEY", "", nullptr, "S3 access key", kFull,
     kYes, "AWS_ACCESS_KEY_ID"},
    {kValue, "--aws-secret-access-key", "SECRET", "", nullptr, "S3 secret access key", kFull, kYes,
     "AWS_SECRET_ACCESS_KEY"},
    {kValue, "--aws-default-region", "REGION", "us-east-1", nullptr, "S3 region", kFull, kYes,
     "AWS_DEFAULT_REGION"},
    {kValue, "--aws-endpoint", "URL", "", nullptr,
     "Address of an S3-compatible store such as MinIO or Ceph", kFull, kYes, "AWS_ENDPOINT"},
    {kValue, "--aws-session-token", "TOKEN", "", nullptr, "S3 session token", kFull, kYes,
     "AWS_SESSION_TOKEN"},
    {kFlag, "--aws-allow-http", "", "", nullptr, "Allow an S3 endpoint without encryption", kFull,
     kYes, "AWS_ALLOW_HTTP"},
    {kFlag, "--aws-skip-signature", "", "", nullptr, "Send unsigned S3 requests", kFull, kYes,
     "AWS_SKIP_SIGNATURE"},
    {kValue, "--aws-credentials-file", "PATH", "", nullptr,
     "JSON file with S3 credentials; read again before they expire", kFull, kYes,
     "AWS_CREDENTIALS_FILE"},
    {kValue, "--aws-s3-custom-backend", "BACKEND", "", nullptr, "Kind of S3-compatible store",
     kFull, kNoneYet},
    {kValue, "--google-service-account", "PATH", "", nullptr,
     "JSON file with the key of a Google service account", kFull, kYes, "GOOGLE_SERVICE_ACCOUNT"},
    {kValue, "--azure-storage-account", "ACCOUNT", "", nullptr, "Azure storage account", kFull,
     kYes, "AZURE_STORAGE_ACCOUNT"},
    {kValue, "--azure-storage-access-key", "KEY", "", nullptr, "Azure access key", kFull, kYes,
     "AZURE_STORAGE_ACCESS_KEY"},
    {kValue, "--azure-endpoint", "URL", "", nullptr,
     "Address of an Azure-compatible store such as Azurite", kFull, kYes, "AZURE_ENDPOINT"},
    {kFlag, "--azure-allow-http", "", "", nullptr, "Allow an Azure endpoint without encryption",
     kFull, kYes, "AZURE_ALLOW_HTTP"},
    {kValue, "--object-store-connection-limit", "N", "64", CheckCount,
     "Most requests to a remote object store at once", kFull, kYes,
     "OBJECT_STORE_CONNECTION_LIMIT"},
    {kFlag, "--object-store-http2-only", "", "", nullptr, "Speak HTTP/2 to the store", kFull, kYes,
     "OBJECT_STORE_HTTP2_ONLY"},
    {kValue, "--object-store-http2-max-frame-size", "BYTES", "", CheckUnsigned, "HTTP/2 frame size",
     kFull, kNoneYet, "OBJECT_STORE_HTTP2_MAX_FRAME_SIZE"},
    {kValue, "--object-store-request-timeout", "DURATION", "30s", CheckDuration,
     "How long one request to the store may take", kFull, kYes, "OBJECT_STORE_REQUEST_TIMEOUT"},
    {kValue, "--object-store-max-retries", "N", "10", CheckUnsigned,
     "How often a failed request is repeated", kFull, kYes, "OBJECT_STORE_MAX_RETRIES"},
    {kValue, "--object-store-retry-timeout", "DURATION", "3m", CheckDuration,
     "How long a failed request is repeated", kFull, kYes, "OBJECT_STORE_RETRY_TIMEOUT"},
    {kValue, "--object-store-cache-endpoint", "URL", "", nullptr, "Proxy before the store", kFull,
     kNoneYet, "OBJECT_STORE_CACHE_ENDPOINT"},
    {kFlag, "--object-store-tls-allow-insecure", "", "", nullptr,
     "Do not check the store's certificate", kFull, kYes, "OBJECT_STORE_TLS_ALLOW_INSECURE"},
    {kValue, "--object-store-tls-ca", "PATH", "", nullptr, "Root certificate of the store", kFull,
     kYes, "OBJECT_STORE_TLS_CA"},
};

bool IsSecret(const std::string& id) {
  return id == "--aws-secret-access-key" || id == "--aws-session-token" ||
         id == "--azure-storage-access-key";
}

util::Result<std::string> ExpandHome(const std::string& path, const CommandContext& context) {
  if (path != "~" && !path.starts_with("~/")) return path;
  std::optional<std::string> home = context.environment("HOME");
  if (!home || home->empty()) {
    return Status::InvalidArgument(
        fmt::format("cannot find the home directory for '{}': HOME is not set. Give --data-dir an "
                    "absolute path",
                    path));
  }
  return *home + path.substr(1);
}

ObjectStoreKind KindOf(const std::string& name) {
  for (const ObjectStoreKind kind :
       {ObjectStoreKind::kMemory, ObjectStoreKind::kMemoryThrottled, ObjectStoreKind::kS3,
        ObjectStoreKind::kGoogle, ObjectStoreKind::kAzure}) {
    if (name == app::ObjectStoreKindName(kind)) return kind;
  }
  return ObjectStoreKind::kFile;
}

void ReadBuckets(const ParsedArguments& arguments, app::StoreConfig& store) {
  store.bucket = arguments.Text("--bucket");
  store.aws.access_key_id = arguments.Text("--aws-access-key-id");
  store.aws.secret_access_key = arguments.Text("--aws-secret-access-key");
  store.aws.session_token = arguments.Text("--aws-session-token");
  store.aws.region = arguments.Text("--aws-default-region");
  store.aws.endpoint = arguments.Text("--aws-endpoint");
  store.aws.allow_http = arguments.Flag("--aws-allow-http");
  store.aws.skip_signature = arguments.Flag("--aws-skip-signature");
  store.aws.credentials_file = arguments.Text("--aws-credentials-file");
  store.google.service_account_file = arguments.Text("--google-service-account");
  store.azure.account = arguments.Text("--azure-storage-account");
  store.azure.access_key = arguments.Text("--azure-storage-access-key");
  store.azure.endpoint = arguments.Text("--azure-endpoint");
  store.azure.allow_http = arguments.Flag("--azure-allow-http");
  store.tls_ca_file = arguments.Text("--object-store-tls-ca");
  store.tls_allow_insecure = arguments.Flag("--object-store-tls-allow-insecure");
  store.http2_only = arguments.Flag("--object-store-http2-only");
  store.requests_max = arguments.Number("--object-store-connection-limit");
  store.request_timeout_ns = arguments.DurationNs("--object-store-request-timeout");
  store.retries_max = arguments.Number("--object-store-max-retries");
  store.retry_timeout_ns = arguments.DurationNs("--object-store-retry-timeout");
}

/// Names all that the chosen store lacks, so that they can be given at once.
Status CheckComplete(ObjectStoreKind kind, const app::StoreConfig& store) {
  const bool s3 = kind == ObjectStoreKind::kS3;
  const bool google = kind == ObjectStoreKind::kGoogle;
  const bool azure = kind == ObjectStoreKind::kAzure;
  const bool keys = s3 && !store.aws.skip_signature && store.aws.credentials_file.empty();
  // An emulator's account, whose key everybody knows.
  const bool azure_key = azure && store.azure.account != "devstoreaccount1";
  struct Need {
    bool applies;
    const std::string& value;
    std::string_view option;
  };
  const std::array<Need, 6> needs = {{
      {s3 || google || azure, store.bucket, "--bucket"},
      {keys, store.aws.access_key_id, "--aws-access-key-id"},
      {keys, store.aws.secret_access_key, "--aws-secret-access-key"},
      {google, store.google.service_account_file, "--google-service-account"},
      {azure, store.azure.account, "--azure-storage-account"},
      {azure_key, store.azure.access_key, "--azure-storage-access-key"},
  }};
  std::string missing;
  for (const Need& need : needs) {
    if (!need.applies || !need.value.empty()) continue;
    missing += (missing.empty() ? "" : ", ") + std::string(need.option);
  }
  if (missing.empty()) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("the object store '{}' also needs: {}", app::ObjectStoreKindName(kind), missing));
}

}  // namespace

std::vector<OptionSpec> StoreOptions() {
  std::vector<OptionSpec> options;
  for (const ServeRow& row : kRows) {
    OptionSpec option = FromRow(row);
    option.secret = IsSecret(option.Id());
    if (option.Id() == "--aws-s3-custom-backend") option.possible_values = {"ceph"};
    options.push_back(std::move(option));
  }
  return options;
}

Status ReadStoreOptions(const ParsedArguments& arguments, const CommandContext& context,
                        app::ServeOptions& options) {
  options.object_store = KindOf(arguments.Text("--object-store"));
  ReadBuckets(arguments, options.store);
  if (options.object_store != ObjectStoreKind::kFile) {
    return CheckComplete(options.object_store, options.store);
  }
  std::string directory =
      arguments.Given("--data-dir") ? arguments.Text("--data-dir") : kDefaultDataDir;
  ASSIGN_OR_RETURN(options.data_dir, ExpandHome(directory, context));
  return Status::Ok();
}

}  // namespace influxdb3::cli
