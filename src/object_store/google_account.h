#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "object_store/http_client.h"
#include "util/clock.h"
#include "util/result.h"

namespace influxdb3::object_store {

/// What a service account's file says.
struct GoogleAccount {
  std::string client_email;
  std::string private_key;  ///< PEM
  std::string private_key_id;
  std::string token_uri = "https://oauth2.googleapis.com/token";
  std::string base_url = "https://storage.googleapis.com";
  bool disable_oauth = false;
};

/// InvalidArgument when it is no JSON object, or lacks what signing needs. Messages hold no key.
util::Result<GoogleAccount> ParseGoogleAccount(std::string_view json);
/// NotFound or Io when there is no such file.
util::Result<GoogleAccount> ReadGoogleAccount(const std::string& file);

/// The signed claim (JWT) that is exchanged for a token, valid for an hour from `seconds` on.
util::Result<std::string> GoogleAssertion(const GoogleAccount& account, int64_t seconds);

/// Tokens of one account. Thread-safe; Get blocks while one is fetched.
class GoogleTokens {
 public:
  /// `client` and `clock` outlive it.
  GoogleTokens(GoogleAccount account, HttpClient* client, const util::Clock* clock)
      : account_(std::move(account)), client_(client), clock_(clock) {}

  /// A token that is valid for some minutes, or at least still valid when no other can be had.
  /// Errors: PermissionDenied (refused), Unavailable, DeadlineExceeded, Corruption.
  util::Result<std::string> Get();
  /// The service refused this token: the next Get fetches another one.
  void Forget(const std::string& token);

 private:
  util::Status Fetch();

  const GoogleAccount account_;
  HttpClient* const client_;
  const util::Clock* const clock_;
  std::mutex mutex_;  // guards the members below
  std::string token_;
  int64_t expires_ns_ = 0;
  int64_t next_try_ns_ = 0;  // while a token is still valid that could not be replaced
};

}  // namespace influxdb3::object_store
