#include "object_store/http_client.h"

#include <algorithm>
#include <fstream>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;

constexpr size_t kHeaderBytesMax = size_t{256} << 10;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

struct HeaderListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListDeleter>;

/// What the callbacks of one request fill and read.
struct Exchange {
  HttpAnswer answer;
  std::string_view unsent;
  std::string_view body;
  size_t answer_bytes_max = 0;
  size_t header_bytes = 0;
  bool too_long = false;
};

size_t TakeBody(char* data, size_t, size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (size > exchange.answer_bytes_max - exchange.answer.body.size()) {
    exchange.too_long = true;
    return 0;
  }
  exchange.answer.body.append(data, size);
  return size;
}

size_t TakeHeader(char* data, size_t, size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kHeaderBytesMax) {
    exchange.too_long = true;
    return 0;
  }
  std::string_view line(data, size);
  // A status line begins the next answer (after `100 Continue`), whose headers replace all before.
  if (line.starts_with("HTTP/")) exchange.answer.headers.clear();
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ', colon + 1)));
  exchange.answer.headers[name] = line;
  return size;
}

size_t GiveBody(char* target, size_t, size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const size_t count = std::min(size, exchange.unsent.size());
  exchange.unsent.copy(target, count);
  exchange.unsent.remove_prefix(count);
  return count;
}

int RewindBody(void* context, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  exchange.unsent =
      exchange.body.substr(std::min<size_t>(static_cast<size_t>(offset), exchange.body.size()));
  return CURL_SEEKFUNC_OK;
}

/// Scheme and host of a URL, which may be shown.
std::string_view Origin(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "the store";
  return url.substr(0, url.find_first_of("/?", scheme + 3));
}

Status Failure(CURLcode code, const Exchange& exchange, std::string_view url) {
  const std::string_view origin = Origin(url);
  if (exchange.too_long) {
    return Status::Corruption(fmt::format("{} sent a longer answer than expected", origin));
  }
  std::string message = fmt::format("{}: {}", origin, curl_easy_strerror(code));
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return {util::StatusCode::kDeadlineExceeded, std::move(message)};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return Status::InvalidArgument(std::move(message));
    case CURLE_PEER_FAILED_VERIFICATION: return Status::Io(std::move(message));
    case CURLE_WEIRD_SERVER_REPLY: return Status::Corruption(std::move(message));
    default: return Status::Unavailable(std::move(message));
  }
}

class CurlClient : public HttpClient {
 public:
  explicit CurlClient(const HttpClientOptions& options) : options_(options) {}

  Result<HttpAnswer> Send(const HttpRequest& request) override {
    Easy easy = TakeEasy();
    if (easy == nullptr) return Status::Internal("libcurl gives no handle");
    Exchange exchange;
    exchange.unsent = request.body;
    exchange.body = request.body;
    exchange.answer_bytes_max = request.answer_bytes_max;
    SetUp(easy.get(), request, &exchange);
    HeaderList headers = MakeHeaders(request);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) return Failure(code, exchange, request.url);
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.answer.status = static_cast<int>(status);
    GiveBack(std::move(easy));
    return std::move(exchange.answer);
  }

 private:
  Easy TakeEasy() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Easy easy = std::move(idle_.back());
        idle_.pop_back();
        return easy;
      }
    }
    return Easy(curl_easy_init());
  }

  void GiveBack(Easy easy) {
    curl_easy_reset(easy.get());  // keeps its connection
    std::lock_guard lock(mutex_);
    if (idle_.size() < options_.idle_connections_max) idle_.push_back(std::move(easy));
  }

  static HeaderList MakeHeaders(const HttpRequest& request) {
    HeaderList list;
    const auto add = [&list](const std::string& line) {
      list.reset(curl_slist_append(list.release(), line.c_str()));
    };
    for (const auto& [name, value] : request.headers) add(fmt::format("{}: {}", name, value));
    add("Expect:");  // a body is sent at once
    return list;
  }

  void SetUp(CURL* easy, const HttpRequest& request, Exchange* exchange) const {
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options_.connect_timeout));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Milliseconds(options_.request_timeout));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(options_.stalled_timeout.count()));
    SetUpTransport(easy, request.url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &TakeBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &TakeHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    if (request.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method == "PUT" || request.method == "POST") {
      curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_READFUNCTION, &GiveBody);
      curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
      curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &RewindBody);
      curl_easy_setopt(easy, CURLOPT_SEEKDATA, exchange);
    }
    if (request.method != "HEAD") {
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  void SetUpTransport(CURL* easy, const std::string& url) const {
    const HttpTransport& transport = options_.transport;
    if (!transport.tls_ca_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, transport.tls_ca_file.c_str());
    }
    if (transport.tls_allow_insecure) {
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    const bool is_plain = url.starts_with("http://");
    long version = CURL_HTTP_VERSION_1_1;
    if (transport.http2_only) {
      version = is_plain ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_2TLS;
    }
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
  }

  static long Milliseconds(std::chrono::milliseconds time) {
    return static_cast<long>(time.count());
  }

  const HttpClientOptions options_;
  std::mutex mutex_;  // guards idle_
  std::vector<Easy> idle_;
};

}  // namespace

std::string HttpAnswer::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

Result<std::unique_ptr<HttpClient>> MakeHttpClient(const HttpClientOptions& options) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return Status::Internal("libcurl cannot be started");
  const std::string& ca_file = options.transport.tls_ca_file;
  if (!ca_file.empty() && !std::ifstream(ca_file)) {
    return Status::InvalidArgument(
        fmt::format("the file of certificates '{}' cannot be read", ca_file));
  }
  return std::unique_ptr<HttpClient>(std::make_unique<CurlClient>(options));
}

}  // namespace influxdb3::object_store
