#include "object_store/azure_container.h"

#include <algorithm>

#include <fmt/format.h>

#include "object_store/azure_signature.h"
#include "object_store/remote_answers.h"
#include "object_store/signing.h"
#include "object_store/xml_document.h"
#include "util/percent_encoding.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr char kServiceVersion[] = "2022-11-02";
constexpr char kEmulatorKey[] =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
    "K1SZFPTOtr/KBHBeksoGMGw==";

/// Where the account's blobs are, without a slash at the end.
std::string Endpoint(const AzureConfig& config) {
  const bool is_emulator = config.account == kAzureEmulatorAccount;
  std::string endpoint = config.endpoint;
  if (endpoint.empty()) {
    endpoint = is_emulator ? "http://127.0.0.1:10000"
                           : fmt::format("https://{}.blob.core.windows.net", config.account);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const size_t host_at = endpoint.find("://");
  if (is_emulator && host_at != std::string::npos &&
      endpoint.find('/', host_at + 3) == std::string::npos) {
    endpoint += fmt::format("/{}", kAzureEmulatorAccount);
  }
  return endpoint;
}

bool IsName(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || more.find(c) != more.npos;
  });
}

Status CheckConfig(const AzureConfig& config) {
  if (config.container.empty()) {
    return Status::InvalidArgument("azure: the container's name is missing");
  }
  if (!IsName(config.container, "-$")) {
    return Status::InvalidArgument(
        fmt::format("azure: '{}' cannot be a container", config.container));
  }
  if (config.account.empty()) {
    return Status::InvalidArgument("azure: the storage account is missing");
  }
  if (!IsName(config.account, "-")) {
    return Status::InvalidArgument(
        fmt::format("azure: '{}' cannot be a storage account", config.account));
  }
  return CheckEndpoint("azure", Endpoint(config), config.allow_http, true, "--azure-allow-http");
}

StatusCode CodeOf(int status, const std::string& reason) {
  if (reason == "BlobAlreadyExists") return StatusCode::kAlreadyExists;
  // Not NotFound, which would speak of the object.
  if (reason == "ContainerNotFound" || reason == "ContainerBeingDeleted") return StatusCode::kIo;
  return CodeOfHttpStatus(status);
}

}  // namespace

AzureContainer::AzureContainer(const AzureConfig& config, std::string key,
                               std::unique_ptr<HttpClient> client)
    : config_(config), key_(std::move(key)), client_(std::move(client)) {
  const std::string endpoint = Endpoint(config);
  const size_t path_at = std::min(endpoint.size(), endpoint.find('/', endpoint.find("://") + 3));
  origin_ = endpoint.substr(0, path_at);
  base_path_ = endpoint.substr(path_at) + "/" + config.container;
}

Result<std::unique_ptr<AzureContainer>> AzureContainer::Make(const AzureConfig& config) {
  RETURN_IF_ERROR(CheckConfig(config));
  std::string encoded_key = config.access_key;
  if (encoded_key.empty() && config.account == kAzureEmulatorAccount) encoded_key = kEmulatorKey;
  if (encoded_key.empty()) {
    return Status::InvalidArgument("azure: the storage account's access key is missing");
  }
  Result<std::string> key = FromBase64(encoded_key);
  if (!key.ok()) return key.status().WithPrefix("azure: the access key: ");
  HttpClientOptions options;
  options.request_timeout = config.request_timeout;
  options.transport = config.transport;
  ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> client, MakeHttpClient(options));
  return std::unique_ptr<AzureContainer>(
      new AzureContainer(config, std::move(key).value(), std::move(client)));
}

std::string AzureContainer::Name(const std::string& key) const {
  return key.empty() ? Describe() : fmt::format("{}: '{}'", Describe(), key);
}

Result<HttpAnswer> AzureContainer::Do(const Call& call) {
  AzureSignedParts parts{.method = call.method,
                         .encoded_path = base_path_,
                         .query = call.query,
                         .headers = call.headers,
                         .body_bytes = call.body.size()};
  if (!call.key.empty()) parts.encoded_path += "/" + util::PercentEncode(call.key, "/");
  parts.headers.emplace_back("x-ms-date", HttpDate(config_.clock->NowNs() / 1'000'000'000));
  parts.headers.emplace_back("x-ms-version", kServiceVersion);
  HttpRequest request{.method = call.method,
                      .url = origin_ + parts.encoded_path,
                      .headers = parts.headers,
                      .body = call.body,
                      .answer_bytes_max = call.answer_bytes_max};
  request.headers.emplace_back("authorization", AzureAuthorization(parts, config_.account, key_));
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    request.url += fmt::format("{}{}={}", separator, name, util::PercentEncode(value));
    separator = '&';
  }
  Result<HttpAnswer> answer = client_->Send(request);
  if (!answer.ok()) return answer.status().WithPrefix(Name(call.key) + ": ");
  if (answer->status / 100 != 2) return Refusal(call, *answer);
  return answer;
}

Status AzureContainer::Refusal(const Call& call, const HttpAnswer& answer) const {
  std::string reason = answer.Header("x-ms-error-code");
  std::string explanation;
  std::string_view body = answer.body;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  if (Result<XmlElement> error = ParseXml(body); error.ok() && error->name == "Error") {
    if (reason.empty()) reason = error->ChildText("Code");
    explanation = error->ChildText("Message");
    // Lines with the request's number and time follow.
    explanation.resize(std::min(explanation.size(), explanation.find('\n')));
  }
  return {CodeOf(answer.status, reason),
          RefusalMessage(Name(call.key), answer.status, reason, explanation)};
}

}  // namespace influxdb3::object_store
