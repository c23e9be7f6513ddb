#include "object_store/google_account.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "object_store/remote_answers.h"
#include "object_store/signing.h"
#include "util/percent_encoding.h"

namespace influxdb3::object_store {
namespace {

using nlohmann::json;
using util::Result;
using util::Status;
using util::StatusCode;

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kAssertionSeconds = 3600;
constexpr int64_t kRenewBeforeNs = 300 * kSecondNs;
constexpr int64_t kTryAgainNs = 10 * kSecondNs;
constexpr int64_t kTokenSecondsMax = int64_t{24} * 3600;
constexpr char kScope[] = "https://www.googleapis.com/auth/devstorage.read_write";

/// Leaves `text` as it is where the object has no such text.
void Take(const json& object, const char* name, std::string* text) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_string()) *text = found->get_ref<const std::string&>();
}

}  // namespace

Result<GoogleAccount> ParseGoogleAccount(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) {
    return Status::InvalidArgument("google: the service account's file holds no JSON object");
  }
  GoogleAccount account;
  Take(object, "client_email", &account.client_email);
  Take(object, "private_key", &account.private_key);
  Take(object, "private_key_id", &account.private_key_id);
  Take(object, "token_uri", &account.token_uri);
  Take(object, "gcs_base_url", &account.base_url);
  while (account.base_url.ends_with('/')) account.base_url.pop_back();
  const auto disabled = object.find("disable_oauth");
  account.disable_oauth = disabled != object.end() && *disabled == true;
  if (account.disable_oauth) return account;
  if (account.client_email.empty() || account.private_key.empty()) {
    return Status::InvalidArgument(
        "google: the service account's file lacks client_email or private_key");
  }
  // Said at the start rather than at the first request.
  const Result<std::string> trial = SignRs256(account.private_key, "");
  if (!trial.ok()) return trial.status().WithPrefix("google: the service account's file: ");
  return account;
}

Result<GoogleAccount> ReadGoogleAccount(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    const int error = errno;
    return Status(error == ENOENT ? StatusCode::kNotFound : StatusCode::kIo,
                  fmt::format("google: the service account's file '{}' cannot be read: {}", file,
                              std::generic_category().message(error)));
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return ParseGoogleAccount(text.str());
}

Result<std::string> GoogleAssertion(const GoogleAccount& account, int64_t seconds) {
  json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  if (!account.private_key_id.empty()) header["kid"] = account.private_key_id;
  const json claims = {{"iss", account.client_email},
                       {"scope", kScope},
                       {"aud", account.token_uri},
                       {"iat", seconds},
                       {"exp", seconds + kAssertionSeconds}};
  constexpr auto kReplace = json::error_handler_t::replace;
  const std::string text = Base64Url(header.dump(-1, ' ', false, kReplace)) + "." +
                           Base64Url(claims.dump(-1, ' ', false, kReplace));
  ASSIGN_OR_RETURN(const std::string signature, SignRs256(account.private_key, text));
  return text + "." + Base64Url(signature);
}

Result<std::string> GoogleTokens::Get() {
  std::lock_guard lock(mutex_);
  const int64_t now = clock_->NowNs();
  if (!token_.empty() && now < expires_ns_ - kRenewBeforeNs) return token_;
  const bool is_usable = !token_.empty() && now < expires_ns_;
  if (is_usable && now < next_try_ns_) return token_;
  const Status fetched = Fetch();
  if (fetched.ok()) return token_;
  next_try_ns_ = now + kTryAgainNs;
  return is_usable ? Result<std::string>(token_) : fetched;
}

void GoogleTokens::Forget(const std::string& token) {
  std::lock_guard lock(mutex_);
  if (token_ == token) token_.clear();
}

Status GoogleTokens::Fetch() {
  const int64_t now = clock_->NowNs();
  ASSIGN_OR_RETURN(const std::string assertion, GoogleAssertion(account_, now / kSecondNs));
  const std::string body =
      "grant_type=" + util::PercentEncode("urn:ietf:params:oauth:grant-type:jwt-bearer") +
      "&assertion=" + assertion;
  const HttpRequest request{.method = "POST",
                            .url = account_.token_uri,
                            .headers = {{"content-type", "application/x-www-form-urlencoded"}},
                            .body = body,
                            .answer_bytes_max = size_t{1} << 20};
  const Result<HttpAnswer> answer = client_->Send(request);
  if (!answer.ok()) return answer.status().WithPrefix("google: no token: ");
  const json object = json::parse(answer->body, nullptr, false);
  if (answer->status / 100 != 2) {
    std::string reason;
    std::string explanation;
    if (object.is_object()) {
      Take(object, "error", &reason);
      Take(object, "error_description", &explanation);
    }
    const bool is_refused = answer->status == 400;  // a bad account, key or clock
    return {is_refused ? StatusCode::kPermissionDenied : CodeOfHttpStatus(answer->status),
            RefusalMessage("google: no token", answer->status, reason, explanation)};
  }
  std::string token;
  int64_t seconds = 0;
  if (object.is_object()) {
    Take(object, "access_token", &token);
    const auto lifetime = object.find("expires_in");
    if (lifetime != object.end() && lifetime->is_number_integer()) {
      seconds = lifetime->get<int64_t>();
    }
  }
  const bool is_header = token.find_first_of("\r\n") == std::string::npos;
  if (token.empty() || !is_header || seconds <= 0) {
    return Status::Corruption("google: no token: the answer makes no sense");
  }
  token_ = std::move(token);
  expires_ns_ = now + std::min(seconds, kTokenSecondsMax) * kSecondNs;
  return Status::Ok();
}

}  // namespace influxdb3::object_store
