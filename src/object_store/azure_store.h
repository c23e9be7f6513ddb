#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "object_store/http_transport.h"
#include "object_store/object_store.h"
#include "util/clock.h"

namespace influxdb3::object_store {

/// The account that emulators (Azurite) have, with the key that everybody knows.
inline constexpr char kAzureEmulatorAccount[] = "devstoreaccount1";

struct AzureConfig {
  std::string container;
  std::string account;
  std::string access_key;  ///< base64; may be empty for the emulator's account
  /// `https://host:port[/path]`; empty = `https://ACCOUNT.blob.core.windows.net`, and for the
  /// emulator's account `http://127.0.0.1:10000/devstoreaccount1`. Emulators want the account as
  /// the path; for the emulator's account it is added where it is missing.
  std::string endpoint;
  bool allow_http = false;                       ///< else an endpoint of `http://` is refused
  std::chrono::milliseconds request_timeout{0};  ///< 0 = only connecting and stalling are limited
  HttpTransport transport;
  const util::Clock* clock = nullptr;  ///< outlives the store; must be set
};

/// A container of block blobs in Azure Blob Storage. Requests are signed with the account's key
/// (Shared Key) and not repeated after errors. kCreate is decided by the server with
/// `If-None-Match: *`. Does not talk to the server yet.
///
/// The parts of an upload that is given up stay, unseen, with the service, which drops them after a
/// week or when the path is written. Of two uploads to one path at once, one fails.
///
/// Errors: InvalidArgument when the configuration makes no sense. Calls answer Io when the
/// container does not exist.
util::Result<std::unique_ptr<ObjectStore>> OpenAzureStore(const AzureConfig& config);

}  // namespace influxdb3::object_store
