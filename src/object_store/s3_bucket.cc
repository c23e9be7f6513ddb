#include "object_store/s3_bucket.h"

#include <fmt/format.h>

#include "object_store/remote_answers.h"
#include "object_store/s3_signature.h"
#include "object_store/signing.h"
#include "object_store/xml_document.h"
#include "util/percent_encoding.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

Status CheckConfig(const S3Config& config, const std::string& endpoint) {
  if (config.bucket.empty()) return Status::InvalidArgument("s3: the bucket's name is missing");
  if (config.bucket.find_first_of("/?#@: ") != std::string::npos) {
    return Status::InvalidArgument(fmt::format("s3: '{}' cannot be a bucket", config.bucket));
  }
  if (!config.skip_signature &&
      (config.access_key_id.empty() || config.secret_access_key.empty())) {
    return Status::InvalidArgument("s3: the access key or the secret access key is missing");
  }
  return CheckEndpoint("s3", endpoint, config.allow_http, false, "--aws-allow-http");
}

StatusCode CodeOf(int status, const std::string& reason) {
  // The condition of another writer is still being decided: asking again tells.
  if (reason == "ConditionalRequestConflict" || reason == "OperationAborted") {
    return StatusCode::kUnavailable;
  }
  // What is not taken for the time being (a body that came too slowly) is answered with 400 too.
  if (reason == "RequestTimeout") return StatusCode::kUnavailable;
  // Not NotFound, which would speak of the object.
  if (reason == "NoSuchBucket") return StatusCode::kIo;
  return CodeOfHttpStatus(status);
}

}  // namespace

S3Bucket::S3Bucket(const S3Config& config, std::unique_ptr<HttpClient> client)
    : config_(config), client_(std::move(client)) {
  const bool is_aws = config.endpoint.empty();
  origin_ = is_aws ? fmt::format("https://s3.{}.amazonaws.com", config.region) : config.endpoint;
  if (origin_.ends_with('/')) origin_.pop_back();
  const size_t host_at = origin_.find("://") + 3;
  if (config.virtual_hosted_style) {
    origin_.insert(host_at, config.bucket + ".");
  } else {
    base_path_ = "/" + util::PercentEncode(config.bucket);
  }
  host_ = origin_.substr(host_at);
}

Result<std::unique_ptr<S3Bucket>> S3Bucket::Make(const S3Config& config) {
  std::string endpoint = config.endpoint.empty() ? "https://aws" : config.endpoint;
  if (endpoint.ends_with('/')) endpoint.pop_back();
  RETURN_IF_ERROR(CheckConfig(config, endpoint));
  HttpClientOptions options;
  options.request_timeout = config.request_timeout;
  options.transport = config.transport;
  ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> client, MakeHttpClient(options));
  return std::unique_ptr<S3Bucket>(new S3Bucket(config, std::move(client)));
}

std::string S3Bucket::Name(const std::string& key) const {
  return key.empty() ? Describe() : fmt::format("{}: '{}'", Describe(), key);
}

Result<HttpAnswer> S3Bucket::Do(const Call& call) {
  S3SignedParts parts{.method = call.method,
                      .encoded_path = base_path_ + "/" + util::PercentEncode(call.key, "/"),
                      .query = call.query,
                      .headers = call.headers,
                      .payload_sha256 = Sha256Hex(call.body)};
  if (call.key.empty() && !base_path_.empty()) parts.encoded_path = base_path_;
  const std::string timestamp = S3Timestamp(config_.clock->NowNs() / 1'000'000'000);
  parts.headers.emplace_back("host", host_);
  parts.headers.emplace_back("x-amz-content-sha256", parts.payload_sha256);
  parts.headers.emplace_back("x-amz-date", timestamp);
  const S3Credentials credentials{config_.access_key_id, config_.secret_access_key,
                                  config_.session_token};
  if (!config_.skip_signature && !credentials.session_token.empty()) {
    parts.headers.emplace_back("x-amz-security-token", credentials.session_token);
  }
  HttpRequest request{.method = call.method,
                      .url = origin_ + parts.encoded_path,
                      .headers = parts.headers,
                      .body = call.body,
                      .answer_bytes_max = call.answer_bytes_max};
  if (!call.query.empty()) request.url += "?" + S3QueryString(call.query);
  if (!config_.skip_signature) {
    request.headers.emplace_back("authorization",
                                 S3Authorization(parts, credentials, config_.region, timestamp));
  }
  Result<HttpAnswer> answer = client_->Send(request);
  if (!answer.ok()) return answer.status().WithPrefix(Name(call.key) + ": ");
  if (answer->status / 100 != 2) return Refusal(call, *answer);
  return answer;
}

Status S3Bucket::Refusal(const Call& call, const HttpAnswer& answer) const {
  std::string reason;
  std::string explanation;
  if (Result<XmlElement> error = ParseXml(answer.body); error.ok() && error->name == "Error") {
    reason = error->ChildText("Code");
    explanation = error->ChildText("Message");
  }
  return {CodeOf(answer.status, reason),
          RefusalMessage(Name(call.key), answer.status, reason, explanation)};
}

}  // namespace influxdb3::object_store
