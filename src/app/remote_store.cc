#include "app/remote_store.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "app/aws_credentials.h"
#include "object_store/azure_store.h"
#include "object_store/google_store.h"
#include "object_store/renewed_store.h"
#include "object_store/s3_store.h"
#include "util/clock.h"

namespace influxdb3::app {

using object_store::ExpiringStore;
using object_store::ObjectStore;
using object_store::S3Config;
using util::Result;
using util::Status;

namespace {

std::chrono::milliseconds Milliseconds(int64_t duration_ns) {
  return std::chrono::milliseconds(duration_ns / 1'000'000);
}

object_store::HttpTransport TransportOf(const StoreConfig& config) {
  return {config.tls_ca_file, config.tls_allow_insecure, config.http2_only};
}

Result<ExpiringStore> OpenWithFile(S3Config s3, const std::string& credentials_file) {
  ASSIGN_OR_RETURN(AwsCredentials credentials, ReadAwsCredentialsFile(credentials_file));
  s3.access_key_id = std::move(credentials.access_key_id);
  s3.secret_access_key = std::move(credentials.secret_access_key);
  s3.session_token = std::move(credentials.session_token);
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, object_store::OpenS3Store(s3));
  return ExpiringStore{std::move(store), credentials.expiry_ns};
}

Result<std::shared_ptr<ObjectStore>> OpenS3(const StoreConfig& config) {
  S3Config s3;
  s3.bucket = config.bucket;
  s3.region = config.aws.region;
  s3.endpoint = config.aws.endpoint;
  s3.access_key_id = config.aws.access_key_id;
  s3.secret_access_key = config.aws.secret_access_key;
  s3.session_token = config.aws.session_token;
  s3.allow_http = config.aws.allow_http;
  s3.skip_signature = config.aws.skip_signature;
  s3.request_timeout = Milliseconds(config.request_timeout_ns);
  s3.transport = TransportOf(config);
  s3.clock = &util::Clock::System();
  if (config.aws.credentials_file.empty()) {
    ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, object_store::OpenS3Store(s3));
    return store;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store,
                   object_store::MakeRenewedStore([s3, file = config.aws.credentials_file]() {
                     return OpenWithFile(s3, file);
                   }));
  return store;
}

Result<std::shared_ptr<ObjectStore>> OpenGoogle(const StoreConfig& config) {
  object_store::GoogleConfig google;
  google.bucket = config.bucket;
  google.service_account_file = config.google.service_account_file;
  google.request_timeout = Milliseconds(config.request_timeout_ns);
  google.transport = TransportOf(config);
  google.clock = &util::Clock::System();
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, object_store::OpenGoogleStore(google));
  return store;
}

Result<std::shared_ptr<ObjectStore>> OpenAzure(const StoreConfig& config) {
  object_store::AzureConfig azure;
  azure.container = config.bucket;
  azure.account = config.azure.account;
  azure.access_key = config.azure.access_key;
  azure.endpoint = config.azure.endpoint;
  azure.allow_http = config.azure.allow_http;
  azure.request_timeout = Milliseconds(config.request_timeout_ns);
  azure.transport = TransportOf(config);
  azure.clock = &util::Clock::System();
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, object_store::OpenAzureStore(azure));
  return store;
}

}  // namespace

Result<std::shared_ptr<ObjectStore>> OpenRemoteStore(ObjectStoreKind kind,
                                                     const StoreConfig& config) {
  if (config.bucket.empty()) {
    return Status::InvalidArgument(
        fmt::format("--object-store={} needs a bucket: give --bucket", ObjectStoreKindName(kind)));
  }
  switch (kind) {
    case ObjectStoreKind::kS3: return OpenS3(config);
    case ObjectStoreKind::kGoogle: return OpenGoogle(config);
    case ObjectStoreKind::kAzure: return OpenAzure(config);
    default: break;
  }
  return Status::Internal(
      fmt::format("the object store '{}' is not a remote one", ObjectStoreKindName(kind)));
}

}  // namespace influxdb3::app
