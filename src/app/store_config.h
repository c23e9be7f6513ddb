#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace influxdb3::app {

enum class ObjectStoreKind { kMemory, kMemoryThrottled, kFile, kS3, kGoogle, kAzure };

/// As `--object-store` spells it.
constexpr const char* ObjectStoreKindName(ObjectStoreKind kind) {
  switch (kind) {
    case ObjectStoreKind::kMemory: return "memory";
    case ObjectStoreKind::kMemoryThrottled: return "memory-throttled";
    case ObjectStoreKind::kFile: return "file";
    case ObjectStoreKind::kS3: return "s3";
    case ObjectStoreKind::kGoogle: return "google";
    case ObjectStoreKind::kAzure: return "azure";
  }
  return "unknown";
}

/// Whether the store is a bucket behind a network.
constexpr bool IsRemote(ObjectStoreKind kind) {
  return kind == ObjectStoreKind::kS3 || kind == ObjectStoreKind::kGoogle ||
         kind == ObjectStoreKind::kAzure;
}

/// How a remote object store is reached. Empty texts were not given. Durations in nanoseconds.
struct StoreConfig {
  std::string bucket;  ///< for azure the container

  struct Aws {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;
    std::string region = "us-east-1";
    std::string endpoint;
    bool allow_http = false;
    bool skip_signature = false;
    std::string credentials_file;  ///< takes the place of the keys above
  } aws;

  struct Google {
    std::string service_account_file;
  } google;

  struct Azure {
    std::string account;
    std::string access_key;
    std::string endpoint;
    bool allow_http = false;
  } azure;

  std::string tls_ca_file;  ///< trusted besides the system's certificates
  bool tls_allow_insecure = false;
  bool http2_only = false;
  size_t requests_max = 64;  ///< at once
  int64_t request_timeout_ns = 30'000'000'000;
  uint64_t retries_max = 10;
  int64_t retry_timeout_ns = 180'000'000'000;
};

}  // namespace influxdb3::app
