#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object_store/http_transport.h"
#include "util/result.h"

namespace influxdb3::object_store {

/// One request of a remote store. `body` must stay valid until Send returned.
struct HttpRequest {
  std::string method = {};  ///< GET, HEAD, PUT, POST or DELETE
  std::string url = {};     ///< percent-encoded, without user and password
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view body = {};
  size_t answer_bytes_max = size_t{16} << 20;  ///< a longer answer is Corruption
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// Empty when there is no such header. `name` in lower case.
  std::string Header(const std::string& name) const;
};

struct HttpClientOptions {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::seconds stalled_timeout{30};      ///< less than one byte per second for so long
  std::chrono::milliseconds request_timeout{0};  ///< for a whole request; 0 = only the two above
  size_t idle_connections_max = 64;
  HttpTransport transport = {};
};

/// Sends requests and keeps connections for later ones. Follows no redirects and uses no proxies;
/// sends nothing but what the request says. Thread-safe; Send blocks.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// Any answer of the server, whatever its status. Errors: Unavailable (no connection, or it
  /// broke), DeadlineExceeded (a time-out), Corruption (not HTTP, or too long an answer),
  /// Io (the server's certificate is not trusted), InvalidArgument (no URL). Messages hold the
  /// host, but neither path, query nor headers.
  virtual util::Result<HttpAnswer> Send(const HttpRequest& request) = 0;
};

/// InvalidArgument when the file of certificates cannot be read.
util::Result<std::unique_ptr<HttpClient>> MakeHttpClient(const HttpClientOptions& options);

}  // namespace influxdb3::object_store
