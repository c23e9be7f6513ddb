#include "object_store/google_bucket.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "object_store/remote_answers.h"
#include "util/percent_encoding.h"

namespace influxdb3::object_store {
namespace {

using nlohmann::json;
using util::Result;
using util::Status;
using util::StatusCode;

Status CheckConfig(const GoogleConfig& config) {
  if (config.bucket.empty()) return Status::InvalidArgument("google: the bucket's name is missing");
  if (config.bucket.find_first_of("/?#@: ") != std::string::npos) {
    return Status::InvalidArgument(fmt::format("google: '{}' cannot be a bucket", config.bucket));
  }
  if (config.service_account_file.empty()) {
    return Status::InvalidArgument("google: the service account's file is missing");
  }
  return Status::Ok();
}

Status CheckAddresses(const GoogleConfig& config, const GoogleAccount& account) {
  const bool is_open = config.allow_http || account.disable_oauth;
  RETURN_IF_ERROR(CheckEndpoint("google: gcs_base_url", account.base_url, is_open, true,
                                "disable_oauth of the service account's file"));
  return CheckEndpoint("google: token_uri", account.token_uri, is_open, true,
                       "disable_oauth of the service account's file");
}

/// Of `{"error": {"message": …, "errors": [{"reason": …}]}}`; plain text is its own explanation.
void ReadError(const std::string& body, std::string* reason, std::string* explanation) {
  const json object = json::parse(body, nullptr, false);
  if (!object.is_object()) {
    if (object.is_discarded()) *explanation = body.substr(0, body.find('\n'));
    return;
  }
  const auto error = object.find("error");
  if (error == object.end() || !error->is_object()) return;
  const auto message = error->find("message");
  if (message != error->end() && message->is_string()) *explanation = message->get<std::string>();
  const auto errors = error->find("errors");
  if (errors == error->end() || !errors->is_array() || errors->empty()) return;
  const json& first = errors->front();
  if (first.is_object() && first.contains("reason") && first["reason"].is_string()) {
    *reason = first["reason"].get<std::string>();
  }
}

}  // namespace

GoogleBucket::GoogleBucket(const GoogleConfig& config, const GoogleAccount& account,
                           std::unique_ptr<HttpClient> client)
    : bucket_(config.bucket), base_url_(account.base_url), client_(std::move(client)) {
  if (account.disable_oauth) return;
  tokens_ = std::make_unique<GoogleTokens>(account, client_.get(), config.clock);
}

Result<std::unique_ptr<GoogleBucket>> GoogleBucket::Make(const GoogleConfig& config,
                                                         std::unique_ptr<HttpClient> client) {
  RETURN_IF_ERROR(CheckConfig(config));
  ASSIGN_OR_RETURN(const GoogleAccount account, ReadGoogleAccount(config.service_account_file));
  RETURN_IF_ERROR(CheckAddresses(config, account));
  HttpClientOptions options;
  options.request_timeout = config.request_timeout;
  options.transport = config.transport;
  if (client == nullptr) {
    ASSIGN_OR_RETURN(client, MakeHttpClient(options));
  }
  return std::unique_ptr<GoogleBucket>(new GoogleBucket(config, account, std::move(client)));
}

std::string GoogleBucket::Name(const std::string& key) const {
  return key.empty() ? Describe() : fmt::format("{}: '{}'", Describe(), key);
}

bool GoogleBucket::IsSession(const std::string& url) const {
  return url.starts_with("https://") || url.starts_with(base_url_ + "/");
}

Result<HttpAnswer> GoogleBucket::Do(const Call& call) {
  HttpRequest request{
      .method = call.method,
      .url = fmt::format("{}{}/storage/v1/b/{}/o", base_url_, call.is_upload ? "/upload" : "",
                         util::PercentEncode(bucket_)),
      .headers = call.headers,
      .body = call.body,
      .answer_bytes_max = call.answer_bytes_max};
  Pairs query = call.query;
  if (call.is_upload) {
    query.emplace_back("name", call.key);
  } else if (!call.key.empty()) {
    request.url += "/" + util::PercentEncode(call.key);
  }
  char separator = '?';
  for (const auto& [name, value] : query) {
    request.url += fmt::format("{}{}={}", separator, name, util::PercentEncode(value));
    separator = '&';
  }
  const size_t header_count = request.headers.size();
  std::string token;
  for (bool is_first = true;; is_first = false) {
    if (tokens_ != nullptr) {
      Result<std::string> got = tokens_->Get();
      if (!got.ok()) return got.status().WithPrefix(Name(call.key) + ": ");
      token = std::move(got).value();
      request.headers.resize(header_count);
      request.headers.emplace_back("authorization", "Bearer " + token);
    }
    Result<HttpAnswer> answer = client_->Send(request);
    if (!answer.ok()) return answer.status().WithPrefix(Name(call.key) + ": ");
    if (answer->status / 100 == 2) return answer;
    // A token may be withdrawn before its time.
    if (answer->status == 401 && tokens_ != nullptr) {
      tokens_->Forget(token);
      if (is_first) continue;
    }
    const bool is_object = !call.key.empty() && !call.is_upload;
    return Refusal(call.key, is_object, *answer);
  }
}

Result<HttpAnswer> GoogleBucket::SendToSession(const std::string& session, const std::string& key,
                                               const std::string& content_range,
                                               std::string_view body, bool is_delete) {
  HttpRequest request{.method = is_delete ? "DELETE" : "PUT",
                      .url = session,
                      .headers = {{"content-type", "application/octet-stream"}},
                      .body = body,
                      .answer_bytes_max = size_t{1} << 20};
  if (!content_range.empty()) request.headers.emplace_back("content-range", content_range);
  Result<HttpAnswer> answer = client_->Send(request);
  if (!answer.ok()) return answer.status().WithPrefix(Name(key) + ": ");
  return answer;
}

Status GoogleBucket::Refusal(const std::string& key, bool is_object,
                             const HttpAnswer& answer) const {
  std::string reason;
  std::string explanation;
  ReadError(answer.body, &reason, &explanation);
  StatusCode code = CodeOfHttpStatus(answer.status);
  if (reason == "rateLimitExceeded" || reason == "userRateLimitExceeded") {
    code = StatusCode::kUnavailable;
  }
  // Not NotFound, which would speak of the object.
  const bool lacks_bucket =
      !is_object || explanation.find("bucket does not exist") != explanation.npos;
  if (answer.status == 404 && lacks_bucket) {
    code = StatusCode::kIo;
    if (explanation.empty()) explanation = "The bucket does not exist";
  }
  return {code, RefusalMessage(Name(key), answer.status, reason, explanation)};
}

}  // namespace influxdb3::object_store
