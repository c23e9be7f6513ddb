#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "object_store/http_transport.h"
#include "object_store/object_store.h"
#include "util/clock.h"

namespace influxdb3::object_store {

struct S3Config {
  std::string bucket;
  std::string region = "us-east-1";
  std::string endpoint;  ///< `https://host:port`; empty = AWS
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty = none
  bool allow_http = false;    ///< else an endpoint of `http://` is refused
  bool skip_signature = false;
  bool virtual_hosted_style = false;             ///< the bucket is part of the host's name
  std::chrono::milliseconds request_timeout{0};  ///< 0 = only connecting and stalling are limited
  HttpTransport transport;
  const util::Clock* clock = nullptr;  ///< outlives the store; must be set
};

/// A bucket of S3 or of a server that speaks its language (MinIO, Ceph). Requests are signed with
/// Signature Version 4 and not repeated after errors. kCreate is decided by the server with
/// `If-None-Match: *`. Does not talk to the server yet.
///
/// Errors: InvalidArgument when the configuration makes no sense.
util::Result<std::unique_ptr<ObjectStore>> OpenS3Store(const S3Config& config);

}  // namespace influxdb3::object_store
