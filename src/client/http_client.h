#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/url.h"
#include "util/result.h"

namespace influxdb3::client {

struct ConnectionOptions {
  std::string host_url = "http://127.0.0.1:8181";
  std::string token;        ///< sent as `Authorization: Bearer …` when not empty
  std::string tls_ca_path;  ///< PEM file of an additional root
  bool tls_no_verify = false;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path;
  QueryParameters parameters;
  std::string content_type;
  std::string_view body;  ///< must live until Send returns
  bool gzip = false;      ///< compress the body
};

struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// Receives pieces of a successful reply's body; false stops the transfer.
using BodySink = std::function<bool(std::string_view)>;

/// One keep-alive connection to a server. Not thread-safe; one request at a time.
///
/// Errors carry the complete text for the user: `failed to send POST URL request: …` (Unavailable)
/// when no reply came, `server responded with error [409 Conflict]: …` for a reply that is not 2xx
/// (with the status code that fits).
class HttpClient {
 public:
  static util::Result<std::unique_ptr<HttpClient>> Open(const ConnectionOptions& options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  util::Result<HttpReply> Send(const HttpRequest& request);
  /// As Send, but the body of a 2xx reply goes to `sink` as it arrives and `HttpReply::body` stays
  /// empty.
  util::Result<HttpReply> Stream(const HttpRequest& request, const BodySink& sink);

 private:
  struct Connection;
  explicit HttpClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

/// `Conflict` for 409 and so on; empty for codes without a registered phrase.
std::string_view ReasonPhrase(int status);

/// The error text for a reply that is not 2xx: the body's `message` when it is JSON with one, else
/// the whole body.
util::Status ErrorFromReply(int status, std::string_view body);

/// `data` as one gzip member.
util::Result<std::string> GzipCompress(std::string_view data);

}  // namespace influxdb3::client
