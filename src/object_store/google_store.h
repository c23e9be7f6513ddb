#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "object_store/http_transport.h"
#include "object_store/object_store.h"
#include "util/clock.h"

namespace influxdb3::object_store {

struct GoogleConfig {
  std::string bucket;
  /// Path of the JSON file with a service account's key. Read of it: `client_email`, `private_key`,
  /// `private_key_id`, `token_uri`; and for emulators `gcs_base_url` (instead of Google's address)
  /// and `disable_oauth` (true: requests carry no token).
  std::string service_account_file;
  /// Else an address of `http://` is refused where a token or a signature would be sent to it.
  bool allow_http = false;
  std::chrono::milliseconds request_timeout{0};  ///< 0 = only connecting and stalling are limited
  HttpTransport transport;
  const util::Clock* clock = nullptr;  ///< outlives the store; must be set
};

/// A bucket of Google Cloud Storage, over its JSON interface. Requests carry a token that the
/// service account's key gets for an hour and that is replaced before it expires; they are not
/// repeated after errors. kCreate is decided by the server with `ifGenerationMatch=0`. Does not
/// talk to the server yet.
///
/// Errors: InvalidArgument when the configuration or the file makes no sense; NotFound, Io when the
/// file cannot be read. Calls answer Io when the bucket does not exist.
util::Result<std::unique_ptr<ObjectStore>> OpenGoogleStore(const GoogleConfig& config);

}  // namespace influxdb3::object_store
