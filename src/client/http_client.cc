#include "client/http_client.h"

#include <algorithm>
#include <cctype>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace influxdb3::client {
namespace {

constexpr long kConnectTimeoutSeconds = 10;
/// Replies that are not streamed, and error bodies, are refused beyond this size.
constexpr size_t kReplyBytesMax = size_t{256} << 20;

struct HeaderList {
  curl_slist* list = nullptr;
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

struct Transfer {
  CURL* handle = nullptr;
  const BodySink* sink = nullptr;
  HttpReply reply;
  bool stopped_by_sink = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  std::string_view piece(data, size * count);
  long status = 0;
  curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
  if (transfer->sink != nullptr && status >= 200 && status < 300) {
    if (!(*transfer->sink)(piece)) {
      transfer->stopped_by_sink = true;
      return 0;
    }
    return piece.size();
  }
  if (transfer->reply.body.size() + piece.size() > kReplyBytesMax) return 0;
  transfer->reply.body += piece;
  return piece.size();
}

util::StatusCode CodeForHttpStatus(int status) {
  switch (status) {
    case 401: return util::StatusCode::kUnauthenticated;
    case 403: return util::StatusCode::kPermissionDenied;
    case 404: return util::StatusCode::kNotFound;
    case 405: return util::StatusCode::kUnsupported;
    case 409: return util::StatusCode::kAlreadyExists;
    case 413: return util::StatusCode::kTooLarge;
    case 422: return util::StatusCode::kLimitExceeded;
    case 429:
    case 503: return util::StatusCode::kUnavailable;
    default: break;
  }
  return status < 500 ? util::StatusCode::kInvalidArgument : util::StatusCode::kInternal;
}

std::string_view TransportReason(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return "client error (Connect)";
    case CURLE_OPERATION_TIMEDOUT: return "operation timed out";
    default: return "client error (SendRequest)";
  }
}

}  // namespace

struct HttpClient::Connection {
  ConnectionOptions options;
  std::string base_url;
  CURL* handle = nullptr;
  ~Connection() { curl_easy_cleanup(handle); }

  util::Result<HttpReply> Run(const HttpRequest& request, const BodySink* sink);
  void Configure(const HttpRequest& request, const std::string& url, std::string_view body,
                 HeaderList& headers, Transfer& transfer);
};

HttpClient::HttpClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
HttpClient::~HttpClient() = default;

util::Result<std::unique_ptr<HttpClient>> HttpClient::Open(const ConnectionOptions& options) {
  static std::once_flag initialized;
  std::call_once(initialized, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  auto connection = std::make_unique<Connection>();
  connection->options = options;
  ASSIGN_OR_RETURN(connection->base_url, NormalizeBaseUrl(options.host_url));
  connection->handle = curl_easy_init();
  if (connection->handle == nullptr) {
    return util::Status::Internal("cannot set up the HTTP client");
  }
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(connection)));
}

void HttpClient::Connection::Configure(const HttpRequest& request, const std::string& url,
                                       std::string_view body, HeaderList& headers,
                                       Transfer& transfer) {
  curl_easy_reset(handle);  // keeps the connection
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "POST" || request.method == "PUT" || !body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data() != nullptr ? body.data() : "");
    headers.Add(request.content_type.empty() ? "Content-Type:"
                                             : "Content-Type: " + request.content_type);
    // Without this curl waits up to a second for a `100 Continue` that this server may not send.
    headers.Add("Expect:");
    if (request.gzip) headers.Add("Content-Encoding: gzip");
  }
  if (!options.token.empty()) headers.Add("Authorization: Bearer " + options.token);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.list);
  if (IsLoopbackUrl(base_url)) curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  if (!options.tls_ca_path.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.tls_ca_path.c_str());
  }
  if (options.tls_no_verify) {
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

util::Result<HttpReply> HttpClient::Connection::Run(const HttpRequest& request,
                                                    const BodySink* sink) {
  std::string compressed;
  std::string_view body = request.body;
  if (request.gzip) {
    ASSIGN_OR_RETURN(compressed, GzipCompress(request.body));
    body = compressed;
  }
  std::string url = BuildUrl(base_url, request.path, request.parameters);
  HeaderList headers;
  Transfer transfer;
  transfer.handle = handle;
  transfer.sink = sink;
  Configure(request, url, body, headers, transfer);
  CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  const char* content_type = nullptr;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &content_type);
  if (content_type != nullptr) transfer.reply.content_type = content_type;
  transfer.reply.status = static_cast<int>(status);
  if (transfer.stopped_by_sink) return util::Status(util::StatusCode::kCancelled, "stopped");
  if (code != CURLE_OK && status == 0) {
    return util::Status::Unavailable(
        fmt::format("failed to send {} {} request: error sending request for url ({}): {}",
                    request.method, url, url, TransportReason(code)));
  }
  // A server that refuses a body early may close before all of it was sent; its answer counts.
  if (status < 200 || status >= 300) {
    return ErrorFromReply(static_cast<int>(status), transfer.reply.body);
  }
  if (code != CURLE_OK) {
    return util::Status::Unavailable(fmt::format(
        "the connection broke while reading the reply from {}: {}", url, curl_easy_strerror(code)));
  }
  return std::move(transfer.reply);
}

util::Result<HttpReply> HttpClient::Send(const HttpRequest& request) {
  return connection_->Run(request, nullptr);
}

util::Result<HttpReply> HttpClient::Stream(const HttpRequest& request, const BodySink& sink) {
  return connection_->Run(request, &sink);
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Payload Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "";
  }
}

util::Status ErrorFromReply(int status, std::string_view body) {
  std::string text(body);
  nlohmann::json parsed = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_object()) {
    auto message = parsed.find("message");
    if (message != parsed.end() && message->is_string()) text = message->get<std::string>();
  }
  std::string_view phrase = ReasonPhrase(status);
  return util::Status(CodeForHttpStatus(status),
                      fmt::format("server responded with error [{}{}{}]: {}", status,
                                  phrase.empty() ? "" : " ", phrase, text));
}

}  // namespace influxdb3::client
